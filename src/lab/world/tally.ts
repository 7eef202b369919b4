/** What became of the requests of a lane. All numbers are counts, but `waited` and `answering`. */
export class Tally {
  /** Requests that came: `answered + failed + refused + running`. */
  requests = 0;
  /** Requests answered well. */
  answered = 0;
  /** Requests whose last call failed. */
  failed = 0;
  /** Requests with a refusal as their last call. */
  refused = 0;
  /** Refused requests for which the service had a good answer at the time. */
  refusedInVain = 0;
  /** Calls, retries included. */
  calls = 0;
  /** Calls admitted by the breaker. */
  admitted = 0;
  /** Calls let into a service in an incident, a crash or an overload. */
  letIntoBroken = 0;
  /** Milliseconds of waiting for requests without an answer. */
  waited = 0;
  /** Milliseconds of waiting for answered requests. */
  answering = 0;

  /** Requests without an end so far. */
  get running(): number {
    return this.requests - this.answered - this.failed - this.refused;
  }
}
