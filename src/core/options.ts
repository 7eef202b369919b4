import type { CircuitSnapshot } from './snapshot.js';
import type { AdmittingState } from './state.js';
import type { TripPredicate } from './trip.js';

/**
 * The argument of a `retryTimeout` function.
 *
 * @example
 * ```ts
 * const retryTimeout = ({ attempt, error }: RetryTimeoutContext): number =>
 *   httpStatusOf(error) === 429 ? 60_000 : 1_000 * attempt;
 * circuitBreaker({ retryTimeout });
 * ```
 */
export interface RetryTimeoutContext {
  /** The openings since the breaker was last closed, with the present one: 1, 2, 3, ... */
  readonly attempt: number;
  /**
   * The failure that opened the breaker: the error, or the value that `classifyValue` judged a failure. If a success
   * or a slow call opened the breaker: the last failure since the breaker closed, or `undefined`.
   */
  readonly error: unknown;
  /** The breaker just before it opens, with the counts that decided. */
  readonly snapshot: CircuitSnapshot;
  /** The scheduler's time, in milliseconds. */
  readonly now: number;
}

/**
 * Returns the open time in milliseconds, 0 or more; `Infinity` means until `reset()` or `halfOpen()`. If the function
 * throws or returns another value, the breaker opens for 30 s, and the call that opened the breaker gets the error.
 *
 * @example
 * ```ts
 * const retryTimeout: RetryTimeout = ({ attempt }) => Math.min(1_000 * attempt, 30_000);
 * circuitBreaker({ retryTimeout });
 * ```
 */
export type RetryTimeout = (context: RetryTimeoutContext) => number;

/**
 * The part of the past that counts while closed: milliseconds (in ten buckets), `{ duration, buckets }`, the last
 * `{ calls }`, or `Infinity` for every call since the breaker closed.
 *
 * ![A window of two buckets forgets one bucket at a time](../../marbles/06-windows/02-a-window-forgets-bucket-by-bucket.svg)
 *
 * @example
 * ```ts
 * const lastMinute: RollingWindow = { duration: 60_000, buckets: 6 };
 * circuitBreaker({ failureRateThreshold: 0.5, rollingWindow: lastMinute });
 * ```
 */
export type RollingWindow =
  | number
  | { readonly duration: number; readonly buckets?: number; readonly calls?: never }
  | { readonly calls: number; readonly duration?: never; readonly buckets?: never };

/**
 * The meaning of an error. `'trip'` is a failure that opens the breaker at once.
 *
 * @example
 * ```ts
 * const verdictOf = (error: unknown): ErrorVerdict =>
 *   httpStatusOf(error) === 503 ? 'trip' : 'failure';
 * circuitBreaker({ classifyError: verdictOf });
 * ```
 */
export type ErrorVerdict = 'failure' | 'success' | 'ignored' | 'trip';

/**
 * The meaning of a value. After `'undecided'` a later value or the end of the call decides. `'trip'` is a failure that
 * opens the breaker at once.
 *
 * @example
 * ```ts
 * const verdictOf = (value: unknown): ValueVerdict =>
 *   (value as { error?: string }).error === undefined ? 'success' : 'failure';
 * circuitBreaker({ classifyValue: verdictOf });
 * ```
 */
export type ValueVerdict = 'success' | 'failure' | 'undecided' | 'trip';

/**
 * The judgement of calls: options of the breaker for all calls, or `CallOptions` for some calls.
 *
 * @example
 * ```ts
 * const ofStreams: JudgeOptions = { successOn: { after: 5_000 } };
 * circuitBreaker({ name: 'prices', ...ofStreams });
 * ```
 */
export interface JudgeOptions {
  /**
   * The moment of success: the completion of the source, its first value, or an age. With `{ after }` a stream that
   * has lived for `after` milliseconds (more than 0) is a success, and a stream that errors before is a failure.
   * @default 'complete'
   */
  readonly successOn?: 'complete' | 'first-value' | { readonly after: number };
  /**
   * Judges an error. `state` is the state that admitted the call: a 404 may be neutral while closed, and a proof of
   * life in half-open. If the classifier throws, the call is a failure, and the caller gets the thrown error.
   * @default 'failure'; 'ignored' for a `CircuitOpenError`, the refusal of another breaker
   */
  readonly classifyError?: (
    error: unknown,
    state: AdmittingState,
    context: unknown,
  ) => ErrorVerdict;
  /**
   * Judges a value. `'failure'` settles the call as a failure at that moment; the stream goes on. If the classifier
   * throws, the call is a failure, and the caller gets the thrown error.
   * @default 'success' for every value
   */
  readonly classifyValue?: (
    value: unknown,
    state: AdmittingState,
    context: unknown,
  ) => ValueVerdict;
}

/**
 * Options of some calls, over the options of the breaker; see `CircuitBreaker.with`, `acquire` and `execute`.
 *
 * @example
 * ```ts
 * const writes: CallOptions = { mayProbe: false, context: { route: 'POST /pay' } };
 * http.post('/pay', order).pipe(payments.with(writes)).subscribe();
 * ```
 */
export interface CallOptions extends JudgeOptions {
  /**
   * `false`: half-open refuses the call, as open does. After `probeTimeout` milliseconds without a new probe, every
   * call may be a probe.
   * @default true
   */
  readonly mayProbe?: boolean;
  /**
   * Any value. The classifiers get the value as their third argument, the events of the call as `context`.
   * @default undefined
   */
  readonly context?: unknown;
}

/** The options of the core. A bad value throws a RangeError or a TypeError at creation. */
export interface CoreOptions extends JudgeOptions {
  /**
   * The name in errors, events and metrics; not empty.
   * @default 'circuit-breaker'
   */
  readonly name?: string;
  /**
   * Trip when the excess of bad calls over good calls is this number; a whole number from 1 on. A bad call failed or,
   * with `slowCallDuration`, was slow. Beside `tripWhen`: the limit of `Counts.excessFailures`. The rule is a one-sided
   * CUSUM (Page 1954).
   * @default 6 without another trip rule, `minimumCalls` or `rollingWindow`; otherwise off
   */
  readonly excessFailureThreshold?: number;
  /**
   * Milliseconds, 0 or more, for which the excess must have lasted before the rule trips. The rule trips at once when
   * at most half of the calls since closing were good.
   * @default 1_000, with the excess rule
   */
  readonly excessDuration?: number;
  /**
   * Trip when `failures / calls` in the window is at least this fraction; in (0, 1].
   * @default off; 0.5 with `minimumCalls` or `rollingWindow` and without a trip rule
   */
  readonly failureRateThreshold?: number;
  /**
   * The calls that the window must hold before a rate may trip; a whole number from 1 on. Needs a rate rule.
   * @default 10, or `rollingWindow.calls` if smaller
   */
  readonly minimumCalls?: number;
  /**
   * Trip when at least this many calls of the window have failed; a whole number from 1 on.
   * @default off
   */
  readonly failureThreshold?: number;
  /**
   * Trip when this many calls in a row have failed, over any length of time; a whole number from 1 on. The rule
   * ignores the window; a `rollingWindow` beside the rule decides which calls `Counts` show.
   * @default off
   */
  readonly consecutiveFailureThreshold?: number;
  /**
   * Milliseconds, more than 0. A call is slow when its age is greater, finished or still running. The excess rule
   * counts a slow call as bad. A slow call that the caller gives up is a failure. In half-open a slow probe is bad if a
   * rule uses this limit: the excess rule, `slowCallRateThreshold` or `tripWhen`.
   * @default off
   */
  readonly slowCallDuration?: number;
  /**
   * Trip when `slow / (calls + slowInFlight)` in the window is at least this fraction; in (0, 1]. Needs
   * `slowCallDuration`. Alone, this rule trips on slow calls only: give a rule for failures, too.
   * @default off
   */
  readonly slowCallRateThreshold?: number;
  /**
   * Replaces the rules above; see `excessFailures`, `failureRate`, `failures`, `consecutiveFailures`, `slowCallRate`,
   * `anyOf` and `allOf`. The breaker asks after every counted outcome, and when calls in flight become slow. If the
   * predicate throws, the call is a failure, and the caller gets the thrown error; RxJS reports the error where no caller
   * waits: when a call becomes slow, or a success by its age.
   * @default the given rules, joined by "or"
   */
  readonly tripWhen?: TripPredicate;
  /**
   * The part of the past that counts while closed: milliseconds (in ten buckets), `{ duration, buckets }`, the last
   * `{ calls }`, or `Infinity` for every call since the breaker closed. A time window is 1 ms or longer; `buckets` and
   * `calls` are whole numbers from 1 to 16_777_216.
   * @default Infinity with the excess rule alone; otherwise { duration: 10_000, buckets: 10 }
   */
  readonly rollingWindow?: RollingWindow;
  /**
   * The open time in milliseconds, 0 or more, or a function that returns the open time; see `exponential`, `jittered`
   * and `retryAfterHeader`. `Infinity` means until `reset()` or `halfOpen()`.
   * @default 1 s, doubled with each opening in a row, up to 15 s; from the second opening on spread by +-20 %
   */
  readonly retryTimeout?: number | RetryTimeout;
  /**
   * Half-open by rounds: the first round has one probe, and each good round adds this many, until a round refuses no
   * call. A whole number from 1 on; `Infinity` closes after one good probe. Excludes the next three options.
   * @default 2; off with `successThreshold`, `maxProbes` or `probeFailureThreshold`
   */
  readonly probeGrowth?: number;
  /**
   * Fixed half-open: the good probes that close the breaker; a whole number from 1 on.
   * @default 1, with `maxProbes` or `probeFailureThreshold`
   */
  readonly successThreshold?: number;
  /**
   * Fixed half-open: the probes in flight at once; from 1 to `successThreshold + probeFailureThreshold - 1`.
   * @default `successThreshold`
   */
  readonly maxProbes?: number;
  /**
   * Fixed half-open: the bad probes that open the breaker again; a whole number from 1 on.
   * @default 1
   */
  readonly probeFailureThreshold?: number;
  /**
   * Milliseconds, more than 0. A probe without an answer for this time gives its place to another call.
   * @default the last open time, at least 10_000
   */
  readonly probeTimeout?: number;
  /**
   * A snapshot to start from. The time between snapshot and start counts as passed. Holds are not restored: the
   * snapshot of an isolated or disabled breaker starts closed.
   * @default none: a fresh closed state
   */
  readonly restore?: CircuitSnapshot;
}
