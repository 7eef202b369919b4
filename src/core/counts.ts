/** What happened to the calls of the present state's window. */
export interface Counts {
  /** Calls that ended and were counted: `successes + failures`. */
  readonly calls: number;
  readonly successes: number;
  readonly failures: number;
  /** Slow calls: those that ended in the window, and those in flight that are slow by now. */
  readonly slow: number;
  /** Calls that ended but were told not to count. */
  readonly ignored: number;
  /** Calls that have a place and have not ended. */
  readonly inFlight: number;
  /** Successes since the last failure, however old. */
  readonly consecutiveSuccesses: number;
  /** Failures since the last success, however old. */
  readonly consecutiveFailures: number;
  /** `failures / calls`, 0 when there are none. */
  readonly failureRate: number;
  /** Slow calls as a fraction of the calls that ended and of those in flight that are slow; 0 when there are none. */
  readonly slowRate: number;
}
