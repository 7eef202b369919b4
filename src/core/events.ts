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
  /** Milliseconds from admission to outcome; missing for a call that was admitted before `events$` was observed. */
  readonly duration?: number;
  /** The call was older than `slowCallDuration`. */
  readonly slow: boolean;
  /** The `context` of the call's options. */
  readonly context?: unknown;
}

/** A call was counted as a success. */
export interface SuccessEvent extends Ended {
  readonly type: 'success';
}

/**
 * A call was counted as a failure. `error` is its error, or the value that `classifyValue` called a failure;
 * `undefined` for a slow call that was given up.
 */
export interface FailureEvent extends Ended {
  readonly type: 'failure';
  readonly error: unknown;
}

/** A call ended with an error that does not count. */
export interface IgnoredEvent extends Ended {
  readonly type: 'ignored';
  readonly error: unknown;
}

/** The caller gave up a call before it showed anything. Its place came back, and nothing was counted. */
export interface CancelledEvent extends Ended {
  readonly type: 'cancelled';
}

/** A call ended after the state that admitted it. Nothing was counted, and no place came back. */
export interface LateEvent extends Ended {
  readonly type: 'late';
  readonly outcome: Outcome;
  readonly error?: unknown;
}

/** The breaker refused a call. */
export interface RejectedEvent extends Told {
  readonly type: 'rejected';
  readonly state: RefusingState;
  /** Milliseconds until it is worth asking again. */
  readonly retryAfter: number;
  /** The `context` of the call's options. */
  readonly context?: unknown;
}

/** A probe has not answered for `probeTimeout`. Its place is free for another. */
export interface ProbeExpiredEvent extends Told {
  readonly type: 'probe-expired';
}

/** The state changed. */
export interface StateChangeEvent extends Told {
  readonly type: 'state-change';
  readonly from: CircuitState;
  readonly to: CircuitState;
  readonly reason: StateChangeReason;
  /** What opened the breaker, as `CircuitOpenError.cause` says it; `undefined` unless `to` is `'open'`. */
  readonly error: unknown;
  /** The breaker after the change, but with the counts that led to the change. */
  readonly snapshot: CircuitSnapshot;
}

/** `reset()` was called. Told after the state change, if there is one. */
export interface ResetEvent extends Told {
  readonly type: 'reset';
}

/** What happened, told apart by `type`. */
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
