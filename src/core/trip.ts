import { count, ensure, fraction } from './check.js';
import type { Counts } from './counts.js';
import type { StateChangeReason } from './state.js';

/** Whether the breaker is to open. Asked after every counted outcome, successes too. */
export type TripPredicate = (counts: Counts) => boolean;

/** The rules of the options; a threshold of `Infinity` is off. */
interface Rules {
  readonly minimumCalls: number;
  readonly failureRateThreshold: number;
  readonly failureThreshold: number;
  readonly consecutiveFailureThreshold: number;
  readonly slowCallRateThreshold: number;
}

/** The numbers behind the counts. */
interface Tally {
  readonly successes: number;
  readonly failures: number;
  /** Slow calls that have ended, and those that have not. */
  readonly endedSlow: number;
  readonly overdue: number;
  /** So many successes in a row, or minus so many failures. */
  readonly streak: number;
}

/** Which of the rules says to trip; any of them does. Makes no object: it is asked after every call. */
export function trips(rules: Rules, tally: Tally): StateChangeReason | null {
  const { failures, overdue } = tally;
  const slow = tally.endedSlow + overdue;
  const { minimumCalls } = rules;
  const calls = tally.successes + failures;
  if (reaches(failures, calls, rules.failureRateThreshold, minimumCalls)) return 'failure-rate';
  if (failures >= rules.failureThreshold) return 'failures';
  if (-tally.streak >= rules.consecutiveFailureThreshold) return 'consecutive-failures';
  if (reaches(slow, calls + overdue, rules.slowCallRateThreshold, minimumCalls)) {
    return 'slow-call-rate';
  }
  return null;
}

/**
 * Whether a part of at least `minimum` is at least `threshold`, a fraction, of the whole.
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
 * True when at least `threshold` (a fraction) of at least `minimumCalls` calls are slow. Calls in
 * flight that are slow by now are among both.
 */
export function slowCallRate(threshold: number, minimumCalls = 10): TripPredicate {
  ensure('slowCallRate threshold', threshold, fraction);
  ensure('slowCallRate minimumCalls', minimumCalls, count);
  return (counts) =>
    counts.slow > 0 && reaches(counts.slow, judged(counts), threshold, minimumCalls);
}

/** The denominator of the slow rate, which Counts does not name: ended calls and slow ones in flight. */
function judged(counts: Counts): number {
  return counts.slow === 0 ? counts.calls : Math.round(counts.slow / counts.slowRate);
}

/** The numbers that the counts were made of. */
export function tallyOf(counts: Counts): Tally & Counts {
  const overdue = judged(counts) - counts.calls;
  const streak = counts.consecutiveSuccesses - counts.consecutiveFailures;
  return { ...counts, overdue, endedSlow: counts.slow - overdue, streak };
}

/** True when one of the predicates is. */
export function anyOf(...predicates: readonly TripPredicate[]): TripPredicate {
  return (counts) => predicates.some((predicate) => predicate(counts));
}

/** True when all of the predicates are. */
export function allOf(...predicates: readonly TripPredicate[]): TripPredicate {
  return (counts) => predicates.every((predicate) => predicate(counts));
}
