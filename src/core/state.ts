/**
 * The state of a circuit breaker.
 *
 * - `'closed'`: calls pass, and the breaker counts their outcomes.
 * - `'open'`: the breaker refuses calls until the open time is over.
 * - `'half-open'`: a few calls pass, the probes. Their outcomes close the breaker or open it again.
 * - `'isolated'`: held open by hand. `'disabled'`: held closed by hand, and no rule trips.
 */
export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated' | 'disabled';

/** The states that admit calls. */
export type AdmittingState = Exclude<CircuitState, 'open' | 'isolated'>;

/** The states that refuse calls; half-open refuses the calls for which no place is left. */
export type RefusingState = Exclude<CircuitState, 'closed' | 'disabled'>;

/** The reason of a state change: the rule that tripped, the probes' verdict, the other processes' verdict, the time, or the hand. */
export type StateChangeReason =
  | 'excess-failures'
  | 'failure-rate'
  | 'failures'
  | 'consecutive-failures'
  | 'slow-call-rate'
  | 'trip-when'
  | 'trip'
  | 'retry-timeout'
  | 'half-open'
  | 'probes-succeeded'
  | 'probes-failed'
  | 'peers-opened'
  | 'peers-closed'
  | 'isolate'
  | 'disable'
  | 'release'
  | 'reset';

/** How a call ended. */
export type Outcome = 'success' | 'failure' | 'ignored' | 'cancelled';
