import type { CircuitState } from './state.js';

/** What happened since a breaker was made. Every number only grows. */
export interface CircuitTotals {
  readonly successes: number;
  readonly failures: number;
  readonly ignored: number;
  readonly cancelled: number;
  /** Calls that ended after the state that admitted them; a late call counts here only. */
  readonly late: number;
  /** Refused calls. */
  readonly rejected: number;
  /** Calls that ended as a success or a failure and were slow. */
  readonly slow: number;
  readonly expiredProbes: number;
  /** State changes, by the state entered. */
  readonly transitions: Readonly<Record<CircuitState, number>>;
  /** Milliseconds spent, by state. */
  readonly time: Readonly<Record<CircuitState, number>>;
}

type Writable<T> = { -readonly [key in keyof T]: T[key] };

function byState(): Record<CircuitState, number> {
  return { closed: 0, open: 0, 'half-open': 0, isolated: 0, disabled: 0 };
}

/**
 * The totals without the present epoch. The counts of an epoch only grow, too, so a call pays nothing for totals: they
 * are added up when an epoch ends, and when somebody reads them.
 */
export class Sums implements Writable<CircuitTotals> {
  successes = 0;
  failures = 0;
  ignored = 0;
  cancelled = 0;
  late = 0;
  rejected = 0;
  slow = 0;
  expiredProbes = 0;
  transitions: Record<CircuitState, number> = byState();
  time: Record<CircuitState, number> = byState();
}
