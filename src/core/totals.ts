import { byState, type CircuitState } from './state.js';

/**
 * The sums of all calls and state changes since a breaker was created. Every number only grows, as the counters of a
 * metrics system do. The sums equal the tally of `events$`.
 *
 * @example
 * ```ts
 * payments.acquire().success();
 * payments.trip();
 * const { successes, transitions }: CircuitTotals = payments.totals();
 * console.log(successes, transitions.open); // 1 1
 * ```
 */
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

/** The part of an epoch that the totals read. The counts only grow, too. */
interface Stay {
  readonly state: CircuitState;
  readonly allSuccesses: number;
  readonly allFailures: number;
  readonly allIgnored: number;
  readonly allSlow: number;
}

/**
 * The totals of all epochs but the present one.
 *
 * totals = sums of the ledger + counts of the present epoch.
 *
 * The epoch counts its outcomes anyway, so a call pays nothing for the totals: the ledger adds the counts when an epoch
 * ends, and when somebody reads the totals.
 */
export class Ledger {
  readonly sums: Writable<CircuitTotals> & {
    transitions: Record<CircuitState, number>;
    time: Record<CircuitState, number>;
  } = {
    successes: 0,
    failures: 0,
    ignored: 0,
    cancelled: 0,
    late: 0,
    rejected: 0,
    slow: 0,
    expiredProbes: 0,
    transitions: byState(),
    time: byState(),
  };
  /** The sums contain the times in the states up to this instant. */
  private summedUntil: number;

  constructor(start: number) {
    this.summedUntil = start;
  }

  /** Adds the counts of an epoch, and the time in its state. */
  add(stay: Stay, now: number): void {
    this.count(stay, 1);
    this.sums.time[stay.state] += now - this.summedUntil;
    this.summedUntil = now;
  }

  /** Subtracts counts that came from a snapshot, or counts that a later `add` will add again. */
  subtract(stay: Stay): void {
    this.count(stay, -1);
  }

  /** Turns one success into a failure. */
  amendOne(): void {
    this.sums.successes--;
    this.sums.failures++;
  }

  private count({ allSuccesses, allFailures, allIgnored, allSlow }: Stay, sign: number): void {
    const { sums } = this;
    sums.successes += sign * allSuccesses;
    sums.failures += sign * allFailures;
    sums.ignored += sign * allIgnored;
    sums.slow += sign * allSlow;
  }

  /** The totals as of now, with the present epoch, in a new object. */
  read(stay: Stay, now: number): CircuitTotals {
    this.add(stay, now);
    const { sums } = this;
    const totals = { ...sums, transitions: { ...sums.transitions }, time: { ...sums.time } };
    this.subtract(stay);
    return totals;
  }
}
