import { NEVER } from './clock.js';

/** The calls of one instant of admission; or a single call whose age only a listener needs. */
export class Flight {
  /** The instant of admission. */
  since: number;
  /** The calls in flight; after `overdue` the calls in flight at that instant. */
  calls = 1;
  /** The age of the calls has reached the limit of the ring. */
  overdue = false;
  older: Flight = this;
  newer: Flight = this;
  /** The same calls in another ring with another limit. */
  twin: Flight | null = null;

  constructor(since: number) {
    this.since = since;
  }
}

/**
 * Calls in flight in the order of admission, until their age reaches a limit. The oldest calls are always the next calls
 * to reach the limit, so add, remove and find cost O(1).
 *
 * A doubly linked ring; this object is the sentinel:
 *
 *            newer         newer         newer
 *      ┌──────────▶ Flight ─────▶ Flight ─────▶ Flight ───┐
 *   sentinel        since 3       since 7       since 9   │
 *      ▲   ▲        2 calls       1 call        0 calls   │
 *      │   └──────── (older points the other way) ────────┘
 *      due = 3 + limit
 *
 * An empty newest flight stays in the ring and takes the next calls: neither calls in sequence nor a thousand calls at one
 * instant create many objects. An overdue flight leaves the ring.
 */
export class Flights extends Flight {
  /** Milliseconds of age at which a call is overdue. */
  limit: number;

  constructor(limit: number) {
    super(NEVER);
    this.calls = 0; // the sentinel holds no calls: an empty ring is never due
    this.limit = limit;
  }

  /** The flight of the oldest calls; the sentinel (`since` is `Infinity`) in an empty ring. */
  get oldest(): Flight {
    return this.newer.calls === 0 ? this : this.newer;
  }

  /** The instant at which the oldest calls become overdue; `Infinity` in an empty ring. */
  get due(): number {
    return this.oldest.since + this.limit;
  }

  /** Adds a call. */
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

  /** Removes a call that ended before it was overdue. */
  remove(flight: Flight): void {
    flight.calls--;
    if (flight.calls === 0 && flight !== this.older) this.drop(flight);
  }

  /** Marks the oldest calls as overdue, and takes them out of the ring. */
  lapse(): Flight {
    const flight = this.newer;
    flight.overdue = true;
    this.drop(flight);
    return flight;
  }

  private drop(flight: Flight): void {
    flight.older.newer = flight.newer;
    flight.newer.older = flight.older;
    // a hanging call keeps its flight in memory, and the flight must not keep all later flights
    flight.older = flight.newer = flight;
  }
}

/** The ring under another limit, with its calls; a new ring for null, and null for the limit `Infinity`. */
export function limited(flights: Flights | null, limit: number): Flights | null {
  if (limit === NEVER) return null;
  if (flights === null) return new Flights(limit);
  flights.limit = limit;
  return flights;
}
