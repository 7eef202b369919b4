/** What became of the requests of a lane. All numbers are counts, but `waited` and `answering`. */
export class Tally {
  /** Requests that came: `answered + failed + refused + running`. */
  requests = 0;
  /** Requests that were answered well. */
  answered = 0;
  /** Requests whose last call failed. */
  failed = 0;
  /** Requests whose last call the breaker refused. */
  refused = 0;
  /** Refused requests that the service would have answered well at that instant. */
  refusedInVain = 0;
  /** Calls, retries included. */
  calls = 0;
  /** Calls that the breaker let through. */
  admitted = 0;
  /** Calls that were let into a service in an incident, a crash or an overload. */
  letIntoBroken = 0;
  /** Milliseconds that callers waited for requests that were not answered. */
  waited = 0;
  /** Milliseconds that callers waited for requests that were answered. */
  answering = 0;

  /** Requests without an end so far. */
  get running(): number {
    return this.requests - this.answered - this.failed - this.refused;
  }
}
