import { NEVER } from './clock.js';

/** A call in flight whose age matters. */
export class Flight {
  readonly since: number;
  /** Its age has been acted on: it was found slow, or its place as a probe was given away. */
  overdue = false;
  older: Flight = this;
  newer: Flight = this;

  constructor(since: number) {
    this.since = since;
  }
}

/**
 * Calls in flight that are not overdue yet, in the order of their admission: so the next to become
 * overdue is always the oldest, and is found, added and removed at once, however many there are. It is
 * a ring whose two ends meet at this sentinel, the newest before it and the oldest after it.
 */
export class Flights extends Flight {
  /** Milliseconds of age at which a call is overdue. */
  private readonly limit: number;

  constructor(limit: number) {
    super(NEVER); // so an empty ring is never due
    this.limit = limit;
  }

  /** When so many calls will have become overdue; `Infinity` when there are fewer. */
  dueAfter(count: number): number {
    let flight = this.newer;
    for (let left = count; left > 1 && flight !== this; left--) flight = flight.newer;
    return flight.since + this.limit;
  }

  add(since: number): Flight {
    const flight = new Flight(since);
    flight.newer = this;
    flight.older = this.older;
    this.older = flight.older.newer = flight;
    return flight;
  }

  remove(flight: Flight): void {
    flight.older.newer = flight.newer;
    flight.newer.older = flight.older;
    // a call that hangs keeps its flight: it must not keep all that came after it
    flight.older = flight.newer = flight;
  }

  /** The oldest call has become overdue. */
  lapse(): void {
    this.newer.overdue = true;
    this.remove(this.newer);
  }
}
