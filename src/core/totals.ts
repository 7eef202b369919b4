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

/** What the totals need of a stay in a state. Its counts only grow, too. */
interface Stay {
  readonly state: CircuitState;
  readonly allSuccesses: number;
  readonly allFailures: number;
  readonly allIgnored: number;
  readonly allSlow: number;
}

function byState(): Record<CircuitState, number> {
  return { closed: 0, open: 0, 'half-open': 0, isolated: 0, disabled: 0 };
}

/**
 * The totals without the present stay (rule 24). The stay counts its outcomes anyway, so a call pays nothing for totals:
 * they are added up when a stay ends, and when somebody reads them.
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
  /** Until when the time in a state is in the sums. */
  private summedUntil = 0;

  /** Adds the counts of a stay, and the time spent in its state. */
  add(stay: Stay, now: number): void {
    this.count(stay, 1);
    this.sums.time[stay.state] += now - this.summedUntil;
    this.summedUntil = now;
  }

  /** Subtracts what a stay holds but did not count itself, or what is to be added again. */
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

  /** The totals as of now, with the present stay, in an object that does not change. */
  read(stay: Stay, now: number): CircuitTotals {
    this.add(stay, now);
    const { sums } = this;
    const totals = { ...sums, transitions: { ...sums.transitions }, time: { ...sums.time } };
    this.subtract(stay);
    return totals;
  }
}
