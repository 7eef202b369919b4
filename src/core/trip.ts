import { callback, count, delay, ensure, fraction, type Rule } from './check.js';
import type { Counts } from './counts.js';
import type { Excess } from './excess.js';
import type { StateChangeReason } from './state.js';

/**
 * A trip rule of your own: true opens the breaker. The breaker asks after every counted outcome, and when calls in
 * flight become slow.
 *
 * @example
 * ```ts
 * const tenFailures: TripPredicate = ({ failures }) => failures >= 10;
 * circuitBreaker({ tripWhen: tenFailures });
 * ```
 */
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

/** The part of an epoch that the rules read. */
interface Tally {
  readonly successes: number;
  readonly failures: number;
  /** Slow calls that have ended. */
  readonly endedSlow: number;
  readonly slowInFlight: number;
  /** n > 0: the last n outcomes are successes. n < 0: the last -n outcomes are failures. */
  readonly streak: number;
  readonly excess: Excess;
}

/**
 * Returns the first rule that trips; null when none does. The machine asks after every outcome, so this function
 * creates no object.
 *
 * @param isBad The last outcome is a new bad call (failed or slow). Only a new bad call trips the excess rule.
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
    // balance <= 0: at most half of the calls were good, so the rule does not wait
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
 * Returns `whole >= minimum && part / whole >= threshold`.
 *
 * The quotient 7 / 25 and the literal 0.28 are the same double, the nearest to the true ratio. The product is not
 * exact: 0.28 * 25 = 7.000000000000001 > 7, so `part >= threshold * whole` would miss the threshold.
 */
function reaches(part: number, whole: number, threshold: number, minimum: number): boolean {
  return whole >= minimum && part / whole >= threshold;
}

/**
 * Trips when `failures / calls >= threshold` and `calls >= minimumCalls`: the options `failureRateThreshold` and
 * `minimumCalls` as a predicate.
 *
 * @param threshold A fraction in (0, 1].
 * @param minimumCalls A whole number from 1 on. @default 10
 * @throws RangeError or TypeError that names the argument, the rule and the value.
 * @example
 * ```ts
 * circuitBreaker({ tripWhen: failureRate(0.5, 20) });
 * ```
 */
export function failureRate(threshold: number, minimumCalls = 10): TripPredicate {
  ensure('failureRate threshold', threshold, fraction);
  ensure('failureRate minimumCalls', minimumCalls, count);
  return ({ failures, calls }) => reaches(failures, calls, threshold, minimumCalls);
}

/**
 * Trips when at least `threshold` calls of the window have failed: the option `failureThreshold` as a predicate.
 *
 * @param threshold A whole number from 1 on.
 * @throws RangeError or TypeError that names the argument, the rule and the value.
 * @example
 * ```ts
 * // at least five failures, and at least a tenth of all calls
 * circuitBreaker({ tripWhen: allOf(failures(5), failureRate(0.1)) });
 * ```
 */
export function failures(threshold: number): TripPredicate {
  ensure('failures threshold', threshold, count);
  return (counts) => counts.failures >= threshold;
}

/**
 * Trips when the last `threshold` counted calls have failed, over any length of time: the option
 * `consecutiveFailureThreshold` as a predicate.
 *
 * @param threshold A whole number from 1 on.
 * @throws RangeError or TypeError that names the argument, the rule and the value.
 * @example
 * ```ts
 * circuitBreaker({ tripWhen: anyOf(consecutiveFailures(5), failureRate(0.5)) });
 * ```
 */
export function consecutiveFailures(threshold: number): TripPredicate {
  ensure('consecutiveFailures threshold', threshold, count);
  return (counts) => counts.consecutiveFailures >= threshold;
}

/**
 * Trips when `slow / (calls + slowInFlight) >= threshold` and `calls + slowInFlight >= minimumCalls`: the option
 * `slowCallRateThreshold` as a predicate. `slow` includes the calls in flight that are slow by now. Give
 * `slowCallDuration`, too: without a limit no call is slow.
 *
 * @param threshold A fraction in (0, 1].
 * @param minimumCalls A whole number from 1 on. @default 10
 * @throws RangeError or TypeError that names the argument, the rule and the value.
 * @example
 * ```ts
 * circuitBreaker({ slowCallDuration: 2_000, tripWhen: slowCallRate(0.5) });
 * ```
 */
export function slowCallRate(threshold: number, minimumCalls = 10): TripPredicate {
  ensure('slowCallRate threshold', threshold, fraction);
  ensure('slowCallRate minimumCalls', minimumCalls, count);
  return ({ slow, slowInFlight, calls }) =>
    reaches(slow, calls + slowInFlight, threshold, minimumCalls);
}

/**
 * Trips on a failure when the excess of bad calls over good calls is at least `threshold` and has lasted for `duration`
 * milliseconds. The rule does not wait when at most half of the calls since closing were good. The options
 * `excessFailureThreshold` and `excessDuration` as a predicate.
 *
 * ![Six failures and nothing else open it](../../marbles/02-excess/01-six-failures-and-nothing-else-open-it.svg)
 *
 * The excess is a one-sided CUSUM (E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954).
 * `Counts.excessFailures` stops at `excessFailureThreshold`, 6 by default: for a higher `threshold` give the option,
 * too.
 *
 * @param threshold A whole number from 1 on. @default 6
 * @param duration Milliseconds, 0 or more. @default 1_000
 * @throws RangeError or TypeError that names the argument, the rule and the value.
 * @example
 * ```ts
 * circuitBreaker({ tripWhen: anyOf(excessFailures(), failureRate(0.5)) });
 * ```
 */
export function excessFailures(threshold = 6, duration = 1_000): TripPredicate {
  ensure('excessFailures threshold', threshold, count);
  ensure('excessFailures duration', duration, delay);
  return (counts) =>
    counts.consecutiveFailures > 0 &&
    counts.excessFailures >= threshold &&
    (counts.troubledFor >= duration || counts.balance <= 0);
}

const some: Rule = ['one predicate or more', (given: object[]) => given.length > 0, 'object'];

function ensurePredicates(owner: string, predicates: readonly TripPredicate[]): void {
  ensure(`${owner} predicates`, predicates, some);
  for (const predicate of predicates) ensure(`${owner} predicate`, predicate, callback);
}

/**
 * Trips when at least one of the predicates trips.
 *
 * @throws TypeError or RangeError without a predicate, or for an argument that is no function.
 * @example
 * ```ts
 * circuitBreaker({ tripWhen: anyOf(failures(20), consecutiveFailures(5)) });
 * ```
 */
export function anyOf(...predicates: readonly TripPredicate[]): TripPredicate {
  ensurePredicates('anyOf', predicates);
  return (counts) => predicates.some((predicate) => predicate(counts));
}

/**
 * Trips when all of the predicates trip.
 *
 * @throws TypeError or RangeError without a predicate, or for an argument that is no function.
 * @example
 * ```ts
 * circuitBreaker({ tripWhen: allOf(failures(5), failureRate(0.2)) });
 * ```
 */
export function allOf(...predicates: readonly TripPredicate[]): TripPredicate {
  ensurePredicates('allOf', predicates);
  return (counts) => predicates.every((predicate) => predicate(counts));
}
