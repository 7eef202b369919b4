import type { AdmittingState } from './events.js';
import type { Flights } from './flights.js';
import type { Counts } from './trip.js';
import type { Totals, Window, WindowSnapshot } from './window.js';

/**
 * One stay in a state. The object itself is the epoch: a permit that holds another one than the
 * machine does is late.
 */
export type Epoch = Admitting | Refusing;

/** A stay in a state that lets calls through and counts them. */
export class Admitting implements Counts, Totals {
  readonly state: AdmittingState;
  successes = 0;
  failures = 0;
  ignored = 0;
  endedSlow = 0;
  /** Calls in flight that are slow by now. */
  overdue = 0;
  inFlight = 0;
  consecutiveSuccesses = 0;
  consecutiveFailures = 0;
  /** What forgets; null when nothing is forgotten. */
  readonly window: Window | null;
  /** Calls by age; null when no rule asks for ages. */
  readonly flights: Flights | null;
  /** Half-open: milliseconds that a probe may take before its place is given to another. */
  readonly lease: number;

  constructor(
    state: AdmittingState,
    window: Window | null,
    flights: Flights | null,
    lease: number = Number.POSITIVE_INFINITY,
  ) {
    this.state = state;
    this.window = window;
    this.flights = flights;
    this.lease = lease;
  }

  get calls(): number {
    return this.successes + this.failures;
  }

  get slow(): number {
    return this.endedSlow + this.overdue;
  }

  get failureRate(): number {
    return this.failures === 0 ? 0 : this.failures / this.calls;
  }

  get slowRate(): number {
    return this.slow === 0 ? 0 : this.slow / (this.calls + this.overdue);
  }

  record(failed: boolean, slow: boolean): void {
    if (failed) {
      this.failures++;
      this.consecutiveFailures++;
      this.consecutiveSuccesses = 0;
    } else {
      this.successes++;
      this.consecutiveSuccesses++;
      this.consecutiveFailures = 0;
    }
    if (slow) this.endedSlow++;
  }

  /** Turns the success just recorded into a failure; `streak` is how many failures came before it. */
  amend(streak: number): void {
    this.successes--;
    this.failures++;
    this.consecutiveSuccesses = 0;
    this.consecutiveFailures = streak + 1;
  }

  /** Starts from what a snapshot held; calls then in flight are gone. */
  load(counts: Counts, snapshot: WindowSnapshot | null, now: number): void {
    if (this.window !== null) {
      this.window.load(this, snapshot, now);
    } else {
      this.successes = counts.successes;
      this.failures = counts.failures;
      this.ignored = counts.ignored;
    }
    this.consecutiveSuccesses = counts.consecutiveSuccesses;
    this.consecutiveFailures = counts.consecutiveFailures;
  }
}

/** A stay in a state that refuses calls. */
export class Refusing {
  readonly state: 'open' | 'isolated';
  /** When the retry timeout is over. */
  readonly until: number;
  /** How long that was, in milliseconds. */
  readonly wait: number;

  constructor(state: 'open' | 'isolated', until: number, wait: number) {
    this.state = state;
    this.until = until;
    this.wait = wait;
  }
}

/** An epoch in which nothing has happened. */
export const nothing: Admitting = /* @__PURE__ */ new Admitting('closed', null, null);

/** The counts of an epoch as they are now, for keeps. A state that refuses counts nothing. */
export function countsOf(epoch: Epoch): Counts {
  const from = epoch instanceof Refusing ? nothing : epoch;
  return {
    calls: from.calls,
    successes: from.successes,
    failures: from.failures,
    slow: from.slow,
    ignored: from.ignored,
    inFlight: from.inFlight,
    consecutiveSuccesses: from.consecutiveSuccesses,
    consecutiveFailures: from.consecutiveFailures,
    failureRate: from.failureRate,
    slowRate: from.slowRate,
  };
}
