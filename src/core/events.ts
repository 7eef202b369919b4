import type { CircuitSnapshot } from './snapshot.js';
import type { AdmittingState, CircuitState, Outcome, StateChangeReason } from './state.js';

interface Ended {
  /** The state that the call was admitted in. */
  readonly state: AdmittingState;
  /** Milliseconds from admission to outcome; missing for a call admitted before `events$` was observed. */
  readonly duration?: number;
}

/** A call was counted as a success. */
export interface SuccessEvent extends Ended {
  readonly type: 'success';
}

/** A call was counted as a failure; `error` is its error, or the value that `classifyValue` called a failure. */
export interface FailureEvent extends Ended {
  readonly type: 'failure';
  readonly error: unknown;
}

/** A call ended with an error that does not count. */
export interface IgnoredEvent extends Ended {
  readonly type: 'ignored';
  readonly error: unknown;
}

/** A call was given up by its caller before it showed anything; its place came back. */
export interface CancelledEvent extends Ended {
  readonly type: 'cancelled';
}

/** A call ended after the state that admitted it: nothing was counted, no place was freed. */
export interface LateEvent extends Ended {
  readonly type: 'late';
  readonly outcome: Outcome;
  readonly error?: unknown;
}

/** A call was refused. */
export interface RejectedEvent {
  readonly type: 'rejected';
  readonly state: 'open' | 'half-open' | 'isolated';
  /** Milliseconds until a call may be admitted. */
  readonly retryAfter: number;
}

/** A probe has not answered for `probeTimeout`; its place is free for another. */
export interface ProbeExpiredEvent {
  readonly type: 'probe-expired';
}

/** The state changed. */
export interface StateChangeEvent {
  readonly type: 'state-change';
  readonly from: CircuitState;
  readonly to: CircuitState;
  readonly reason: StateChangeReason;
  /** The breaker as it is after the change, but with the counts that led to it. */
  readonly snapshot: CircuitSnapshot;
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
  | StateChangeEvent;
