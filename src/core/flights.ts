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
 * Calls in flight by age. Those that are not overdue yet are kept in the order of their admission, so
 * that the next to become overdue is always the oldest: found, added and removed at once, however many
 * there are.
 */
export class Flights {
  /** Milliseconds of age at which a call is overdue. */
  readonly limit: number;
  /** How many are overdue. */
  overdue = 0;
  private oldest: Flight | null = null;
  private newest: Flight | null = null;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** When the next one becomes overdue; `Infinity` when there is none. */
  get due(): number {
    return this.oldest === null ? Number.POSITIVE_INFINITY : this.oldest.since + this.limit;
  }

  /** The next one has become overdue. */
  lapse(): void {
    const flight = this.oldest as Flight;
    this.remove(flight);
    flight.overdue = true;
    this.overdue++;
  }

  add(flight: Flight): void {
    flight.older = this.newest;
    if (this.newest === null) this.oldest = flight;
    else this.newest.newer = flight;
    this.newest = flight;
  }

  /** Forgets a call, overdue or not. */
  remove(flight: Flight): void {
    if (flight.overdue) {
      this.overdue--;
      return;
    }
    if (flight.older === null) this.oldest = flight.newer;
    else flight.older.newer = flight.newer;
    if (flight.newer === null) this.newest = flight.older;
    else flight.newer.older = flight.older;
    flight.older = flight.newer = null;
  }
}
