/**
 * The numbers of the present state: the outcomes in the window, and the calls in flight.
 *
 * @example
 * ```ts
 * payments.acquire().success();
 * payments.acquire().failure();
 * const { calls, failures, failureRate }: Counts = payments.snapshot().counts;
 * console.log(calls, failures, failureRate); // 2 1 0.5
 * ```
 */
export interface Counts {
  /** Calls that ended and were counted: `successes + failures`. */
  readonly calls: number;
  readonly successes: number;
  readonly failures: number;
  /** Slow calls: those that ended in the window plus `slowInFlight`. */
  readonly slow: number;
  /** Calls in flight that are older than `slowCallDuration`. */
  readonly slowInFlight: number;
  /** Calls that ended and that a classifier or a permit ignored. */
  readonly ignored: number;
  /** Admitted calls that still run, without probes that lost their places. */
  readonly inFlight: number;
  /** Successes since the last failure. These calls stay counted when the window forgets them. */
  readonly consecutiveSuccesses: number;
  /** Failures since the last success. These calls stay counted when the window forgets them. */
  readonly consecutiveFailures: number;
  /**
   * The excess of bad calls over good calls, from 0 to `excessFailureThreshold`: a bad call (failed or slow) adds 1, a
   * good call (a success in time) subtracts 1.
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
