/** The numbers of the present state: outcomes in its window, and calls in flight. */
export interface Counts {
  /** Calls that ended and were counted: `successes + failures`. */
  readonly calls: number;
  readonly successes: number;
  readonly failures: number;
  /** Slow calls: those that ended in the window plus `slowInFlight`. */
  readonly slow: number;
  /** Calls in flight that are older than `slowCallDuration`. */
  readonly slowInFlight: number;
  /** Calls that ended and were told not to count. */
  readonly ignored: number;
  /** Calls that were admitted and have not ended. */
  readonly inFlight: number;
  /** Successes since the last failure, however old. */
  readonly consecutiveSuccesses: number;
  /** Failures since the last success, however old. */
  readonly consecutiveFailures: number;
  /**
   * Bad calls minus good calls since all was last well, from 0 to `excessFailureThreshold`. A bad call failed or
   * was slow, a good call succeeded in time.
   */
  readonly excessFailures: number;
  /** Milliseconds since `excessFailures` left 0; 0 while it is 0. */
  readonly troubledFor: number;
  /** Good calls minus bad calls since the breaker closed. */
  readonly balance: number;
  /** `failures / calls`; 0 without calls. */
  readonly failureRate: number;
  /** `slow / (calls + slowInFlight)`; 0 without calls. */
  readonly slowRate: number;
}
