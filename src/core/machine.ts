import { publish, refusals } from './channels.js';
import { type Admitted, Circuit } from './circuit.js';
import { NEVER } from './clock.js';
import type { Config } from './config.js';
import type { Epoch } from './epoch.js';
import { CircuitOpenError } from './errors.js';
import type { CircuitEvent } from './events.js';
import type { Flight, Flights } from './flights.js';
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
 *      a plain success  settleQuickly; or settle ─▶ settleGood
 *      time has passed  catchUp ─▶ runDue ─▶ transition, or verdict ─▶ applyVerdict
 *      a hand           trip, halfOpen, hold, reconfigure ─▶ transition
 *      other processes  adopt (a file of its own) ─▶ transition
 *      somebody looks   state, retryAfter, snapshot, totals ─▶ catchUpAndTell
 *
 * catchUp brings the state up to date. catchUpAndTell also notifies the listeners, so it may run user code. Every act
 * ends with flush: state first, listeners after.
 *
 * Where each rule lives (a file without a folder is in core/):
 *
 *      a call: its end, and the order of the tellings ...... rxjs/call (streams), permit, execute (promises)
 *      the meaning of errors and values .................... permit (asks the classifiers), judge, classifyHttp
 *      late outcomes change nothing ........................ Machine.settleIn (epoch !== current)
 *      a state starts with empty counts .................... Circuit.transition (a new Epoch)
 *      the rules that trip ................................. trip, excess
 *      the evidence, and what is forgotten ................. window, callRing
 *      calls in flight become slow ......................... flights, Machine.countSlow
 *      success by age ...................................... ripening
 *      the open time ....................................... Circuit.openTime, backoff
 *      which call may be a probe, the verdict, the lease ... probes
 *      time never runs backwards ........................... clock
 *      the clock decides, timers only announce ............. rxjs/watch, rxjs/quietly
 *      health checks as probes ............................. rxjs/checkHealth
 *      held states ......................................... Machine.hold
 *      other settings ...................................... Machine.reconfigure, Window.resize
 *      the refusal and its secrets ......................... errors
 *      events: kinds, order ................................ events, rxjs/watch; diagnostics_channel: channels
 *      good and bad options, short messages ................ config (the rules), check (the errors)
 *      restart ............................................. snapshot (valid?), Circuit.restore, Window.restoreWindow
 *      totals .............................................. totals
 *      keys: use, limit, idle time ......................... keyed/registry, keyed/group, keyed/options
 */

/** The end of a call: an outcome, or a failure that opens the breaker at once. */
type Settlement = Outcome | 'trip';

/**
 * Admission, settlement, and every change of state.
 *
 * The machine has no timer. Each method first applies the changes that time has caused, each as of the instant at which
 * the change was due: an hour late or on time, the result is the same. A timer outside only announces changes; `due` is
 * the instant of the next change.
 */
export class Machine extends Circuit {
  // --- admission ---

  /** Returns the error that refuses a call now, or null. After null, call `admit` at once. */
  refusal(judge: Judge = this.config): CircuitOpenError | null {
    // the common case: no allocation, no look at the clock
    if (this.epoch.plain && this.callListener === null) return null;
    // open, and nobody watches: only the end of the open time can change something. Saves 4 % of a refusal.
    if (this.listener === null && this.epoch.state === 'open') {
      const time = this.now();
      const left = this.epoch.until - time;
      if (left > 0) return this.refuse(left, judge, time);
    }
    const now = this.catchUpAndTell(); // first: a listener may take the last place, or isolate the breaker
    const wait = this.waitAt(now, judge);
    return wait === 0 ? null : this.refuse(wait, judge, now);
  }

  private refuse(retryAfter: number, judge: Judge, now: number): CircuitOpenError {
    const { name, cause } = this;
    const { probes, inFlight } = this.epoch;
    const state = this.epoch.state as RefusingState;
    if (probes?.mayProbe(this.config, judge, now) && !this.isLeftToOthers(inFlight)) {
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
    if (flight !== null) this.listener?.flush(); // the flight may bring an earlier instant to announce
    return flight;
  }

  /** Registers a call that becomes a success at this age (`successOn: { after }`). */
  ripen(call: Admitted, age: number): void {
    try {
      this.now();
    } catch (broken) {
      this.abandon(call);
      throw broken;
    }
    this.epoch.watchTheClock();
    this.ripening ??= new Ripening();
    this.ripening.add(call, this.latest, age);
    this.listener?.flush();
  }

  // --- settlement ---

  /**
   * The shortest way, of most calls: a success that cannot trip, that nobody hears of, and that needs no clock. Returns
   * false for other calls, which `settle` leads to the same counts. The shortest way saves 6 % of a call.
   */
  settleQuickly(call: Admitted): boolean {
    const { epoch } = call;
    // a timeless epoch has no call that ripens
    if (epoch === null || epoch !== this.current || !epoch.timeless) return false;
    if (this.callListener !== null || call.flight !== null) return false;
    if (!this.config.tripsOnBadOnly) return false;
    call.epoch = null;
    epoch.succeed();
    this.ended();
    return true;
  }

  /**
   * Settles a call once; a second settlement does nothing.
   *
   * @throws The error of `tripWhen` or `retryTimeout`, after the machine is consistent again.
   */
  settle(call: Admitted, settlement: Settlement, error?: unknown): void {
    try {
      const now = this.catchUp();
      if (settlement !== 'success' || !this.settleGood(now, call)) {
        this.settleAt(now, call, settlement, error);
      }
    } catch (thrown) {
      this.abandon(call); // a clock that throws must not block the place
      throw thrown;
    } finally {
      this.flush();
    }
  }

  /**
   * The short way: a success that cannot trip, and that nobody hears of. Returns false for other calls, which take the
   * long way to the same counts. The short way saves a tenth of a call.
   */
  private settleGood(now: number, call: Admitted): boolean {
    const { epoch, flight, judge } = call;
    if (epoch === null || epoch !== this.current || epoch.probes !== null) return false;
    if (this.callListener !== null || judge.successAfter !== undefined) return false;
    if (!this.config.tripsOnBadOnly) return false;
    if (flight !== null && (flight.overdue || this.isSlow(now - flight.since))) return false;
    call.epoch = null;
    epoch.release(flight);
    epoch.record(0, 0, now);
    epoch.excess.good();
    this.ended();
    return true;
  }

  private abandon(call: Admitted): void {
    if (call.epoch === null) return;
    call.epoch.release(call.flight);
    call.epoch = null;
    this.ended();
  }

  /** Hook: a call has ended, once for each `admit`. A keyed machine counts its claims here. */
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
    if (judge.successAfter !== undefined) {
      (this.ripening as Ripening<Admitted>).remove(call, judge.successAfter);
    }
    // before the release: a released flight may serve other calls
    const age = flight === null ? undefined : now - flight.since;
    const wasFoundSlow = flight !== null && epoch.foundSlow(flight);
    epoch.release(flight);
    // a slow call that the caller gives up is a failure: giving up must not erase evidence
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
   * Counts a success or a failure, asks for the verdict, and applies the verdict.
   *
   * @param wasFoundSlow The call was slow while it ran, so the bad calls already include the call.
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
    // a bad call needs the time; a user's predicate needs the time for `troubledFor`
    const needsTime = isBad || (config.tripWhen !== undefined && excess.failures > 0);
    const isOld = this.isTimeless;
    const now = needsTime && isOld ? this.now() : time;
    if (failed && error !== undefined) this.cause = error;
    const met = config.tripWhen && epoch.met(now);
    epoch.record(failed ? 1 : 0, slow ? 1 : 0, now);
    const isGood = !failed && !slow;
    if (probes === null) {
      if (isBad) excess.bad(config.excessFailureThreshold, now);
      else if (isGood) excess.good();
    }
    let reason: StateChangeReason | null;
    try {
      if (probes === null) reason = this.verdict(epoch, isBad, now);
      else if (wasFoundSlow) reason = null;
      else reason = probes.record(failed || (slow && config.slowIsBad), now);
    } catch (thrown) {
      // a predicate that throws makes the call a failure; the thrown error is the error of the call
      this.cause = thrown;
      if (!failed && epoch !== this.current) {
        this.ledger.amendOne(); // the predicate has ended the stay, so its counts are in the ledger
      } else if (!failed && met) {
        epoch.amend(met, isGood, config, isOld && !needsTime ? this.now() : now);
      }
      this.tell('failure', epoch, judge, age, thrown);
      throw thrown;
    }
    if (isTrip && epoch.state !== 'disabled') reason = 'trip';
    if (this.callListener !== null) this.tell(outcome, epoch, judge, age, error);
    if (reason !== null) this.applyVerdict(epoch, reason, isOld && !needsTime ? this.now() : now);
    else if (!isGood && epoch.state === 'closed') this.sharing?.bad(isBad ? 1 : 0);
  }

  /** Closed: the reason to open, or null. */
  private verdict(epoch: Epoch, isBad: boolean, now: number): StateChangeReason | null {
    const { config } = this;
    if (epoch.state !== 'closed') return null;
    const { tripWhen } = config;
    // a user's predicate may keep the counts: hand out a new object. The predicate may trip on any outcome: always ask.
    if (tripWhen !== undefined) return tripWhen(epoch.counts(now)) ? 'trip-when' : null;
    // most calls end here. Not with streak < 0: a failure that was slow before is not bad anew, yet lengthens the row.
    if (!isBad && epoch.streak >= 0 && config.tripsOnBadOnly) return null;
    return trips(config, epoch, isBad, now);
  }

  private applyVerdict(epoch: Epoch, reason: StateChangeReason, now: number): void {
    if (epoch !== this.current) return; // the predicate has changed the state
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

  /** No count depends on the time, and nobody hears of calls. */
  private get isTimeless(): boolean {
    return this.callListener === null && this.epoch.timeless;
  }

  /**
   * Brings the machine up to date and returns the time. A look at the clock costs two fifths of a call: if no count
   * depends on the time, and no listener needs the time, the method returns the time of the last look.
   */
  private catchUp(): number {
    if (this.isTimeless) return this.latest;
    const now = this.now();
    if (now >= this.due) this.runDue(now);
    return now;
  }

  /** Brings the machine up to date, tells the listeners, and returns the time. */
  private catchUpAndTell(): number {
    const now = this.catchUp();
    if (this.listener === null) return now;
    this.flush();
    return now >= this.due ? this.catchUpAndTell() : now; // a listener may have opened the breaker for 0 ms
  }

  /**
   * Applies the changes that time has caused by now, each as of the instant at which the change was due, and of no instant
   * before `earliest`.
   */
  private runDue(now: number, earliest = -NEVER): void {
    for (let { due } = this; due <= now; due = this.due) {
      const { epoch } = this;
      const at = Math.max(due, earliest);
      if (epoch.due > due) this.settleRipe(at);
      else if (epoch.state === 'open') this.transition('half-open', 'retry-timeout', at);
      else if (epoch.probes !== null) this.runProbesDue(epoch, epoch.probes, at);
      else this.countSlow(epoch, at);
    }
  }

  /** A call has reached the age of its success (`successOn: { after }`). */
  private settleRipe(at: number): void {
    const call = (this.ripening as Ripening<Admitted>).take(); // else nothing would be due
    this.reporting(() => this.settleAt(at, call, 'success', undefined));
  }

  /**
   * Half-open: unanswered probes lose their places (marbles/07-fixed-half-open/14), and probes that became slow are bad
   * (marbles/04-rounds/14).
   */
  private runProbesDue(epoch: Epoch, probes: Probes, at: number): void {
    if (probes.leases.due <= at) {
      const expired = epoch.expireProbes(probes);
      this.ledger.sums.expiredProbes += expired;
      for (let left = expired; this.callListener !== null && left > 0; left--) {
        this.callListener.push({ type: 'probe-expired', breaker: this.name });
      }
      return;
    }
    const limits = probes.limits as Flights; // else nothing would be due
    for (let left = epoch.slowProbes(limits); left > 0; left--) {
      const reason = probes.record(true, at);
      if (reason !== null) this.reporting(() => this.applyVerdict(epoch, reason, at));
    }
  }

  /** Closed: calls in flight have become slow, and are evidence at once (marbles/10-slow-calls/02). */
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

  /** Runs code that may call user code for no particular call. Reports an error, because no caller could get the error. */
  reporting(run: () => void): void {
    try {
      run();
    } catch (thrown) {
      this.config.report(thrown);
    }
  }

  // --- control ---

  /** Opens now, as a trip rule does; `error` becomes the cause. Does nothing while open or held. */
  trip(error: unknown): void {
    this.catchUpAndTell();
    const { epoch } = this;
    if (epoch.state !== 'closed' && epoch.state !== 'half-open') return;
    const now = this.now();
    this.cause = error;
    try {
      this.open(epoch, 'trip', now);
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
   * Adds (1) or lifts (-1) holds, and enters the held state: isolated before disabled, and closed without a hold. The
   * reason `'reset'` always starts a new epoch. Returns a function that undoes the hold.
   */
  hold(isolations: number, disables: number, reason: StateChangeReason): () => void {
    try {
      this.catchUp();
      this.now();
    } catch (broken) {
      // a clock that fails holds nothing, and lifts all the same: nobody can lift a hold twice
      if (reason === 'release') this.holdAt(this.latest, isolations, disables, reason);
      throw broken;
    }
    this.holdAt(this.latest, isolations, disables, reason);
    return () => this.hold(-isolations, -disables, 'release');
  }

  private holdAt(
    now: number,
    isolations: number,
    disables: number,
    reason: StateChangeReason,
  ): void {
    this.isolations += isolations;
    this.disables += disables;
    const held = this.isolations > 0 ? 'isolated' : this.disables > 0 ? 'disabled' : 'closed';
    if (reason === 'reset' || this.epoch.state !== held) this.transition(held, reason, now);
    if (reason === 'reset') this.callListener?.push({ type: 'reset', breaker: this.name });
    this.flush();
  }

  /** Replaces the settings. The state stays. The window keeps its contents if the kind of window stays. */
  reconfigure(config: Config): void {
    this.catchUpAndTell();
    const now = this.now();
    this.runDue(now);
    this.ledger.add(this.epoch, now);
    this.config = config;
    this.epoch.reconfigure(config, now);
    this.ledger.subtract(this.epoch);
    this.keepRipening();
    this.runDue(now, now); // a call that is older than a new limit is slow from now on, and not since an instant in the past
    this.isUntold = true;
    this.flush();
  }

  // --- observation ---

  /** The state as of now. */
  state(): CircuitState {
    this.catchUpAndTell();
    return this.epoch.state;
  }

  /** Milliseconds to the next moment that may admit a call; 0 when a call may pass now. */
  retryAfter(): number {
    return this.waitAt(this.catchUpAndTell());
  }

  snapshot(): CircuitSnapshot {
    this.catchUpAndTell();
    return this.snapshotAt(this.now());
  }

  /** The sums since the machine was created: equal to the tally of the events. */
  totals(): CircuitTotals {
    this.catchUpAndTell();
    return this.ledger.read(this.epoch, this.now());
  }
}
