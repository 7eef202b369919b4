import { NEVER } from './clock.js';

/** Calls that were admitted at the same instant, where their age matters; or one, where it is only asked for. */
export class Flight {
  /** When they were admitted. */
  since: number;
  /** How many of them are in flight and not overdue; after that, how many were. */
  calls = 1;
  /** Their age has been acted on: they were found slow, or the places of these probes were given away. */
  overdue = false;
  older: Flight = this;
  newer: Flight = this;

  constructor(since: number) {
    this.since = since;
  }
}

/**
 * Calls in flight that are not overdue yet, in the order of their admission: so the next to become
 * overdue are always the oldest, and are found, added and removed at once, however many there are. It is
 * a ring whose two ends meet at this sentinel, the newest before it and the oldest after it.
 *
 * Calls of one instant share a Flight, and the newest stays when it is empty, for those to come: so calls
 * one after the other, or by the thousand, make hardly any.
 */
export class Flights extends Flight {
  /** Milliseconds of age at which a call is overdue. */
  private readonly limit: number;

  constructor(limit: number) {
    super(NEVER);
    this.calls = 0; // nobody is in it, so an empty ring is never due
    this.limit = limit;
  }

  /** When the next calls become overdue; `Infinity` when there are none. */
  get due(): number {
    const { calls, since } = this.newer;
    return calls === 0 ? NEVER : since + this.limit;
  }

  /** When so many calls will have become overdue; `Infinity` when there are fewer. */
  dueAfter(count: number): number {
    let flight: Flight = this;
    let left = count;
    do {
      flight = flight.newer;
      left -= flight.calls;
    } while (left > 0 && flight !== this);
    return flight.since + this.limit;
  }

  /** One more call. */
  add(now: number): Flight {
    const newest = this.older;
    if (newest.calls === 0 && newest !== this) newest.since = now;
    if (newest.since === now) {
      newest.calls++;
      return newest;
    }
    const flight = new Flight(now);
    flight.older = newest;
    flight.newer = this;
    this.older = newest.newer = flight;
    return flight;
  }

  /** One of the calls of this flight is over. */
  remove(flight: Flight): void {
    flight.calls--;
    if (flight.calls === 0 && flight !== this.older) this.drop(flight);
  }

  /** The oldest calls have become overdue. Answers with how many. */
  lapse(): number {
    const flight = this.newer;
    flight.overdue = true;
    this.drop(flight);
    return flight.calls;
  }

  private drop(flight: Flight): void {
    flight.older.newer = flight.newer;
    flight.newer.older = flight.older;
    // a call that hangs keeps its flight: it must not keep all that came after it
    flight.older = flight.newer = flight;
  }
}
