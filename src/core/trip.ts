import { count, delay, ensure, fraction } from './check.js';
import type { Counts } from './counts.js';
import type { Excess } from './excess.js';
import type { StateChangeReason } from './state.js';

/** Says whether the breaker is to open. */
export type TripPredicate = (counts: Counts) => boolean;

/** The rules of the options; a threshold of `Infinity` is a rule that is off. */
interface Rules {
  readonly tripsOnExcess: boolean;
  readonly excessFailureThreshold: number;
  readonly excessDuration: number;
  readonly failureRateThreshold: number;
  readonly minimumCalls: number;
  readonly failureThreshold: number;
  readonly consecutiveFailureThreshold: number;
  readonly slowCallRateThreshold: number;
}

/** The numbers behind the counts. */
interface Tally {
  readonly successes: number;
  readonly failures: number;
  /** Slow calls that have ended. */
  readonly endedSlow: number;
  readonly slowInFlight: number;
  /** So many successes in a row, or minus so many failures. */
  readonly streak: number;
  readonly excess: Excess;
}

/**
 * The rule that says to trip, or null; any rule does. Makes no object: the machine asks after every outcome.
 *
 * @param isBad The outcome failed or was slow, and is not counted as bad yet. Only such a one trips by the excess.
 */
export function trips(
  rules: Rules,
  tally: Tally,
  isBad: boolean,
  now: number,
): StateChangeReason | null {
  const { excess } = tally;
  if (
    isBad &&
    rules.tripsOnExcess &&
    excess.failures >= rules.excessFailureThreshold &&
    // patience is for a service with a good record: none is due where most calls have failed
    (now - excess.since >= rules.excessDuration || excess.balance <= 0)
  ) {
    return 'excess-failures';
  }
  const { failures, slowInFlight } = tally;
  const { minimumCalls } = rules;
  const calls = tally.successes + failures;
  if (reaches(failures, calls, rules.failureRateThreshold, minimumCalls)) return 'failure-rate';
  if (failures >= rules.failureThreshold) return 'failures';
  if (-tally.streak >= rules.consecutiveFailureThreshold) return 'consecutive-failures';
  const slow = tally.endedSlow + slowInFlight;
  if (reaches(slow, calls + slowInFlight, rules.slowCallRateThreshold, minimumCalls)) {
    return 'slow-call-rate';
  }
  return null;
}

/**
 * Says whether `whole >= minimum` and `part / whole >= threshold`.
 *
 * Compared as the one quotient of two whole numbers, the nearest double to the true ratio, which is what a
 * decimal threshold is too: 7 of 25 is 0.28. `part >= threshold * whole` would miss it, for 0.28 * 25 is
 * 7.000000000000001.
 */
function reaches(part: number, whole: number, threshold: number, minimum: number): boolean {
  return whole >= minimum && part / whole >= threshold;
}

/** True when at least `threshold` (a fraction) of at least `minimumCalls` calls have failed. */
export function failureRate(threshold: number, minimumCalls = 10): TripPredicate {
  ensure('failureRate threshold', threshold, fraction);
  ensure('failureRate minimumCalls', minimumCalls, count);
  return ({ failures, calls }) => reaches(failures, calls, threshold, minimumCalls);
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
 * True when at least `threshold` (a fraction) of at least `minimumCalls` calls are slow. Calls in flight that are slow
 * by now are among both.
 */
export function slowCallRate(threshold: number, minimumCalls = 10): TripPredicate {
  ensure('slowCallRate threshold', threshold, fraction);
  ensure('slowCallRate minimumCalls', minimumCalls, count);
  return ({ slow, slowInFlight, calls }) =>
    slow > 0 && reaches(slow, calls + slowInFlight, threshold, minimumCalls);
}

/**
 * True on a failure when there are `threshold` more bad calls than good ones, and have been more for `duration`
 * milliseconds; at once where at most half of the calls since closing were good. It is the rule of
 * `excessFailureThreshold` and `excessDuration` as a predicate.
 *
 * `Counts.excessFailures` counts up to `excessFailureThreshold`, 6 by default: with a higher threshold than that the
 * predicate is never true, so give the option, too.
 */
export function excessFailures(threshold = 6, duration = 1_000): TripPredicate {
  ensure('excessFailures threshold', threshold, count);
  ensure('excessFailures duration', duration, delay);
  return (counts) =>
    counts.consecutiveFailures > 0 &&
    counts.excessFailures >= threshold &&
    (counts.troubledFor >= duration || counts.balance <= 0);
}

/** True when one of the predicates is. */
export function anyOf(...predicates: readonly TripPredicate[]): TripPredicate {
  return (counts) => predicates.some((predicate) => predicate(counts));
}

/** True when all of the predicates are. */
export function allOf(...predicates: readonly TripPredicate[]): TripPredicate {
  return (counts) => predicates.every((predicate) => predicate(counts));
}
