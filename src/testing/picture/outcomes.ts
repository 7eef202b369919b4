import type { Moment } from '../marble/trace.js';

/** How a call ended for the breaker: the letter of its event, or `running`. */
type Ending = 's' | 'x' | 'i' | 'c' | 'l' | 'running';

/** The breaker's verdict on one call. */
export interface Outcome {
  readonly ending: Ending;
  /** The moment that settled the call: a result of the caller, or its `cancel`. */
  readonly settledBy: Moment | undefined;
}

/** A call counts if the breaker recorded a success or a failure. */
export function counts({ ending }: Outcome): boolean {
  return ending === 's' || ending === 'x';
}

/** The breaker's verdict on a call, from the events of the run. */
export function outcomeOf(trace: readonly Moment[], call: number): Outcome {
  const own = trace.filter((moment) => moment.call === call);
  const at = own.findIndex(({ type, letter }) => type === 'event' && 'sxicl'.includes(letter));
  const event = own[at];
  if (event === undefined) return { ending: 'running', settledBy: undefined };
  // the breaker records an outcome before the caller hears of it, and after the caller has left
  const heard = own.slice(at).find(({ type }) => type === 'result');
  const left = own.slice(0, at).find(({ type }) => type === 'cancel');
  const settledBy = left ?? (heard?.frame === event.frame ? heard : undefined);
  return { ending: event.letter as Ending, settledBy };
}
