import type { State, Told } from './words.ts';

export interface Totals {
  readonly successes: number;
  readonly failures: number;
  readonly ignored: number;
  readonly cancelled: number;
  readonly late: number;
  readonly rejected: number;
  readonly slow: number;
  readonly expiredProbes: number;
  readonly transitions: Readonly<Record<State, number>>;
}

/** A call that is ignored or cancelled counts as nothing, slow calls included. */
const COUNTED = ['success', 'failure'];

/** Rule 24: the totals are the tally of the events. */
export function tally(events: readonly Told[]): Totals {
  const of = (type: Told['type']): number => events.filter((event) => event.type === type).length;
  const to = (state: State): number =>
    events.filter((event) => event.type === 'state-change' && event.to === state).length;
  return {
    successes: of('success'),
    failures: of('failure'),
    ignored: of('ignored'),
    cancelled: of('cancelled'),
    late: of('late'),
    rejected: of('rejected'),
    slow: events.filter((event) => COUNTED.includes(event.type) && event.slow === true).length,
    expiredProbes: of('probe-expired'),
    transitions: {
      closed: to('closed'),
      open: to('open'),
      'half-open': to('half-open'),
      isolated: to('isolated'),
      disabled: to('disabled'),
    },
  };
}

/** Milliseconds in each state. */
export function timeByState(
  changes: readonly { readonly at: number; readonly to: State }[],
  now: number,
): Readonly<Record<State, number>> {
  const time = { closed: 0, open: 0, 'half-open': 0, isolated: 0, disabled: 0 };
  for (const [i, { at, to }] of changes.entries()) time[to] += (changes[i + 1]?.at ?? now) - at;
  return time;
}
