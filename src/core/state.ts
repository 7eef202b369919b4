/**
 * `'closed'`: calls pass and are counted. `'open'`: calls are refused until the retry timeout is over.
 * `'half-open'`: a few probes pass. `'isolated'` and `'disabled'`: held by hand, refusing everything
 * or letting everything through.
 */
export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated' | 'disabled';

/** The states that let calls through, so the states that a call can have been admitted in. */
export type AdmittingState = Exclude<CircuitState, 'open' | 'isolated'>;

/** Why the state changed. */
export type StateChangeReason =
  | 'failure-rate'
  | 'failures'
  | 'consecutive-failures'
  | 'slow-call-rate'
  | 'trip-when'
  | 'retry-timeout'
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
