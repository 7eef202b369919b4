import { NEVER } from './clock.js';
import type { Counts } from './counts.js';
import { Flight, Flights } from './flights.js';
import type { CircuitState } from './state.js';
import { tallyOf } from './trip.js';
import { endless, type Spot, Window, type WindowConfig, type WindowSnapshot } from './window.js';

/**
 * One stay in a state: the calls that have a place in it, and the counts of those that ended. The object
 * itself is the epoch: a permit that holds another one than the machine does is late.
 */
export class Epoch extends Window {
  readonly state: CircuitState;
  /** Whether every call is let through, and none by its age: closed, without a rule about slow calls. */
  readonly plain: boolean;
  /** Whether nothing in it depends on the time: its window forgets none, and nobody has asked for an age yet. */
  timeless: boolean;
  /** When it is over by itself; `Infinity` when it is not. */
  readonly until: number;
  inFlight = 0;
  /** Calls in flight that are slow by now. */
  overdue = 0;
  /** The last outcomes that were alike: so many successes, or minus so many failures. */
  streak = 0;
  /** Calls in flight by age; null when no rule asks for it. In half-open, probes that have not expired. */
  private readonly flights: Flights | null;

  /** @param limit Milliseconds of age at which a call is overdue; `Infinity` where none is. */
  constructor(
    state: CircuitState,
    window: WindowConfig,
    since: number,
    until: number = NEVER,
    limit: number = NEVER,
  ) {
    super(window, since);
    this.state = state;
    this.until = until;
    // of a probe it matters how long it took, even if it never loses its place: it may have been slow
    this.flights = limit < NEVER || state === 'half-open' ? new Flights(limit) : null;
    this.plain = state === 'closed' && this.flights === null;
    this.timeless = this.plain && window.duration === NEVER;
  }

  /** Good calls minus bad ones. */
  get balance(): number {
    return this.allSuccesses - this.allFailures;
  }

  /** When time alone changes something next. */
  get due(): number {
    return this.flights?.due ?? this.until;
  }

  /** When time alone will have ended it, or have made so many calls overdue. */
  dueAfter(count: number): number {
    return this.flights?.dueAfter(count) ?? this.until;
  }

  /** Slow calls, those in flight among them. */
  get slow(): number {
    return this.endedSlow + this.overdue;
  }

  /** A call takes a place. Answers with its age, where that is `asked` for or matters. */
  admit(now: number, asked: boolean): Flight | null {
    this.inFlight++;
    if (this.flights !== null) return this.flights.add(now);
    if (!asked) return null;
    this.timeless = false;
    return new Flight(now);
  }

  /** A call gives its place back, unless that was given away already. */
  release(flight: Flight | null): void {
    if (flight !== null) {
      if (!flight.overdue) this.flights?.remove(flight);
      else if (this.state === 'half-open') return;
      else this.overdue--;
    }
    this.inFlight--;
  }

  /** The oldest calls are overdue: slow from now on, or probes that have lost their places. How many? */
  lapse(): number {
    const calls = this.flights?.lapse() ?? 0;
    if (this.state === 'half-open') this.inFlight -= calls;
    else this.overdue += calls;
    return calls;
  }

  /** Counts a success or a failure (1), slow (1) or not. Answers with the streak that it met, for `amend`. */
  count(failed: number, slow: number, now: number): number {
    const { streak } = this;
    this.streak = failed ? Math.min(streak, 0) - 1 : Math.max(streak, 0) + 1;
    this.record(failed, slow, now);
    return streak;
  }

  /** Turns a success into a failure; `met` is the streak that it met. */
  amend(met: number, spot: Spot): void {
    this.streak = Math.min(met, 0) - 1;
    this.turn(spot);
  }

  /** Starts from what a snapshot held; calls then in flight are gone, the slow ones among them too. */
  load(counts: Counts, window: WindowSnapshot | null): void {
    const tally = tallyOf(counts);
    this.streak = tally.streak;
    this.refill({ ...tally, slow: tally.endedSlow }, window);
  }

  /** The counts as they are now, for keeps. */
  counts(): Counts {
    const { successes, failures, slow, streak } = this;
    const calls = successes + failures;
    return {
      calls,
      successes,
      failures,
      slow,
      ignored: this.ignored,
      inFlight: this.inFlight,
      consecutiveSuccesses: Math.max(streak, 0),
      consecutiveFailures: Math.max(-streak, 0),
      failureRate: failures / calls || 0,
      slowRate: slow / (calls + this.overdue) || 0,
    };
  }
}

/** The counts of an epoch in which nothing has happened. */
export const nothing: Counts = /* @__PURE__ */ new Epoch('closed', endless, 0).counts();
