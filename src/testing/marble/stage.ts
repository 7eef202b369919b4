import { Observable, type SchedulerLike, Subscription } from 'rxjs';
import {
  type CircuitBreaker,
  type CircuitEvent,
  type CircuitState,
  isCircuitOpenError,
} from '../../index.js';
import { onVirtualTime } from '../virtualTime.js';
import type { Claim, Kind, Row, RowName } from './claim.js';
import type { Mark } from './strip.js';

/** One thing that happened in a run. */
export interface Moment extends Mark {
  /**
   * `control`, `call`, `cancel` and `look` are done to the breaker. A call is then `admitted` (its source is
   * subscribed to) or its result is `o`. Its source `emits`, the caller gets a `result`, and the source
   * is `left` when it has ended or is unsubscribed from.
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
  /** Which call: 0 is the first that was made. */
  readonly call: number;
  /** The kind of the call. */
  readonly kind: string;
}

/** What really happened. */
export interface Run {
  /** In the order in which it happened. */
  readonly trace: readonly Moment[];
  readonly reasons: readonly string[];
  /** What each look saw, by its letter, look after look. */
  readonly looks: ReadonlyMap<string, readonly unknown[]>;
}

/** What really happened in a row. */
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

/** Makes the breaker that a claim is about. Called in virtual time, once for every run. */
export type MakeBreaker = (scheduler: SchedulerLike) => CircuitBreaker;

/** Plays a claim's inputs; `watched` is with a subscriber to the breaker's state. */
export function runClaim(claim: Claim, make: MakeBreaker, watched: boolean): Run {
  const stage = new Stage(claim);
  onVirtualTime(claim.horizon, (scheduler) => stage.play(scheduler, make(scheduler), watched));
  return stage;
}

const stateLetters: { readonly [state in CircuitState]: string } = {
  closed: 'C',
  open: 'O',
  'half-open': 'H',
  isolated: 'I',
  disabled: 'D',
};

const eventLetters: { readonly [type in Exclude<CircuitEvent['type'], 'state-change'>]: string } = {
  success: 's',
  failure: 'x',
  ignored: 'i',
  cancelled: 'c',
  rejected: 'o',
  late: 'l',
  'probe-expired': 'e',
  reset: 'r',
};

class Stage implements Run {
  readonly trace: Moment[] = [];
  readonly reasons: string[] = [];
  readonly looks = new Map<string, unknown[]>();
  private readonly claim: Claim;
  private calls = 0;
  private readonly running = new Map<string, { id: number; subscription: Subscription }[]>();
  private readonly held: { readonly [letter: string]: Subscription[] } = { I: [], D: [] };
  private now = (): number => 0;

  constructor(claim: Claim) {
    this.claim = claim;
  }

  play(scheduler: SchedulerLike, breaker: CircuitBreaker, watched: boolean): void {
    const { claim } = this;
    this.now = () => scheduler.now();
    if (watched) this.watch(breaker);
    // Scheduled in this order, so done in this order within a millisecond, and before what sources and
    // timers do then.
    const inputs: readonly (readonly [RowName, (mark: Row['marks'][number]) => void])[] = [
      ['control', ({ letter }) => this.control(breaker, letter)],
      ['cancel', (mark) => this.cancel(mark)],
      ['calls', ({ letter }) => this.call(breaker, claim.kinds.get(letter) as Kind, scheduler)],
      // scheduled once more, to come after what is due by then
      ['look', ({ letter }) => scheduler.schedule(() => this.look(breaker, letter))],
    ];
    for (const [name, input] of inputs) {
      for (const mark of claim.rows.find((row) => row.name === name)?.marks ?? []) {
        scheduler.schedule(() => input(mark), mark.frame);
      }
    }
  }

  private watch(breaker: CircuitBreaker): void {
    const { rows, reasons } = this.claim;
    breaker.state$.subscribe((state) => this.mark('state', stateLetters[state]));
    if (reasons === null && !rows.some(({ name }) => name === 'events')) return;
    breaker.events$.subscribe((event) => {
      if (event.type === 'state-change') this.reasons.push(event.reason);
      this.mark(
        'event',
        event.type === 'state-change' ? stateLetters[event.to] : eventLetters[event.type],
      );
    });
  }

  private call(breaker: CircuitBreaker, kind: Kind, scheduler: SchedulerLike): void {
    const { letter } = kind;
    const id = this.calls++;
    const values = new Map(kind.marks.map((mark) => [valueFor(kind, mark.letter), mark.letter]));
    const say = (type: Moment['type'], said: string): void => this.mark(type, said, id, letter);
    const running = this.running.get(letter) ?? [];
    this.running.set(letter, running);
    const subscription = new Subscription();
    const call = { id, subscription };
    running.push(call);
    const over = (said: string): void => {
      const index = running.indexOf(call);
      if (index >= 0) running.splice(index, 1);
      say('result', said);
    };
    say('call', letter);
    subscription.add(
      breaker(source(kind, scheduler, say)).subscribe({
        next: (value) => say('result', values.get(value) ?? '?'),
        error: (error) => over(isCircuitOpenError(error) ? 'o' : 'x'),
        complete: () => over('|'),
      }),
    );
  }

  private cancel(mark: Row['marks'][number]): void {
    const { frame, letter } = mark;
    const call = this.running.get(letter)?.shift();
    if (call === undefined) {
      this.claim.text.fail(mark, `no call of the kind ${letter} is running at ${frame} ms`);
    }
    this.mark('cancel', letter, call.id, letter);
    call.subscription.unsubscribe();
  }

  private control(breaker: CircuitBreaker, letter: string): void {
    this.mark('control', letter);
    if (letter === 'R') breaker.reset();
    else if (letter === 'I') this.held['I']?.push(breaker.isolate());
    else if (letter === 'D') this.held['D']?.push(breaker.disable());
    else this.held[letter.toUpperCase()]?.shift()?.unsubscribe();
  }

  private look(breaker: CircuitBreaker, letter: string): void {
    const seen = { ...breaker.snapshot(), retryAfter: breaker.retryAfter };
    this.looks.set(letter, [...(this.looks.get(letter) ?? []), seen]);
    this.mark('look', letter);
  }

  private mark(type: Moment['type'], letter: string, call = -1, kind = ''): void {
    this.trace.push({ type, frame: this.now(), letter, call, kind });
  }
}

/** What a call of this kind is made to, telling what becomes of it. */
function source(
  kind: Kind,
  scheduler: SchedulerLike,
  say: (type: 'admitted' | 'emits' | 'left', letter: string) => void,
): Observable<unknown> {
  return new Observable((subscriber) => {
    say('admitted', kind.letter);
    subscriber.add(() => say('left', '!'));
    const emit = (letter: string): void => {
      if (subscriber.closed) return;
      say('emits', letter);
      if (letter === '|') subscriber.complete();
      else if (letter !== '#') subscriber.next(valueFor(kind, letter));
      else subscriber.error(kind.given.has('#') ? kind.given.get('#') : new Error(kind.letter));
    };
    for (const { frame, letter } of kind.marks) {
      if (frame === 0) emit(letter);
      else subscriber.add(scheduler.schedule(() => emit(letter), frame));
    }
  });
}

function valueFor({ given }: Kind, letter: string): unknown {
  return given.has(letter) ? given.get(letter) : letter;
}
