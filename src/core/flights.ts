/** A call in flight whose age matters: to slow calls, to probes, or to someone who listens. */
export class Flight {
  /** When the call was admitted. */
  readonly since: number;
  /** Its age has been acted on: it was found slow, or its probe's place was given away. */
  overdue = false;
  newer: Flight | null = null;
  older: Flight | null = null;

  constructor(since: number) {
    this.since = since;
  }
}

/**
 * The calls in flight that are not overdue yet, in the order of their admission, so that the next one
 * to become overdue is always the oldest: found, added and removed at once, however many there are.
 */
export class Flights {
  oldest: Flight | null = null;
  private newest: Flight | null = null;

  add(flight: Flight): void {
    flight.older = this.newest;
    if (this.newest === null) this.oldest = flight;
    else this.newest.newer = flight;
    this.newest = flight;
  }

  remove(flight: Flight): void {
    if (flight.older === null) this.oldest = flight.newer;
    else flight.older.newer = flight.newer;
    if (flight.newer === null) this.newest = flight.older;
    else flight.newer.older = flight.older;
    flight.older = flight.newer = null;
  }
}
