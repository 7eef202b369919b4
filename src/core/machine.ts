import { FALLBACK_RETRY_TIMEOUT } from './backoff.js';
import { publish, refusals, stateChanges } from './channels.js';
import { delay, ensure } from './check.js';
import { Clock, NEVER } from './clock.js';
import type { Config } from './config.js';
import { Epoch } from './epoch.js';
import { CircuitOpenError } from './errors.js';
import type { CircuitEvent } from './events.js';
import type { Flight } from './flights.js';
import type { Judge } from './judge.js';
import type { Probes } from './probes.js';
import { Ripening } from './ripening.js';
import type { Sharing } from './sharing.js';
import type { CircuitSnapshot, WhySnapshot } from './snapshot.js';
import type { CircuitState, Outcome, RefusingState, StateChangeReason } from './state.js';
import { type CircuitTotals, Sums } from './totals.js';
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

/** A call that was admitted, stamped with the epoch that admitted it. It settles once. */
export interface Admitted {
  /** Null once the call is settled. */
  epoch: Epoch | null;
  /** When the call was admitted; null where no rule and no listener needs its age. */
  readonly flight: Flight | null;
  readonly judge: Judge;
}

/** Whoever watches the machine. Nothing is made for a listener while there is none. */
export interface Listener {
  /** Something happened. To be kept until `flush`, for the machine is not done yet. */
  push(event: CircuitEvent): void;
  /** The machine is done and may be called again. */
  flush(): void;
}

/** What settles a call: an outcome, or a failure that opens the breaker at once. */
export type Settlement = Outcome | 'trip';

/** Why the breaker is not closed. */
type Why = Omit<WhySnapshot, 'ago'> & { readonly since: number; readonly error?: unknown };

/**
 * Admission, settlement, and every change of state.
 *
 * Nothing happens by itself. Whoever touches the machine brings it up to date first, and time alone takes effect as of
 * the instant when something was due: an hour late or on the dot, the outcome is the same. So a timer is needed only
 * to announce a change; `due` says when.
 *
 * The machine is its own clock, to be one object less: there may be a breaker for each of a million keys.
 */
export class Machine extends Clock {
  readonly name: string;
  config: Config;
  /** Hears of state changes. */
  listener: Listener | null = null;
  /** The same listener where it hears of calls, too. */
  callListener: Listener | null = null;
  /** The link to the same circuit in other processes. */
  sharing: Sharing | null = null;

  protected current: Epoch | null = null;
  /** Openings since the breaker was last closed. */
  private attempt = 0;
  /** The last failure that had an error, since the breaker was last closed. */
  private cause: unknown;
  private why: Why | null = null;
  private isolations = 0;
  private disables = 0;
  /** Calls that time alone will settle. */
  private ripening: Ripening<Admitted> | null = null;
  /** The totals of the epochs before this one. */
  private sums: Sums | null = null;
  /** Until when the time in a state is in the sums. */
  private summedUntil = 0;

  constructor(name: string, config: Config, restore?: CircuitSnapshot) {
    super(config.scheduler.now());
    this.name = name;
    this.config = config;
    if (restore) this.restore(restore);
  }

  protected get source(): Config['scheduler'] {
    return this.config.scheduler;
  }

  /** The present stay in a state. The first one is made when it is needed: idle breakers stay small. */
  get epoch(): Epoch {
    return this.current ?? this.firstEpoch();
  }

  private firstEpoch(): Epoch {
    this.current = new Epoch('closed', this.config, 0, NEVER, 0);
    return this.current;
  }

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

  /** Says whether a state other than closed and disabled refuses a call. */
  private isBarred(epoch: Epoch, judge: Judge, now: number): boolean {
    const { probes } = epoch;
    if (probes === null) return true;
    return (
      !this.mayProbe(probes, judge, now) ||
      probes.isFull(this.config, epoch.inFlight, epoch.slowInFlight) ||
      this.isLeftToOthers(epoch)
    );
  }

  /** Says whether the other processes leave no place to a probe of this one. */
  private isLeftToOthers({ inFlight }: Epoch): boolean {
    return this.sharing !== null && inFlight >= this.sharing.places;
  }

  /** Says whether a call may be a probe; any call may where no probe has come for as long as one may take. */
  private mayProbe(probes: Probes, { mayProbe, isHealthCheck }: Judge, now: number): boolean {
    if (this.config.probe !== undefined) return isHealthCheck;
    return mayProbe || now - probes.lastProbe >= probes.lease;
  }

  private refuse(epoch: Epoch, judge: Judge, now: number): CircuitOpenError {
    const { probes } = epoch;
    const state = epoch.state as RefusingState;
    const retryAfter = this.waitOf(epoch, judge, now);
    const isShort = probes !== null && this.mayProbe(probes, judge, now);
    if (isShort && !this.isLeftToOthers(epoch)) probes.refuse();
    if (state !== 'isolated') this.sharing?.refused(retryAfter);
    this.summed.rejected++;
    const { name, cause } = this;
    if (this.callListener !== null) {
      const { context } = judge;
      const told = { breaker: name, state, retryAfter, ...(context !== undefined && { context }) };
      this.callListener.push({ type: 'rejected', ...told });
      this.callListener.flush();
    }
    if (refusals?.hasSubscribers) publish(refusals, { name, state, retryAfter, cause });
    return new CircuitOpenError(name, state, retryAfter, cause);
  }

  /** Milliseconds until it is worth asking again, for a call that is refused. */
  private waitOf({ until, probes }: Epoch, judge: Judge, now: number): number {
    if (probes === null) return until - now;
    const mayBeProbe = this.config.probe !== undefined || this.mayProbe(probes, judge, now);
    return mayBeProbe ? probes.retryAfter(now) : probes.lastProbe + probes.lease - now;
  }

  /** Takes a place for a call. Returns the call's `Flight` if a rule or a listener needs its age, else null. */
  admit(): Flight | null {
    const flight = this.epoch.admit(this.latest, this.callListener !== null);
    if (flight !== null) this.listener?.flush(); // there may be a new instant to announce
    return flight;
  }

  /** Lets the time settle a call as a success, at the age that its judge says. */
  ripen(call: Admitted): void {
    call.epoch?.watchTheClock();
    this.ripening ??= new Ripening();
    this.ripening.add(call, this.now(), call.judge.successAfter);
    this.listener?.flush();
  }

  /** Calls that the time will settle need the clock in a new epoch, and under new settings, too. */
  private keepRipening(): void {
    if (this.ripening !== null && this.ripening.due < NEVER) this.epoch.watchTheClock();
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
    call.epoch?.release(call.flight);
    call.epoch = null;
  }

  private settleAt(now: number, call: Admitted, settlement: Settlement, error: unknown): void {
    const { epoch, flight, judge } = call;
    if (epoch === null) return;
    call.epoch = null;
    if (judge.successAfter < NEVER) this.ripening?.remove(call, judge.successAfter);
    // before the release, for a flight may be used again
    const age = flight === null ? undefined : now - flight.since;
    const slow = age !== undefined && age > this.config.slowCallDuration;
    const wasFoundSlow = flight !== null && epoch.foundSlow(flight);
    epoch.release(flight);
    // giving up does not erase the evidence of a slow call
    const outcome =
      settlement === 'trip' || (settlement === 'cancelled' && slow) ? 'failure' : settlement;
    if (epoch !== this.current) {
      this.summed.late++;
      this.tell('late', epoch, judge, age, slow, error, outcome);
    } else if (outcome === 'ignored' || outcome === 'cancelled') {
      if (outcome === 'ignored') epoch.ignore(now);
      else this.summed.cancelled++;
      this.tell(outcome, epoch, judge, age, slow, error);
    } else {
      const isTrip = settlement === 'trip';
      this.record(now, epoch, judge, age, slow, wasFoundSlow, outcome, isTrip, error);
    }
  }

  /** Counts a success or a failure and draws the consequence. */
  private record(
    time: number,
    epoch: Epoch,
    judge: Judge,
    age: number | undefined,
    slow: boolean,
    wasFoundSlow: boolean,
    outcome: 'success' | 'failure',
    isTrip: boolean,
    error: unknown,
  ): void {
    const { config } = this;
    const { excess, probes } = epoch;
    const failed = outcome === 'failure';
    const isBad = (failed || slow) && !wasFoundSlow;
    // a bad call needs the time, and so does a user's predicate while there is trouble
    const needsTime = isBad || (config.tripWhen !== undefined && excess.failures > 0);
    const isOld = epoch.timeless && this.callListener === null;
    const now = needsTime && isOld ? this.now() : time;
    if (failed && error !== undefined) this.cause = error;
    const met = config.tripWhen && epoch.met;
    epoch.record(failed ? 1 : 0, slow ? 1 : 0, now);
    const spot = met && epoch.spot;
    const wasGood = !failed && !slow;
    if (probes === null) {
      if (isBad) excess.bad(config.excessFailureThreshold, now);
      else if (wasGood) excess.good();
    }
    let reason: StateChangeReason | null;
    try {
      if (probes === null) reason = this.verdict(epoch, isBad, now);
      else
        reason = wasFoundSlow
          ? null
          : probes.record(failed || (slow && config.slowIsBad), now, config);
    } catch (thrown) {
      // a predicate that throws makes the call a failure, with what it threw for an error
      this.cause = thrown;
      if (!failed && met && spot) epoch.amend(met, spot, wasGood, config, now);
      this.tell('failure', epoch, judge, age, slow, thrown);
      throw thrown;
    }
    if (isTrip && epoch.state !== 'disabled') reason = 'trip';
    if (this.callListener !== null) this.tell(outcome, epoch, judge, age, slow, error);
    if (reason !== null) this.applyVerdict(epoch, reason, isOld && !needsTime ? this.now() : now);
    else if ((failed || slow) && epoch.state === 'closed') this.sharing?.bad(isBad ? 1 : 0);
  }

  /** Why the counts of the closed state call for opening; null when they do not. */
  private verdict(epoch: Epoch, isBad: boolean, now: number): StateChangeReason | null {
    const { config } = this;
    if (epoch.state !== 'closed') return null;
    const { tripWhen } = config;
    // a user's predicate may keep what it is given, and may trip on anything
    if (tripWhen !== undefined) return tripWhen(epoch.counts(now)) ? 'trip-when' : null;
    if (!isBad && config.tripsOnBadOnly) return null; // most calls end here
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
    slow: boolean,
    error: unknown,
    outcome?: Outcome,
  ): void {
    this.callListener?.push({
      type,
      breaker: this.name,
      state,
      ...(age !== undefined && { duration: age }),
      slow,
      ...(outcome && { outcome }),
      ...(type !== 'success' && type !== 'cancelled' && { error }),
      ...(context !== undefined && { context }),
    } as CircuitEvent);
  }

  /** Tells the listeners what happened, if there can be anything to tell them. */
  private flush(): void {
    const { listener } = this;
    if (listener === null) return;
    // who watches the state only pays nothing for the calls of a closed breaker
    if (this.callListener === null && this.current?.plain && !this.isUntold) return;
    this.isUntold = false;
    listener.flush();
  }

  private isUntold = false;

  // --- time ---

  /** When time alone changes something next. */
  get due(): number {
    const { due } = this.epoch;
    return this.ripening === null ? due : Math.min(due, this.ripening.due);
  }

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
      this.summed.expiredProbes += expired;
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

  // --- transition ---

  /** Opens, also when the function that says for how long throws (rule 6). */
  private open(epoch: Epoch, reason: StateChangeReason, now: number): void {
    const { cause } = this;
    const attempt = this.attempt + 1;
    let wait = FALLBACK_RETRY_TIMEOUT;
    try {
      wait = this.openTime(now);
    } finally {
      if (epoch === this.current) {
        this.attempt = attempt;
        this.cause = cause;
        this.transition('open', reason, now, now + wait);
      }
    }
  }

  /** Milliseconds that the breaker would stay open if it opened now. Throws what `retryTimeout` throws. */
  openTime(at: number = this.now()): number {
    const { retryTimeout } = this.config;
    if (typeof retryTimeout === 'number') return retryTimeout;
    const answer = retryTimeout({
      attempt: this.attempt + 1,
      error: this.cause,
      snapshot: this.snapshot(at),
      now: this.source.now(),
    });
    ensure('the answer of retryTimeout', answer, delay);
    return answer;
  }

  /** The one place where the state changes. */
  private transition(
    state: CircuitState,
    reason: StateChangeReason,
    now: number,
    until: number = NEVER,
  ): void {
    const from = this.epoch;
    from.roll(now); // a hold may end it long after its last outcome
    this.sumUp(from, now);
    this.current = new Epoch(state, this.config, now, until, now - from.since);
    this.keepRipening();
    if (state === 'closed' || reason === 'reset') {
      this.attempt = 0;
      this.cause = undefined;
    }
    this.sharing?.entered(state, reason);
    if (state === from.state) return;
    this.summed.transitions[state]++;
    const counts = from.counts(now);
    const error = state === 'open' ? this.cause : undefined;
    if (state === 'closed') this.why = null;
    else if (state !== 'half-open') this.why = { reason, since: now, counts, error };
    this.isUntold = true;
    if (this.listener === null && !stateChanges?.hasSubscribers) return;
    const { name: breaker } = this;
    const change = {
      from: from.state,
      to: state,
      reason,
      snapshot: { ...this.snapshot(now), counts },
    };
    this.listener?.push({ type: 'state-change', breaker, ...change, error });
    if (stateChanges?.hasSubscribers) publish(stateChanges, { name: breaker, ...change });
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
    this.sumUp(this.epoch, now);
    this.config = config;
    this.epoch.reconfigure(config, now);
    this.discount(this.epoch);
    this.keepRipening();
    this.isUntold = true;
    this.flush();
  }

  /** Starts from a snapshot, as of the time that has passed since it was taken. */
  private restore(snapshot: CircuitSnapshot): void {
    const { config } = this;
    const { state, retryAfter, attempt, counts, takenAt, why } = snapshot;
    const started = this.sourceTimeAt(0);
    const passed = Math.max(0, started - (takenAt ?? started));
    const { stateFor = 0 } = snapshot;
    if (state === 'closed') {
      this.epoch.restore(snapshot, config, passed, 0);
    } else if (state === 'open') {
      this.attempt = attempt;
      const since = -stateFor - passed;
      const until = retryAfter === null ? NEVER : retryAfter - passed;
      // an open time that is over by now ended before this machine was made
      this.current =
        until > 0
          ? new Epoch(state, config, since, until, 0)
          : new Epoch('half-open', config, until, NEVER, until - since);
    } else if (state === 'half-open') {
      this.attempt = attempt;
      const { retryTimeout } = config;
      const served = typeof retryTimeout === 'number' ? retryTimeout : 0;
      this.current = new Epoch(state, config, 0, NEVER, snapshot.openTime ?? served);
      const { successes: good, failures: bad } = counts;
      const fits = this.current.probes?.restore(config, snapshot.probes ?? { good, bad });
      if (fits) this.current.restore(snapshot, config, passed, 0);
    }
    if (why && this.attempt > 0) this.why = { ...why, since: -why.ago - passed };
    if (this.current !== null) this.discount(this.current);
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

  private waitAt(now: number): number {
    const { epoch, config } = this;
    if (epoch.state === 'closed' || epoch.state === 'disabled') return 0;
    return this.isBarred(epoch, config, now) ? this.waitOf(epoch, config, now) : 0;
  }

  snapshot(at?: number): CircuitSnapshot {
    if (at === undefined) this.catchUpAndTell();
    const now = at ?? this.now();
    const { epoch, why } = this;
    const { state, probes, excess } = epoch;
    const retryAfter = this.waitAt(now);
    epoch.roll(now);
    const keepsExcess = state === 'closed' || state === 'disabled';
    return {
      version: 1,
      name: this.name,
      takenAt: this.sourceTimeAt(now),
      state,
      stateFor: now - epoch.since,
      why: why && {
        reason: why.reason,
        ago: now - why.since,
        counts: why.counts,
        ...messageOf(why),
      },
      counts: epoch.counts(now),
      retryAfter: retryAfter === NEVER ? null : retryAfter, // JSON has no Infinity
      attempt: this.attempt,
      window: epoch.windowSnapshot(now),
      excess: keepsExcess
        ? {
            failures: excess.failures,
            ago: excess.failures > 0 ? now - excess.since : null,
            balance: excess.balance,
          }
        : null,
      probes: probes && { good: probes.good, bad: probes.bad },
      openTime: probes?.served ?? null,
    };
  }

  /** What happened since the breaker was made. Costs a call nothing (rule 24). */
  totals(): CircuitTotals {
    this.catchUpAndTell();
    const { summed: sums } = this;
    this.sumUp(this.epoch, this.now());
    const totals = { ...sums, transitions: { ...sums.transitions }, time: { ...sums.time } };
    this.discount(this.epoch);
    return totals;
  }

  private get summed(): Sums {
    this.sums ??= new Sums();
    return this.sums;
  }

  /** Adds the counts of an epoch, and the time spent in its state. */
  private sumUp(epoch: Epoch, now: number): void {
    const { summed: sums } = this;
    sums.successes += epoch.allSuccesses;
    sums.failures += epoch.allFailures;
    sums.ignored += epoch.allIgnored;
    sums.slow += epoch.allSlow;
    sums.time[epoch.state] += now - this.summedUntil;
    this.summedUntil = now;
  }

  /** Subtracts what an epoch holds but did not count itself, or will be added again. */
  private discount(epoch: Epoch): void {
    const { summed: sums } = this;
    sums.successes -= epoch.allSuccesses;
    sums.failures -= epoch.allFailures;
    sums.ignored -= epoch.allIgnored;
    sums.slow -= epoch.allSlow;
  }
}

/** The message of an error, cut to a length for logs. */
function messageOf({ error, message }: Why): { message?: string } {
  if (message !== undefined) return { message };
  try {
    const text: unknown = typeof error === 'string' ? error : Object(error).message;
    return typeof text === 'string' ? { message: text.slice(0, 200) } : {};
  } catch {
    return {}; // a getter that throws
  }
}
