export { exponential, jittered, retryAfterHeader } from './core/backoff.js';
export {
  classifyHttpError,
  classifyHttpResponse,
  type HttpVerdict,
  httpStatusOf,
} from './core/classifyHttp.js';
export type { Counts } from './core/counts.js';
export { CircuitOpenError, isCircuitOpenError } from './core/errors.js';
export type {
  CancelledEvent,
  CircuitEvent,
  FailureEvent,
  IgnoredEvent,
  LateEvent,
  ProbeExpiredEvent,
  RejectedEvent,
  ResetEvent,
  StateChangeEvent,
  SuccessEvent,
} from './core/events.js';
export type {
  CallOptions,
  ErrorVerdict,
  JudgeOptions,
  RetryTimeout,
  RetryTimeoutContext,
  RollingWindow,
  ValueVerdict,
} from './core/options.js';
export type { Permit } from './core/permit.js';
export type {
  CircuitSnapshot,
  ExcessSnapshot,
  ProbesSnapshot,
  WhySnapshot,
} from './core/snapshot.js';
export type {
  AdmittingState,
  CircuitState,
  Outcome,
  RefusingState,
  StateChangeReason,
} from './core/state.js';
export type { CircuitTotals } from './core/totals.js';
export {
  allOf,
  anyOf,
  consecutiveFailures,
  excessFailures,
  failureRate,
  failures,
  slowCallRate,
  type TripPredicate,
} from './core/trip.js';
export type { BucketSnapshot, WindowSnapshot } from './core/window.js';
export {
  type CircuitBreakers,
  type CircuitBreakersOptions,
  circuitBreakers,
} from './keyed/circuitBreakers.js';
export type {
  KeyAddedEvent,
  KeyDroppedEvent,
  KeyedCircuitEvent,
  KeyRefusedEvent,
} from './keyed/events.js';
export {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
} from './rxjs/circuitBreaker.js';
export { unlessRefused } from './rxjs/unlessRefused.js';
export { type WaitWhileOpenOptions, waitWhileOpen } from './rxjs/waitWhileOpen.js';
