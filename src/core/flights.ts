import { NEVER } from './clock.js';

/** The calls that were admitted at one instant; or one call whose age only a listener asks for. */
export class Flight {
  /** When they were admitted. */
  since: number;
  /** How many of them are in flight and not overdue. Once overdue: how many there were then. */
  calls = 1;
  /** Their age has passed the limit of their ring. */
  overdue = false;
  older: Flight = this;
  newer: Flight = this;
  /** The same calls in another ring, with another limit. */
  twin: Flight | null = null;

  constructor(since: number) {
    this.since = since;
  }
}

/**
 * Calls in flight in the order of their admission, until their age passes a limit. So the next calls to pass it are
 * always the oldest, and adding, removing and finding them costs the same however many there are.
 *
 * The ring is closed by this object itself, the sentinel:
 *
 *            newer         newer         newer
 *      ┌──────────▶ Flight ─────▶ Flight ─────▶ Flight ───┐
 *   sentinel        since 3       since 7       since 9   │
 *      ▲   ▲        2 calls       1 call        0 calls   │
 *      │   └──────── (older points the other way) ────────┘
 *      due = 3 + limit
 *
 * The newest flight stays in the ring when it is empty and takes the next calls: so calls one after the other, or a
 * thousand at one instant, make hardly any objects. A flight that is overdue leaves the ring.
 */
export class Flights extends Flight {
  /** Milliseconds of age at which a call is overdue. */
  limit: number;

  constructor(limit: number) {
    super(NEVER);
    this.calls = 0; // the sentinel holds no call, so an empty ring is never due
    this.limit = limit;
  }

  /** The flight of the oldest calls; the sentinel (`since` is `Infinity`) in an empty ring. */
  get oldest(): Flight {
    return this.newer.calls === 0 ? this : this.newer;
  }

  /** When the oldest calls become overdue; `Infinity` in an empty ring. */
  get due(): number {
    return this.oldest.since + this.limit;
  }

  /** Adds a call that is admitted now. */
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

  /** Takes the oldest calls out of the ring: they have become overdue. */
  lapse(): Flight {
    const flight = this.newer;
    flight.overdue = true;
    this.drop(flight);
    return flight;
  }

  private drop(flight: Flight): void {
    flight.older.newer = flight.newer;
    flight.newer.older = flight.older;
    // a call that hangs keeps its flight, and must not keep all flights that came after it
    flight.older = flight.newer = flight;
  }
}
