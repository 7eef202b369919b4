export {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
} from './circuitBreaker.js';
export {
  type CircuitBreakers,
  type CircuitBreakersOptions,
  circuitBreakers,
} from './circuitBreakers.js';
export { exponential, jittered, retryAfterHeader } from './core/backoff.js';
export { CircuitOpenError, isCircuitOpenError } from './core/errors.js';
export type {
  AdmittingState,
  CancelledEvent,
  CircuitEvent,
  CircuitState,
  FailureEvent,
  IgnoredEvent,
  LateEvent,
  Outcome,
  ProbeExpiredEvent,
  RejectedEvent,
  StateChangeEvent,
  StateChangeReason,
  SuccessEvent,
} from './core/events.js';
export type { RetryTimeout, RetryTimeoutContext, RollingWindow } from './core/options.js';
export type { Permit } from './core/permit.js';
export type { CircuitSnapshot } from './core/snapshot.js';
export {
  allOf,
  anyOf,
  type Counts,
  consecutiveFailures,
  failureRate,
  failures,
  slowCallRate,
  type TripPredicate,
} from './core/trip.js';
export type { BucketSnapshot, WindowSnapshot } from './core/window.js';
export type { KeyedCircuitEvent } from './keyedMachine.js';
