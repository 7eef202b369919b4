import type { Row } from './claim.js';
import type { Mark } from './strip.js';

/** One thing that happened in a run. */
export interface Moment extends Mark {
  /**
   * The claim's inputs are `control`, `call`, `cancel` and `look`. A call is then `admitted` (the breaker
   * subscribes to its source), or its `result` is `o` (refused). The source `emits`, the caller gets a
   * `result`, and the source is `left` when it ends or is unsubscribed. The breaker tells a `state` and
   * an `event`.
   */
  readonly type:
    | 'control'
    | 'call'
    | 'cancel'
    | 'look'
    | 'admitted'
    | 'emits'
    | 'result'
    | 'left'
    | 'state'
    | 'event';
  /** The number of the call, 0 for the first; of an event, the call that caused it; -1 without a call. */
  readonly call: number;
  /** The kind of the call. */
  readonly kind: string;
}

/** What happened in one run of a claim. */
export interface Run {
  /** In the order in which it happened. */
  readonly trace: readonly Moment[];
  readonly reasons: readonly string[];
  /** The findings of each look, by its letter. */
  readonly looks: ReadonlyMap<string, readonly unknown[]>;
}

/** The marks of a row as they happened. */
export function rowOf({ trace }: Run, { name, kind }: Pick<Row, 'name' | 'kind'>): Mark[] {
  const marks = trace.filter((moment) => kind === null || moment.kind === kind);
  const of = (type: Moment['type']): Moment[] => marks.filter((moment) => moment.type === type);
  switch (name) {
    case 'calls':
      return of('call');
    case 'results':
      return of('result').filter(({ letter }) => kind !== null || letter !== '|');
    case 'source':
      if (kind === null) return of('admitted');
      return marks
        .filter(({ type }) => type === 'admitted' || type === 'left')
        .map(({ frame, type }) => ({ frame, letter: type === 'left' ? '!' : '^' }));
    case 'events':
      return of('event');
    default:
      return of(name);
  }
}
