import { NEVER } from './clock.js';
import type { Config } from './config.js';
import type { Counts } from './counts.js';
import { Excess } from './excess.js';
import { Flight, type Flights, limited } from './flights.js';
import { Probes } from './probes.js';
import type { CircuitSnapshot } from './snapshot.js';
import { admitsAll, type CircuitState } from './state.js';
import { endless, type Spot, Window } from './window.js';

/** The evidence before an outcome. `amend` needs the evidence to turn a success into a failure afterwards. */
interface Met extends Spot {
  readonly streak: number;
  readonly excessFailures: number;
  readonly troubledSince: number;
}

/**
 * One stay in a state: its calls in flight, and the counts of its ended calls. Each transition creates an epoch. A call
 * keeps the epoch that admitted the call; if the machine has another epoch by then, the outcome is late.
 */
export class Epoch extends Window {
  readonly state: CircuitState;
  /** The beginning of the epoch. */
  since: number;
  /** The instant at which time ends the epoch; `Infinity` if only calls or a hand can end the epoch. */
  readonly until: number;
  /** Closed or disabled, without a slow-call rule: every call is admitted and needs no start time. */
  plain = false;
  /** No count depends on the time: a success needs no look at the clock. */
  timeless = false;
  inFlight = 0;
  /** Calls in flight that are slow. */
  slowInFlight = 0;
  /** n > 0: the last n outcomes are successes. n < 0: the last -n outcomes are failures. */
  streak = 0;
  /** Closed and disabled: the excess of bad calls over good calls. */
  readonly excess: Excess = new Excess();
  /** Half-open: the probes and their verdict; null in other states. */
  readonly probes: Probes | null;
  /** Closed and disabled: calls in flight until they are slow; null without `slowCallDuration`. */
  private flights: Flights | null = null;

  /** @param served Half-open: the open time before, in milliseconds. */
  constructor(state: CircuitState, config: Config, since: number, until: number, served: number) {
    const counts = admitsAll(state);
    super(counts ? config : endless, since);
    this.state = state;
    this.since = since;
    this.until = until;
    this.probes = state === 'half-open' ? new Probes(config, since, served) : null;
    if (counts) this.track(config);
  }

  /** Closed and disabled: watches the calls in flight if `slowCallDuration` is given. */
  private track(config: Config): void {
    this.flights = limited(this.flights, config.slowLimit);
    this.plain = this.flights === null;
    this.timeless = this.plain && config.duration === NEVER;
  }

  /** The instant at which time alone changes something next. */
  get due(): number {
    if (this.flights !== null) return this.flights.due;
    return this.probes === null ? this.until : this.probes.due;
  }

  /** Time alone may settle a call now, so the epoch is neither plain nor timeless. */
  watchTheClock(): void {
    this.plain = this.timeless = false;
  }

  /**
   * Takes a place for a call. Returns the call's `Flight` (its start time) if a rule or a listener needs its age,
   * else null.
   */
  admit(now: number, isHeard: boolean): Flight | null {
    this.inFlight++;
    if (this.flights !== null) return this.flights.add(now);
    if (this.probes !== null) return this.probes.add(now);
    if (!isHeard) return null;
    this.timeless = false;
    return new Flight(now);
  }

  /** Gives the place of a call back. An expired probe has lost its place before. */
  release(flight: Flight | null): void {
    const { probes } = this;
    if (probes === null) {
      this.inFlight--;
      if (flight?.overdue) this.slowInFlight--;
      else if (flight !== null) this.flights?.remove(flight);
      return;
    }
    const probe = flight as Flight; // every probe has a flight
    const { twin } = probe;
    if (!probe.overdue) {
      this.inFlight--;
      probes.leases.remove(probe);
      if (twin?.overdue) this.slowInFlight--;
    }
    if (twin !== null && !twin.overdue) probes.limits?.remove(twin);
  }

  /** True if the call was counted as slow while it ran. */
  foundSlow(flight: Flight): boolean {
    return this.probes === null ? flight.overdue : flight.twin?.overdue === true;
  }

  /** Closed and disabled: the oldest calls have become slow. Returns how many. */
  lapse(): number {
    const { calls } = (this.flights as Flights).lapse();
    this.slowInFlight += calls;
    return calls;
  }

  /** Half-open: the oldest probes lose their places. Returns how many. */
  expireProbes(probes: Probes): number {
    const { calls, twin } = probes.leases.lapse();
    this.inFlight -= calls;
    if (twin?.overdue) this.slowInFlight -= calls;
    return calls;
  }

  /** Half-open: the oldest probes have become slow. Returns how many. */
  slowProbes(limits: Flights): number {
    const { calls, twin } = limits.lapse();
    if (!(twin as Flight).overdue) this.slowInFlight += calls;
    return calls;
  }

  /** The evidence before the outcome of now. */
  met(now: number): Met {
    this.roll(now);
    const { newest: bucket, streak, excess } = this;
    return {
      bucket,
      call: this.allSuccesses + this.allFailures,
      streak,
      excessFailures: excess.failures,
      troubledSince: excess.since,
    };
  }

  /** Counts a success (0) or a failure (1), slow (1) or not (0), in the window and in the streak. */
  record(failed: number, slow: number, now: number): void {
    this.streak = failed ? Math.min(this.streak, 0) - 1 : Math.max(this.streak, 0) + 1;
    this.recordOutcome(failed, slow, now);
  }

  /** A success of a call without a flight in a timeless epoch: the sum of `release`, `record` and `Excess.good`. */
  succeed(): void {
    this.inFlight--;
    this.streak = this.streak > 0 ? this.streak + 1 : 1;
    this.recordSuccess();
    this.excess.good();
  }

  /** Turns a success into a failure; `wasGood`: the excess counted the success as a good call. */
  amend(met: Met, wasGood: boolean, config: Config, now: number): void {
    const { excess } = this;
    this.streak = Math.min(met.streak, 0) - 1;
    this.amendOutcome(met);
    if (!wasGood) return;
    excess.failures = met.excessFailures;
    excess.since = met.troubledSince;
    excess.balance--;
    excess.bad(config.excessFailureThreshold, now);
  }

  /** Starts from the evidence of a snapshot, without its calls in flight. */
  restore(snapshot: CircuitSnapshot, config: Config, passed: number): void {
    const { counts, window, excess, stateFor = 0 } = snapshot;
    const now = this.since;
    this.since = now - stateFor - passed;
    const { slow, calls, slowRate } = counts;
    // a snapshot of version 0.1 lacks `slowInFlight`: slow / slowRate = calls + slowInFlight
    const { slowInFlight = slowRate > 0 ? Math.round(slow / slowRate) - calls : 0 } = counts;
    this.streak = counts.consecutiveSuccesses - counts.consecutiveFailures;
    this.restoreWindow(
      { ...counts, slow: Math.max(0, Math.min(calls, slow - slowInFlight)) },
      window,
      passed,
    );
    if (!excess) return;
    this.excess.failures = Math.min(excess.failures, config.excessFailureThreshold);
    this.excess.since = now - (excess.ago ?? 0) - passed;
    this.excess.balance = excess.balance;
  }

  /** Replaces the settings. The window keeps its contents if the kind of window stays. */
  reconfigure(config: Config, now: number): void {
    if (admitsAll(this.state)) {
      this.resize(config, now);
      this.track(config);
      this.excess.failures = Math.min(this.excess.failures, config.excessFailureThreshold);
    }
    this.probes?.reconfigure(config);
  }

  /** The counts as of now, in a new object. */
  counts(now: number): Counts {
    const { successes, failures, slowInFlight, streak, excess } = this;
    const calls = successes + failures;
    const slow = this.endedSlow + slowInFlight;
    return {
      calls,
      successes,
      failures,
      slow,
      slowInFlight,
      ignored: this.ignored,
      inFlight: this.inFlight,
      consecutiveSuccesses: Math.max(streak, 0),
      consecutiveFailures: Math.max(-streak, 0),
      excessFailures: excess.failures,
      troubledFor: excess.failures > 0 ? now - excess.since : 0,
      balance: excess.balance,
      failureRate: failures / calls || 0,
      slowRate: slow / (calls + slowInFlight) || 0,
    };
  }
}
