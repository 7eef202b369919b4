import { publish, refusals } from './channels.js';
import { type Admitted, Circuit } from './circuit.js';
import { NEVER } from './clock.js';
import type { Config } from './config.js';
import type { Epoch } from './epoch.js';
import { CircuitOpenError } from './errors.js';
import type { CircuitEvent } from './events.js';
import type { Flight } from './flights.js';
import type { Judge } from './judge.js';
import type { Probes } from './probes.js';
import { Ripening } from './ripening.js';
import type { CircuitSnapshot } from './snapshot.js';
import type { CircuitState, Outcome, RefusingState, StateChangeReason } from './state.js';
import type { CircuitTotals } from './totals.js';
import { trips } from './trip.js';

/*
 * The circuit breaker, on one screen.
 *
 *              a rule trips, trip()              open time over, halfOpen()
 *      ┌────────┐ ─────────────▶ ┌──────┐ ─────────────────▶ ┌───────────┐
 *      │ closed │                │ open │                    │ half-open │
 *      └────────┘                └──────┘ ◀───────────────── └───────────┘
 *          ▲                               probes failed            │
 *          └────────────────────────────────────────────────────────┘
 *                              probes succeeded
 *
 *      any state ── isolate() ─▶ isolated      isolated wins over disabled; when the last hold
 *      any state ── disable() ─▶ disabled      is lifted, or on reset(), a fresh closed state
 *
 * Who calls whom:
 *
 *      a call asks      refusal ─▶ catchUpAndTell, then refuse; or admit ─▶ Epoch.admit
 *      a call ends      settle ─▶ catchUp ─▶ settleAt ─▶ record ─▶ verdict ─▶ applyVerdict ─▶ transition
 *      time has passed  catchUp ─▶ runDue ─▶ transition, or verdict ─▶ applyVerdict
 *      a hand           trip, halfOpen, hold, configure ─▶ transition
 *      other processes  adopt ─▶ transition
 *      somebody looks   state, retryAfter, snapshot, totals ─▶ catchUpAndTell
 *
 * catchUp brings the state up to date. catchUpAndTell lets the listeners hear of it, too, so it may run user code.
 * Everything ends with flush: state first, listeners after.
 */

/** What settles a call: an outcome, or a failure that opens the breaker at once. */
type Settlement = Outcome | 'trip';

/**
 * Admission, settlement, and every change of state.
 *
 * Nothing happens by itself. Whoever touches the machine brings it up to date first, and time alone takes effect as of
 * the instant when something was due: an hour late or on the dot, the outcome is the same. So a timer is needed only
 * to announce a change; `due` says when.
 */
export class Machine extends Circuit {
  // --- admission ---

  /** The error that refuses a call now; null when the call may pass, which `admit` must then do at once. */
  refusal(judge: Judge = this.config): CircuitOpenError | null {
    // the common case: nothing is made, and the clock is not read
    if (this.epoch.plain && this.callListener === null) return null;
    const now = this.catchUpAndTell(); // before the decision: a listener may take the place, or isolate
    const { epoch } = this;
    const isClosed = epoch.state === 'closed' || epoch.state === 'disabled';
    return isClosed || !this.isBarred(epoch, judge, now) ? null : this.refuse(epoch, judge, now);
  }

  private refuse(epoch: Epoch, judge: Judge, now: number): CircuitOpenError {
    const { name, config, cause } = this;
    const { probes } = epoch;
    const state = epoch.state as RefusingState;
    const retryAfter = this.waitOf(epoch, judge, now);
    if (probes?.mayProbe(config, judge, now) && !this.isLeftToOthers(epoch.inFlight)) {
      probes.refuse();
    }
    if (state !== 'isolated') this.sharing?.refused(retryAfter);
    this.ledger.sums.rejected++;
    if (this.callListener !== null) {
      const { context } = judge;
      const told = { breaker: name, state, retryAfter, ...(context !== undefined && { context }) };
      this.callListener.push({ type: 'rejected', ...told });
      this.callListener.flush();
    }
    if (refusals?.hasSubscribers) publish(refusals, { name, state, retryAfter, cause });
    return new CircuitOpenError(name, state, retryAfter, cause);
  }

  /** Takes a place for a call. Returns the call's `Flight` if a rule or a listener needs its age, else null. */
  admit(): Flight | null {
    const flight = this.epoch.admit(this.latest, this.callListener !== null);
    if (flight !== null) this.listener?.flush(); // there may be a new instant to announce
    return flight;
  }

  /** Lets the time settle a call as a success, at the age that its judge says. */
  ripen(call: Admitted, age: number): void {
    call.epoch?.watchTheClock();
    this.ripening ??= new Ripening();
    this.ripening.add(call, this.now(), age);
    this.listener?.flush();
  }

  // --- settlement ---

  /**
   * Settles a call, once. Throws what user code threw over it (`tripWhen`, `retryTimeout`) when the machine is sound
   * again.
   */
  settle(call: Admitted, settlement: Settlement, error?: unknown): void {
    try {
      this.settleAt(this.catchUp(), call, settlement, error);
    } catch (thrown) {
      this.abandon(call); // a clock that fails must not keep the place
      throw thrown;
    } finally {
      this.flush();
    }
  }

  private abandon(call: Admitted): void {
    if (call.epoch === null) return;
    call.epoch.release(call.flight);
    call.epoch = null;
    this.ended();
  }

  /** A call of this machine is settled, whatever its epoch: once for each call that `admit` took in. */
  protected ended(): void {}

  private settleAt(now: number, call: Admitted, settlement: Settlement, error: unknown): void {
    const { epoch } = call;
    if (epoch === null) return;
    call.epoch = null;
    try {
      this.settleIn(epoch, now, call, settlement, error);
    } finally {
      this.ended();
    }
  }

  private settleIn(
    epoch: Epoch,
    now: number,
    call: Admitted,
    settlement: Settlement,
    error: unknown,
  ): void {
    const { flight, judge } = call;
    if (judge.successAfter !== undefined) this.ripening?.remove(call, judge.successAfter);
    // before the release, for a flight may be used again
    const age = flight === null ? undefined : now - flight.since;
    const wasFoundSlow = flight !== null && epoch.foundSlow(flight);
    epoch.release(flight);
    // giving up does not erase the evidence of a slow call
    const isEvidence = settlement === 'trip' || (settlement === 'cancelled' && this.isSlow(age));
    const outcome = isEvidence ? 'failure' : (settlement as Outcome);
    if (epoch !== this.current) {
      this.ledger.sums.late++;
      this.tell('late', epoch, judge, age, error, outcome);
    } else if (outcome === 'ignored' || outcome === 'cancelled') {
      if (outcome === 'ignored') epoch.ignore(now);
      else this.ledger.sums.cancelled++;
      this.tell(outcome, epoch, judge, age, error);
    } else {
      const isTrip = settlement === 'trip';
      this.record(now, epoch, judge, age, wasFoundSlow, outcome, isTrip, error);
    }
  }

  private isSlow(age: number | undefined): boolean {
    return age !== undefined && age > this.config.slowCallDuration;
  }

  /**
   * Counts a success or a failure and draws the consequence.
   *
   * @param wasFoundSlow The call was slow while it ran: it is among the bad ones already.
   * @param isTrip A classifier asked to open the breaker.
   */
  private record(
    time: number,
    epoch: Epoch,
    judge: Judge,
    age: number | undefined,
    wasFoundSlow: boolean,
    outcome: 'success' | 'failure',
    isTrip: boolean,
    error: unknown,
  ): void {
    const { config } = this;
    const { excess, probes } = epoch;
    const failed = outcome === 'failure';
    const slow = this.isSlow(age);
    const isBad = (failed || slow) && !wasFoundSlow;
    // a bad call needs the time, and so does a user's predicate while there is trouble
    const needsTime = isBad || (config.tripWhen !== undefined && excess.failures > 0);
    const isOld = epoch.timeless && this.callListener === null;
    const now = needsTime && isOld ? this.now() : time;
    if (failed && error !== undefined) this.cause = error;
    const met = config.tripWhen && epoch.met;
    epoch.record(failed ? 1 : 0, slow ? 1 : 0, now);
    const spot = met && epoch.spot;
    const isGood = !failed && !slow;
    if (probes === null) {
      if (isBad) excess.bad(config.excessFailureThreshold, now);
      else if (isGood) excess.good();
    }
    let reason: StateChangeReason | null;
    try {
      if (probes === null) reason = this.verdict(epoch, isBad, now);
      else if (wasFoundSlow) reason = null;
      else reason = probes.record(failed || (slow && config.slowIsBad), now, config);
    } catch (thrown) {
      // a predicate that throws makes the call a failure, with what it threw for an error
      this.cause = thrown;
      if (!failed && met && spot) {
        epoch.amend(met, spot, isGood, config, isOld && !needsTime ? this.now() : now);
      }
      this.tell('failure', epoch, judge, age, thrown);
      throw thrown;
    }
    if (isTrip && epoch.state !== 'disabled') reason = 'trip';
    if (this.callListener !== null) this.tell(outcome, epoch, judge, age, error);
    if (reason !== null) this.applyVerdict(epoch, reason, isOld && !needsTime ? this.now() : now);
    else if (!isGood && epoch.state === 'closed') this.sharing?.bad(isBad ? 1 : 0);
  }

  /** Why the counts of the closed state call for opening; null when they do not. */
  private verdict(epoch: Epoch, isBad: boolean, now: number): StateChangeReason | null {
    const { config } = this;
    if (epoch.state !== 'closed') return null;
    const { tripWhen } = config;
    // a user's predicate may keep what it is given, and may trip on anything
    if (tripWhen !== undefined) return tripWhen(epoch.counts(now)) ? 'trip-when' : null;
    // most calls end here; a failure that was found slow before still makes the row of failures longer
    if (!isBad && epoch.streak >= 0 && config.tripsOnBadOnly) return null;
    return trips(config, epoch, isBad, now);
  }

  private applyVerdict(epoch: Epoch, reason: StateChangeReason, now: number): void {
    if (epoch !== this.current) return; // the predicate itself has changed the state
    if (reason === 'probes-succeeded') this.transition('closed', reason, now);
    else this.open(epoch, reason, now);
  }

  private tell(
    type: Outcome | 'late',
    { state }: Epoch,
    { context }: Judge,
    age: number | undefined,
    error: unknown,
    outcome?: Outcome,
  ): void {
    this.callListener?.push({
      type,
      breaker: this.name,
      state,
      ...(age !== undefined && { duration: age }),
      slow: this.isSlow(age),
      ...(outcome && { outcome }),
      ...(type !== 'success' && type !== 'cancelled' && { error }),
      ...(context !== undefined && { context }),
    } as CircuitEvent);
  }

  // --- time ---

  /**
   * Brings the machine up to date and returns the time. A look at the clock costs a third of a call: where nothing
   * depends on the time, and nobody is told it, the answer may be an old one.
   */
  private catchUp(): number {
    if (this.epoch.timeless && this.callListener === null) return this.latest;
    const now = this.now();
    if (now >= this.due) this.runDue(now);
    return now;
  }

  /** Brings the machine up to date, tells the listeners, and returns the time. */
  private catchUpAndTell(): number {
    const now = this.catchUp();
    if (this.listener === null) return now;
    this.flush();
    return now >= this.due ? this.catchUpAndTell() : now; // a listener may have opened the breaker for no time at all
  }

  /** Does what time alone has changed by now, each at the instant when it was due. */
  private runDue(now: number): void {
    for (let at = this.due; at <= now; at = this.due) {
      const { epoch } = this;
      if (epoch.due > at) this.settleRipe(at);
      else if (epoch.state === 'open') this.transition('half-open', 'retry-timeout', at);
      else if (epoch.probes !== null) this.runProbesDue(epoch, epoch.probes, at);
      else this.countSlow(epoch, at);
    }
  }

  /** A call has lived for as long as makes it a success. */
  private settleRipe(at: number): void {
    const call = this.ripening?.take();
    if (call) this.reporting(() => this.settleAt(at, call, 'success', undefined));
  }

  /** Probes that never answered lose their places (rule 16); those that became slow are bad (rule 10). */
  private runProbesDue(epoch: Epoch, probes: Probes, at: number): void {
    if (probes.leases.due <= at) {
      const expired = epoch.expireProbes(probes);
      this.ledger.sums.expiredProbes += expired;
      for (let left = expired; this.callListener !== null && left > 0; left--) {
        this.callListener.push({ type: 'probe-expired', breaker: this.name });
      }
      return;
    }
    const { limits } = probes;
    if (limits === null) return;
    for (let left = epoch.slowProbes(limits); left > 0 && epoch === this.current; left--) {
      const reason = probes.record(true, at, this.config);
      if (reason !== null) this.reporting(() => this.applyVerdict(epoch, reason, at));
    }
  }

  /** Calls in flight have become slow (rule 10). */
  private countSlow(epoch: Epoch, at: number): void {
    const calls = epoch.lapse();
    for (let left = calls; left > 0; left--) {
      epoch.excess.bad(this.config.excessFailureThreshold, at);
    }
    epoch.roll(at);
    this.reporting(() => {
      const reason = this.verdict(epoch, true, at);
      if (reason !== null) this.applyVerdict(epoch, reason, at);
      else if (epoch.state === 'closed') this.sharing?.bad(calls);
    });
  }

  /** Runs what may call user code that no call waits for, and reports what that code throws. */
  private reporting(run: () => void): void {
    try {
      run();
    } catch (thrown) {
      this.config.report(thrown);
    }
  }

  // --- control ---

  /** Opens now, as if a rule had decided; `error` becomes the cause. Does nothing while open or held. */
  trip(error: unknown): void {
    this.catchUpAndTell();
    const { epoch } = this;
    if (epoch.state !== 'closed' && epoch.state !== 'half-open') return;
    this.cause = error;
    try {
      this.open(epoch, 'trip', this.now());
    } finally {
      this.flush();
    }
  }

  /** Ends the open time now. Does nothing in other states. */
  halfOpen(): void {
    this.catchUpAndTell();
    if (this.epoch.state !== 'open') return;
    this.transition('half-open', 'half-open', this.now());
    this.flush();
  }

  /**
   * Follows the other processes into open, as their opening number `attempt` and for the `left` milliseconds of their
   * open time, or into closed. A held state stays held.
   */
  adopt(state: 'open' | 'closed', left: number, attempt: number): void {
    this.catchUp();
    if (this.isolations + this.disables > 0) return;
    const now = this.now();
    const isOpen = state === 'open';
    if (isOpen) this.attempt = attempt;
    this.transition(
      state,
      isOpen ? 'peers-opened' : 'peers-closed',
      now,
      isOpen ? now + left : NEVER,
    );
    this.flush();
  }

  /**
   * Takes (1) or lifts (-1) holds, and enters the state that is then held: closed, when none is. Isolated wins over
   * disabled. A reset is a fresh epoch in any case. Returns a function that undoes the hold.
   */
  hold(isolations: number, disables: number, reason: StateChangeReason): () => void {
    this.catchUp();
    this.isolations += isolations;
    this.disables += disables;
    const held = this.isolations > 0 ? 'isolated' : this.disables > 0 ? 'disabled' : 'closed';
    if (reason === 'reset' || this.epoch.state !== held) this.transition(held, reason, this.now());
    if (reason === 'reset') this.callListener?.push({ type: 'reset', breaker: this.name });
    this.flush();
    return () => this.hold(-isolations, -disables, 'release');
  }

  /** Takes other settings from now on. The state stays, and the evidence as far as it fits (rule 23). */
  reconfigure(config: Config): void {
    this.catchUpAndTell();
    const now = this.now();
    this.ledger.add(this.epoch, now);
    this.config = config;
    this.epoch.reconfigure(config, now);
    this.ledger.subtract(this.epoch);
    this.keepRipening();
    this.isUntold = true;
    this.flush();
  }

  // --- observation ---

  /** The state as of now. */
  state(): CircuitState {
    this.catchUpAndTell();
    return this.epoch.state;
  }

  /** Milliseconds until it is worth asking again; 0 when a call may pass now. */
  retryAfter(): number {
    return this.waitAt(this.catchUpAndTell());
  }

  snapshot(): CircuitSnapshot {
    this.catchUpAndTell();
    return this.snapshotAt(this.now());
  }

  /** What happened since the breaker was made (rule 24). */
  totals(): CircuitTotals {
    this.catchUpAndTell();
    return this.ledger.read(this.epoch, this.now());
  }
}
