import type { CircuitSnapshot } from './snapshot.js';
import type { AdmittingState } from './state.js';
import type { TripPredicate } from './trip.js';

/** What a `retryTimeout` function is told. */
export interface RetryTimeoutContext {
  /** How often the breaker has opened since it was last closed, this time included: 1, 2, 3, ... */
  readonly attempt: number;
  /** What opened it: the error, or the value that `classifyValue` called a failure; `undefined` for slow calls. */
  readonly error: unknown;
  /** The breaker just before it opens, with the counts that decided. */
  readonly snapshot: CircuitSnapshot;
  /** The scheduler's time, in milliseconds. */
  readonly now: number;
}

/** How long to stay open, in milliseconds of 0 or more; `Infinity` is until `reset()`. */
export type RetryTimeout = (context: RetryTimeoutContext) => number;

/** How much of the past counts while closed. */
export type RollingWindow =
  | number
  | { readonly duration: number; readonly buckets?: number; readonly calls?: never }
  | { readonly calls: number; readonly duration?: never; readonly buckets?: never };

/** The options of the breaker proper. A bad value is a RangeError or a TypeError at creation. */
export interface CoreOptions {
  /**
   * Shown in errors, events and metrics.
   * @default 'circuit-breaker'
   */
  readonly name?: string;
  /**
   * Trip when at least this fraction of the window's calls have failed; in (0, 1].
   * @default 0.5, when no other trip rule is given
   */
  readonly failureRateThreshold?: number;
  /**
   * Calls that the window must hold before a rate may trip.
   * @default 10, or what a window of fewer calls can hold
   */
  readonly minimumCalls?: number;
  /**
   * Trip when at least this many calls of the window have failed.
   * @default off
   */
  readonly failureThreshold?: number;
  /**
   * Trip when this many calls in a row have failed, however long that took.
   * @default off
   */
  readonly consecutiveFailureThreshold?: number;
  /**
   * Milliseconds; a call is slow once it is older than this, finished or not.
   * @default off
   */
  readonly slowCallDuration?: number;
  /**
   * Trip when at least this fraction of the calls are slow; in (0, 1]. Needs `slowCallDuration`. Given
   * on its own it is the only rule: give `failureRateThreshold` too, to trip on failures as well.
   * @default 1, when `slowCallDuration` is set
   */
  readonly slowCallRateThreshold?: number;
  /**
   * Decides instead of the rules above; see `failureRate`, `failures`, `consecutiveFailures`,
   * `slowCallRate`, `anyOf` and `allOf`. Asked after every counted outcome.
   * @default the rules given, any of which trips
   */
  readonly tripWhen?: TripPredicate;
  /**
   * How much of the past counts while closed: milliseconds (in ten buckets), `{ duration, buckets }`,
   * the last `{ calls }`, or `Infinity`: everything since it closed.
   * @default { duration: 10_000, buckets: 10 }
   */
  readonly rollingWindow?: RollingWindow;
  /**
   * Milliseconds in the open state, 0 or more, or a function that says how many; see `exponential`,
   * `jittered` and `retryAfterHeader`. `Infinity` is until `reset()`.
   * @default 30_000
   */
  readonly retryTimeout?: number | RetryTimeout;
  /**
   * Successes in half-open that close the breaker.
   * @default 1
   */
  readonly successThreshold?: number;
  /**
   * Probes in flight at once in half-open.
   * @default `successThreshold`
   */
  readonly maxProbes?: number;
  /**
   * Failures in half-open that open it again.
   * @default 1
   */
  readonly probeFailureThreshold?: number;
  /**
   * Milliseconds after which a probe without an answer gives its place to another.
   * @default the open time just served
   */
  readonly probeTimeout?: number;
  /**
   * What makes a call a success: its completion, or already its first value (for endless streams).
   * @default 'complete'
   */
  readonly successOn?: 'complete' | 'first-value';
  /**
   * What an error means. `state` is the state the call was admitted in: an answer of 404 may be
   * neutral while closed and a proof of life in half-open.
   * @default every error is a failure
   */
  readonly classifyError?: (
    error: unknown,
    state: AdmittingState,
  ) => 'failure' | 'success' | 'ignored';
  /**
   * What a value means: `'failure'` settles the call as one, then and there, and the stream goes on;
   * `'undecided'` leaves the verdict to what comes after.
   * @default every value is a sign of success
   */
  readonly classifyValue?: (
    value: unknown,
    state: AdmittingState,
  ) => 'success' | 'failure' | 'undecided';
  /**
   * A snapshot to start from. Held states were held by a hand that is gone: they start closed.
   * @default none: a fresh closed state
   */
  readonly restore?: CircuitSnapshot;
}
