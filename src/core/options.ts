import type { CircuitSnapshot } from './snapshot.js';
import type { AdmittingState } from './state.js';
import type { TripPredicate } from './trip.js';

/** What a `retryTimeout` function is told. */
export interface RetryTimeoutContext {
  /** How often the breaker has opened since it was last closed, this opening included: 1, 2, 3, ... */
  readonly attempt: number;
  /**
   * What opened the breaker: the error of the failure, or the value that `classifyValue` called a failure. Where a
   * success or a slow call opened it: the last failure since the breaker was closed, `undefined` without one.
   */
  readonly error: unknown;
  /** The breaker just before it opens, with the counts that decided. */
  readonly snapshot: CircuitSnapshot;
  /** The scheduler's time, in milliseconds. */
  readonly now: number;
}

/** How long to stay open, in milliseconds from 0 on; `Infinity` is until `reset()` or `halfOpen()`. */
export type RetryTimeout = (context: RetryTimeoutContext) => number;

/** How much of the past counts while closed. */
export type RollingWindow =
  | number
  | { readonly duration: number; readonly buckets?: number; readonly calls?: never }
  | { readonly calls: number; readonly duration?: never; readonly buckets?: never };

/** The meaning of an error. `'trip'` is a failure that opens the breaker at once. */
export type ErrorVerdict = 'failure' | 'success' | 'ignored' | 'trip';

/** The meaning of a value. `'undecided'` leaves the verdict to what comes after. */
export type ValueVerdict = 'success' | 'failure' | 'undecided' | 'trip';

/** How calls are judged: for all calls as options of the breaker, for some calls as `CallOptions`. */
export interface JudgeOptions {
  /**
   * What makes a call a success: its completion; already its first value (for endless streams); or its age: a
   * stream that has lived for `after` milliseconds is a success, and one that errors before is a failure.
   * @default 'complete'
   */
  readonly successOn?: 'complete' | 'first-value' | { readonly after: number };
  /**
   * Says what an error means. `state` is the state in which the call was admitted: an answer of 404 may be neutral
   * while closed, and a proof of life in half-open. A classifier that throws makes the call a failure, and its
   * error reaches the caller.
   * @default 'failure'; 'ignored' for a `CircuitOpenError`, the refusal of another breaker
   */
  readonly classifyError?: (
    error: unknown,
    state: AdmittingState,
    context: unknown,
  ) => ErrorVerdict;
  /**
   * Says what a value means. `'failure'` settles the call as a failure at that moment, and the stream goes on.
   * @default 'success' for every value
   */
  readonly classifyValue?: (
    value: unknown,
    state: AdmittingState,
    context: unknown,
  ) => ValueVerdict;
}

/** What is different for some calls; see `CircuitBreaker.with`, `acquire` and `execute`. */
export interface CallOptions extends JudgeOptions {
  /**
   * Says whether the call may be a probe. A call that may not is refused in half-open as if the breaker were open;
   * but where no probe has come for as long as one may take (`probeTimeout`), any call may be one.
   * @default true
   */
  readonly mayProbe?: boolean;
  /**
   * Handed to the classifiers, and to the events of the call as `context`.
   * @default undefined
   */
  readonly context?: unknown;
}

/** The options of the breaker proper. A bad value is a RangeError or a TypeError at creation. */
export interface CoreOptions extends JudgeOptions {
  /**
   * Shown in errors, events and metrics.
   * @default 'circuit-breaker'
   */
  readonly name?: string;
  /**
   * Trip on so many more bad calls than good ones, from 1 on. A bad call failed or, with `slowCallDuration`, was
   * slow. Beside `tripWhen`: the limit up to which `Counts.excessFailures` counts.
   * @default 6, when no other trip rule, `minimumCalls` or `rollingWindow` is given; or else off
   */
  readonly excessFailureThreshold?: number;
  /**
   * Milliseconds, 0 or more, for which there must have been more bad calls than good ones before the excess trips.
   * It trips at once where at most half of the calls since closing were good.
   * @default 1_000, with the excess rule
   */
  readonly excessDuration?: number;
  /**
   * Trip when at least this fraction of the window's calls have failed; in (0, 1].
   * @default off; 0.5 when `minimumCalls` or `rollingWindow` is given without a trip rule
   */
  readonly failureRateThreshold?: number;
  /**
   * Calls that the window must hold before a rate may trip. Needs a rate.
   * @default 10, or what a window of fewer calls can hold
   */
  readonly minimumCalls?: number;
  /**
   * Trip when at least this many calls of the window have failed.
   * @default off
   */
  readonly failureThreshold?: number;
  /**
   * Trip when this many calls in a row have failed, however long that took. The window has no part in this rule;
   * `rollingWindow` beside it decides which calls `Counts` show.
   * @default off
   */
  readonly consecutiveFailureThreshold?: number;
  /**
   * Milliseconds; a call is slow once it is older than this, finished or not. With the excess rule a slow call is a
   * bad one. A call that is given up when it is slow is a failure. In half-open a slow probe is a bad one, where a
   * rule uses this limit: the excess rule, `slowCallRateThreshold` or `tripWhen`.
   * @default off
   */
  readonly slowCallDuration?: number;
  /**
   * Trip when at least this fraction of the calls is slow; in (0, 1]. Needs `slowCallDuration`. Given without
   * another rule it is the only one: give a rule for failures, too, to trip on failures.
   * @default off
   */
  readonly slowCallRateThreshold?: number;
  /**
   * Decides instead of the rules above; see `excessFailures`, `failureRate`, `failures`, `consecutiveFailures`,
   * `slowCallRate`, `anyOf` and `allOf`. Asked after every counted outcome, and when calls in flight become slow.
   * @default the rules given, any of which trips
   */
  readonly tripWhen?: TripPredicate;
  /**
   * How much of the past counts while closed: milliseconds (in ten buckets), `{ duration, buckets }`, the last
   * `{ calls }`, or `Infinity`: everything since the breaker closed. A window of time is 1 ms or longer.
   * @default Infinity with the excess rule alone, or else { duration: 10_000, buckets: 10 }
   */
  readonly rollingWindow?: RollingWindow;
  /**
   * Milliseconds in the open state, 0 or more, or a function that returns them; see `exponential`, `jittered` and
   * `retryAfterHeader`. `Infinity` is until `reset()` or `halfOpen()`.
   * @default 1 s, doubling with each opening in a row to 15 s; each but the first is spread by 20 % either way
   */
  readonly retryTimeout?: number | RetryTimeout;
  /**
   * Half-open by rounds: one probe at once, and this many more after each good round, until no call is refused.
   * From 1 on; `Infinity` closes after one good probe. Stands instead of the next three options.
   * @default 2, unless one of the next three is given
   */
  readonly probeGrowth?: number;
  /**
   * Fixed half-open: good probes that close the breaker.
   * @default 1, when `maxProbes` or `probeFailureThreshold` is given
   */
  readonly successThreshold?: number;
  /**
   * Fixed half-open: probes in flight at once.
   * @default `successThreshold`
   */
  readonly maxProbes?: number;
  /**
   * Fixed half-open: bad probes that open the breaker again.
   * @default 1
   */
  readonly probeFailureThreshold?: number;
  /**
   * Milliseconds after which a probe without an answer gives its place to another.
   * @default the open time just served, at least 10_000
   */
  readonly probeTimeout?: number;
  /**
   * A snapshot to start from. The time since the snapshot was taken has passed. The hands that held a state are
   * gone: isolated and disabled breakers start closed.
   * @default none: a fresh closed state
   */
  readonly restore?: CircuitSnapshot;
}
