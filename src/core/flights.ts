import { NEVER } from './clock.js';

/** A call in flight whose age matters: to slow calls, to probes, or to someone who listens. */
export class Flight {
  /** When the call was admitted. */
  readonly since: number;
  /** Its age has been acted on: it was found slow, or its probe's place was given away. */
  overdue = false;
  older: Flight = this;
  newer: Flight = this;

  constructor(since: number) {
    this.since = since;
  }

  /** Leaves its ring; without one, nothing happens. */
  leave(): void {
    this.older.newer = this.newer;
    this.newer.older = this.older;
    this.older = this.newer = this;
  }
}

/**
 * Calls in flight that are not overdue yet, in the order of their admission: so the next to become
 * overdue is always the oldest, and is found, added and removed at once, however many there are. It is a
 * ring whose two ends meet at this sentinel, the newest before it and the oldest after it.
 */
export class Flights extends Flight {
  /** Milliseconds of age at which a call is overdue. */
  private readonly limit: number;

  constructor(limit: number) {
    super(NEVER); // of no age, so that an empty ring is never due
    this.limit = limit;
  }

  /** When the next one becomes overdue; `Infinity` when there is none. */
  get due(): number {
    return this.newer.since + this.limit;
  }

  /** When the next so many will have become overdue. */
  dueAfter(count: number): number {
    let flight: Flight = this;
    for (let left = count; left > 0; left--) flight = flight.newer;
    return flight.since + this.limit;
  }

  add(flight: Flight): void {
    flight.older = this.older;
    flight.newer = this;
    this.older = flight.older.newer = flight;
  }

  /** The oldest has become overdue. */
  lapse(): void {
    this.newer.overdue = true;
    this.newer.leave();
  }
}
