import { FALLBACK_RETRY_TIMEOUT } from './backoff.js';
import { publish, stateChanges } from './channels.js';
import { delay, ensure } from './check.js';
import { Clock, NEVER } from './clock.js';
import type { Config } from './config.js';
import { Epoch } from './epoch.js';
import type { CircuitEvent } from './events.js';
import type { Flight } from './flights.js';
import type { Judge } from './judge.js';
import type { Ripening } from './ripening.js';
import type { Sharing } from './sharing.js';
import { type CircuitSnapshot, TOO_LONG } from './snapshot.js';
import { admitsAll, type CircuitState, type StateChangeReason } from './state.js';
import { Ledger } from './totals.js';
import { type Why, whySnapshot } from './why.js';

/** An admitted call, with the epoch that admitted the call. The call settles once. */
export interface Admitted {
  /** Null after the settlement. */
  epoch: Epoch | null;
  /** The time of the admission; null if no rule and no listener needs the age. */
  readonly flight: Flight | null;
  readonly judge: Judge;
}

/** A watcher of the machine. Without a listener the machine creates no events. */
export interface Listener {
  /** Takes an event. Keep the event until `flush`: the machine is in the middle of a change. */
  push(event: CircuitEvent): void;
  /** The change is complete, and the listener may call the machine. */
  flush(): void;
}

/**
 * The data of a circuit breaker, and the transition from state to state: the present epoch, the number of openings, the
 * cause, the totals. The subclass `Machine` handles the calls, the time and the hands.
 *
 * A circuit is its own clock, to save one object for each of perhaps a million keys.
 */
export abstract class Circuit extends Clock {
  readonly name: string;
  config: Config;
  /** Hears of state changes. */
  listener: Listener | null = null;
  /** The same listener, if the listener hears of calls, too. */
  callListener: Listener | null = null;
  /** The link to the same circuit in other processes. Few breakers have a link; `declare` saves the others a field. */
  declare sharing?: Sharing | null;

  protected current: Epoch | null = null;
  /** Openings since the breaker was last closed. */
  protected attempt = 0;
  /** The last failure that had an error, since the breaker was last closed. */
  protected cause: unknown;
  protected why: Why | null = null;
  protected isolations = 0;
  protected disables = 0;
  /** Calls that become successes at an age. Few breakers have such calls; `declare` saves the others a field. */
  declare protected ripening?: Ripening<Admitted>;
  protected book: Ledger | null = null;
  /** Since the last flush there was an event, or `due` has changed. */
  protected isUntold = false;

  constructor(name: string, config: Config, restore?: CircuitSnapshot) {
    super(config.scheduler.now());
    this.name = name;
    this.config = config;
    if (restore) this.restore(restore);
  }

  /**
   * What a log shows of the machine, wherever it is met: in a permit, in a subscription. What calls have left in it,
   * such as the cause, is nobody else's business.
   */
  toJSON(): { readonly circuitBreaker: string; readonly state: CircuitState } {
    return { circuitBreaker: this.name, state: this.epoch.state };
  }

  protected get source(): Config['scheduler'] {
    return this.config.scheduler;
  }

  /**
   * The present epoch. The first use creates the first epoch, so idle breakers stay small. The first use comes before the
   * first look at the clock, so `latest` is the creation of the breaker then.
   */
  get epoch(): Epoch {
    return this.current ?? this.firstEpoch(); // the getter is small, so that V8 puts it into every caller
  }

  private firstEpoch(): Epoch {
    this.current = new Epoch('closed', this.config, this.latest, NEVER, 0);
    return this.current;
  }

  /** Milliseconds to the next moment that may admit a call; 0 when a call may pass now. */
  protected waitAt(now: number, judge: Judge = this.config): number {
    const { state, until, probes, inFlight, slowInFlight } = this.epoch;
    if (probes === null) return admitsAll(state) ? 0 : until - now;
    const isBarred =
      !probes.mayProbe(this.config, judge, now) ||
      probes.isFull(inFlight, slowInFlight) ||
      this.isLeftToOthers(inFlight);
    return isBarred ? probes.retryAfter(this.config, judge, now) : 0;
  }

  /** True if the probes of other processes take all places. */
  protected isLeftToOthers(inFlight: number): boolean {
    return inFlight >= (this.sharing?.places ?? NEVER);
  }

  // --- one state after another ---

  /** Opens. If `retryTimeout` throws, opens for 30 s and rethrows (marbles/03-open/14). */
  protected open(epoch: Epoch, reason: StateChangeReason, now: number): void {
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

  /**
   * The open time in milliseconds, if the breaker opened now.
   *
   * @throws The error of `retryTimeout`, or a RangeError or TypeError for an answer that is no delay.
   */
  openTime(at: number = this.now()): number {
    const { retryTimeout } = this.config;
    if (typeof retryTimeout === 'number') return retryTimeout;
    const answer = retryTimeout({
      attempt: this.attempt + 1,
      error: this.cause,
      snapshot: this.snapshotAt(at),
      now: this.sourceTimeAt(at),
    });
    ensure('the answer of retryTimeout', answer, delay);
    return answer;
  }

  /** The one place where the state changes. */
  protected transition(
    state: CircuitState,
    reason: StateChangeReason,
    now: number,
    until: number = NEVER,
  ): void {
    const from = this.epoch;
    from.roll(now); // a hold may end the epoch long after the last outcome
    this.ledger.add(from, now);
    this.current = new Epoch(state, this.config, now, until, now - from.since);
    this.keepRipening();
    if (state === 'closed' || reason === 'reset') {
      this.attempt = 0;
      this.cause = undefined;
    }
    this.sharing?.entered(state, reason);
    if (state === from.state) return;
    this.ledger.sums.transitions[state]++;
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
      snapshot: { ...this.snapshotAt(now), counts },
    };
    this.listener?.push({ type: 'state-change', breaker, ...change, error });
    if (stateChanges?.hasSubscribers) publish(stateChanges, { name: breaker, ...change });
  }

  /** Calls that become successes at an age need the clock, also in a new epoch and under new settings. */
  protected keepRipening(): void {
    if ((this.ripening?.due ?? NEVER) < NEVER) this.epoch.watchTheClock();
  }

  /** The instant at which time alone changes something next. */
  get due(): number {
    const { due } = this.epoch;
    return this.ripening === undefined ? due : Math.min(due, this.ripening.due);
  }

  // --- listeners ---

  /** Notifies the listeners of the events since the last flush. */
  protected flush(): void {
    const { listener } = this;
    if (listener === null) return;
    // a watcher of the state pays nothing for the calls of a closed breaker
    if (this.callListener === null && this.epoch.plain && !this.isUntold) return;
    this.isUntold = false;
    listener.flush();
  }

  // --- as data ---

  /** Starts from a snapshot. The time between snapshot and start counts as passed. */
  protected restore(snapshot: CircuitSnapshot): void {
    const { config, latest: now } = this;
    const { state, stateFor = 0, retryAfter, attempt, counts, why } = snapshot;
    const started = this.sourceTimeAt(now);
    const passed = Math.max(0, started - (snapshot.takenAt ?? started));
    if (state === 'closed') {
      this.epoch.restore(snapshot, config, passed);
    } else if (state === 'open') {
      this.attempt = attempt;
      const since = now - stateFor - passed;
      const until = retryAfter === null ? NEVER : now + retryAfter - passed;
      // an open time that is over ended before the creation of this machine
      this.current =
        until > now
          ? new Epoch(state, config, since, until, 0)
          : new Epoch('half-open', config, until, NEVER, until - since);
    } else if (state === 'half-open') {
      this.attempt = attempt;
      const { retryTimeout } = config;
      const served = typeof retryTimeout === 'number' ? retryTimeout : 0;
      this.current = new Epoch(state, config, now, NEVER, snapshot.openTime ?? served);
      const probes = snapshot.probes ?? { good: counts.successes, bad: counts.failures };
      const fits = this.current.probes?.restore(probes);
      if (fits) this.current.restore(snapshot, config, passed);
    }
    if (why && this.attempt > 0) {
      this.why = { ...why, counts: { ...why.counts }, since: now - why.ago - passed };
    }
    if (this.current === null) return;
    this.book = new Ledger(now);
    this.book.subtract(this.current);
  }

  protected snapshotAt(now: number): CircuitSnapshot {
    const { epoch, why } = this;
    const { state, probes, excess } = epoch;
    const retryAfter = this.waitAt(now);
    epoch.roll(now);
    return {
      version: 1,
      name: this.name,
      takenAt: this.sourceTimeAt(now),
      state,
      stateFor: now - epoch.since,
      why: why && whySnapshot(why, now),
      counts: epoch.counts(now),
      retryAfter: retryAfter < TOO_LONG ? retryAfter : null, // JSON has no Infinity
      attempt: this.attempt,
      window: epoch.windowSnapshot(now),
      excess: admitsAll(state)
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

  /** The totals. The first use creates the ledger, so idle breakers stay small. */
  protected get ledger(): Ledger {
    this.book ??= new Ledger(this.epoch.since);
    return this.book;
  }
}
