import type { CircuitSnapshot } from './snapshot.js';
import type {
  AdmittingState,
  CircuitState,
  Outcome,
  RefusingState,
  StateChangeReason,
} from './state.js';

interface Told {
  /** The name of the breaker. */
  readonly breaker: string;
}

interface Ended extends Told {
  /** The state in which the call was admitted. */
  readonly state: AdmittingState;
  /** Milliseconds from admission to outcome; missing if nobody observed `events$` when the breaker admitted the call. */
  readonly duration?: number;
  /** The call was older than `slowCallDuration`. */
  readonly slow: boolean;
  /** The `context` of the call's options. */
  readonly context?: unknown;
}

/**
 * The breaker counted a call as a success.
 *
 * @example
 * ```ts
 * payments.events$.subscribe((event) => {
 *   if (event.type === 'success') console.log(event.breaker, event.slow); // payments false
 * });
 * payments.acquire().success();
 * ```
 */
export interface SuccessEvent extends Ended {
  readonly type: 'success';
}

/**
 * The breaker counted a call as a failure. `error` is the error of the call, or the value that `classifyValue` judged
 * a failure; `undefined` for a slow call that the caller gave up.
 *
 * @example
 * ```ts
 * payments.events$.subscribe((event) => {
 *   if (event.type === 'failure') console.log(event.error); // HTTP 503
 * });
 * payments.acquire().failure('HTTP 503');
 * ```
 */
export interface FailureEvent extends Ended {
  readonly type: 'failure';
  readonly error: unknown;
}

/**
 * A call ended, and a classifier or a permit ignored the end: no rule counts the call.
 *
 * @example
 * ```ts
 * payments.events$.subscribe((event) => {
 *   if (event.type === 'ignored') console.log(event.duration); // 0
 * });
 * payments.acquire().ignore();
 * ```
 */
export interface IgnoredEvent extends Ended {
  readonly type: 'ignored';
  readonly error: unknown;
}

/**
 * The caller gave up a call before the first good value. The place of the call is free again, and no rule counts the
 * call.
 *
 * @example
 * ```ts
 * payments.events$.subscribe((event) => {
 *   if (event.type === 'cancelled') console.log(event.state); // closed
 * });
 * payments.acquire().cancel();
 * ```
 */
export interface CancelledEvent extends Ended {
  readonly type: 'cancelled';
}

/**
 * A call ended after the state that admitted the call. No rule counts the call, and no place becomes free.
 *
 * ![A failure that comes in half-open, from a call made while closed, changes nothing](../../marbles/11-late-results/01-a-late-failure-does-not-reopen.svg)
 *
 * @example
 * ```ts
 * payments.events$.subscribe((event) => {
 *   if (event.type === 'late') console.log(event.outcome); // success
 * });
 * const permit = payments.acquire();
 * payments.trip();
 * permit.success();
 * ```
 */
export interface LateEvent extends Ended {
  readonly type: 'late';
  readonly outcome: Outcome;
  readonly error?: unknown;
}

/**
 * The breaker refused a call.
 *
 * @example
 * ```ts
 * payments.events$.subscribe((event) => {
 *   if (event.type === 'rejected') console.log(event.state, event.retryAfter); // open 1000
 * });
 * payments.trip();
 * http.get('/rates').pipe(payments).subscribe({ error: () => {} });
 * ```
 */
export interface RejectedEvent extends Told {
  readonly type: 'rejected';
  readonly state: RefusingState;
  /** Milliseconds to the next moment that may admit a call; `Infinity` when isolated. */
  readonly retryAfter: number;
  /** The `context` of the call's options. */
  readonly context?: unknown;
}

/**
 * A probe has given no answer for `probeTimeout` milliseconds. The place of the probe is free for another call.
 *
 * @example
 * ```ts
 * let expired = 0;
 * payments.events$.subscribe((event) => {
 *   if (event.type === 'probe-expired') expired++;
 * });
 * ```
 */
export interface ProbeExpiredEvent extends Told {
  readonly type: 'probe-expired';
}

/**
 * The state changed.
 *
 * @example
 * ```ts
 * payments.events$.subscribe((event) => {
 *   if (event.type === 'state-change') console.log(`${event.from} -> ${event.to}, ${event.reason}`); // closed -> open, trip
 * });
 * payments.trip();
 * ```
 */
export interface StateChangeEvent extends Told {
  readonly type: 'state-change';
  readonly from: CircuitState;
  readonly to: CircuitState;
  readonly reason: StateChangeReason;
  /** The failure that opened the breaker, as in `CircuitOpenError.cause`; `undefined` unless `to` is `'open'`. */
  readonly error: unknown;
  /** The breaker after the change, with the counts before the change: the counts that decided. */
  readonly snapshot: CircuitSnapshot;
}

/**
 * A hand called `reset()`. The event follows the state change, if the state changed.
 *
 * @example
 * ```ts
 * payments.events$.subscribe((event) => {
 *   if (event.type === 'reset') console.log(event.breaker); // payments
 * });
 * payments.reset();
 * ```
 */
export interface ResetEvent extends Told {
  readonly type: 'reset';
}

/**
 * An event of a breaker; `type` tells the events apart.
 *
 * @example
 * ```ts
 * const log = (event: CircuitEvent) => {
 *   if (event.type === 'failure') console.log(event.breaker, event.error); // payments HTTP 503
 * };
 * payments.events$.subscribe(log);
 * payments.acquire().failure('HTTP 503');
 * ```
 */
export type CircuitEvent =
  | SuccessEvent
  | FailureEvent
  | IgnoredEvent
  | CancelledEvent
  | LateEvent
  | RejectedEvent
  | ProbeExpiredEvent
  | StateChangeEvent
  | ResetEvent;
