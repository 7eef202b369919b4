import { count, ensure, fraction } from './check.js';

/** What happened to the calls of the present state's window. */
export interface Counts {
  /** Calls that ended and were counted: `successes + failures`. */
  readonly calls: number;
  readonly successes: number;
  readonly failures: number;
  /** Slow calls: those that ended in the window, and those in flight that are slow by now. */
  readonly slow: number;
  /** Calls that ended but were told not to count. */
  readonly ignored: number;
  /** Calls that have a place and have not ended. */
  readonly inFlight: number;
  /** Successes since the last failure, however old. */
  readonly consecutiveSuccesses: number;
  /** Failures since the last success, however old. */
  readonly consecutiveFailures: number;
  /** `failures / calls`, 0 when there are none. */
  readonly failureRate: number;
  /** Slow calls as a fraction of the calls that ended and of those in flight that are slow; 0 when there are none. */
  readonly slowRate: number;
}

/** Whether the breaker is to open. Asked after every counted outcome, successes too. */
export type TripPredicate = (counts: Counts) => boolean;

// Rates are compared as the one quotient of two whole numbers, the nearest double to the true ratio,
// which is what a decimal threshold is too: 7 of 25 is 0.28. `failures >= threshold * calls` would
// miss it, for 0.28 * 25 is 7.000000000000001.

/** True when at least `threshold` (a fraction) of at least `minimumCalls` calls have failed. */
export function failureRate(threshold: number, minimumCalls = 10): TripPredicate {
  ensure('failureRate threshold', threshold, fraction);
  ensure('failureRate minimumCalls', minimumCalls, count);
  return (counts) => counts.calls >= minimumCalls && counts.failureRate >= threshold;
}

/** True when at least `threshold` calls of the window have failed. */
export function failures(threshold: number): TripPredicate {
  ensure('failures threshold', threshold, count);
  return (counts) => counts.failures >= threshold;
}

/** True when the last `threshold` counted calls have failed, however long that took. */
export function consecutiveFailures(threshold: number): TripPredicate {
  ensure('consecutiveFailures threshold', threshold, count);
  return (counts) => counts.consecutiveFailures >= threshold;
}

/**
 * True when at least `threshold` (a fraction) of at least `minimumCalls` calls are slow. Calls in
 * flight that are slow by now are among both.
 */
export function slowCallRate(threshold: number, minimumCalls = 10): TripPredicate {
  ensure('slowCallRate threshold', threshold, fraction);
  ensure('slowCallRate minimumCalls', minimumCalls, count);
  return (counts) => {
    if (counts.slow === 0 || counts.slowRate < threshold) return false;
    // the rate's denominator, which Counts does not name: ended calls and slow ones in flight
    return Math.round(counts.slow / counts.slowRate) >= minimumCalls;
  };
}

/** True when one of the predicates is. */
export function anyOf(...predicates: readonly TripPredicate[]): TripPredicate {
  return (counts) => predicates.some((predicate) => predicate(counts));
}

/** True when all of the predicates are. */
export function allOf(...predicates: readonly TripPredicate[]): TripPredicate {
  return (counts) => predicates.every((predicate) => predicate(counts));
}
