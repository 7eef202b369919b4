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
import type { CircuitSnapshot } from './snapshot.js';
import type { CircuitState, StateChangeReason } from './state.js';
import { Ledger } from './totals.js';
import { type Why, whySnapshot } from './why.js';

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

/**
 * What a circuit breaker is at one moment, and how one state follows another: the present stay in a state (`epoch`), the
 * openings so far, the cause, the totals. What moves it from outside (calls, time, hands) is `Machine`.
 *
 * It is its own clock, to be one object less: there may be a breaker for each of a million keys.
 */
export abstract class Circuit extends Clock {
  readonly name: string;
  config: Config;
  /** Hears of state changes. */
  listener: Listener | null = null;
  /** The same listener where it hears of calls, too. */
  callListener: Listener | null = null;
  /** The link to the same circuit in other processes. Few breakers have one: the others have no field for it. */
  declare sharing?: Sharing | null;

  protected current: Epoch | null = null;
  /** Openings since the breaker was last closed. */
  protected attempt = 0;
  /** The last failure that had an error, since the breaker was last closed. */
  protected cause: unknown;
  protected why: Why | null = null;
  protected isolations = 0;
  protected disables = 0;
  /** Calls that time alone will settle. Few breakers have such calls: the others have no field for them. */
  declare protected ripening?: Ripening<Admitted>;
  protected book: Ledger | null = null;
  /** Something was pushed, or a new instant is due, since the listener was told. */
  protected isUntold = false;

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

  protected firstEpoch(): Epoch {
    this.current = new Epoch('closed', this.config, 0, NEVER, 0);
    return this.current;
  }

  /** Says whether a state other than closed and disabled refuses a call. */
  protected isBarred(
    { probes, inFlight, slowInFlight }: Epoch,
    judge: Judge,
    now: number,
  ): boolean {
    const { config } = this;
    return (
      probes === null ||
      !probes.mayProbe(config, judge, now) ||
      probes.isFull(config, inFlight, slowInFlight) ||
      this.isLeftToOthers(inFlight)
    );
  }

  /** Says whether the other processes leave no place to a probe of this one. */
  protected isLeftToOthers(inFlight: number): boolean {
    return inFlight >= (this.sharing?.places ?? NEVER);
  }

  /** Milliseconds until it is worth asking again, for a call that is refused. */
  protected waitOf({ until, probes }: Epoch, judge: Judge, now: number): number {
    return probes === null ? until - now : probes.retryAfter(this.config, judge, now);
  }

  /** Milliseconds until it is worth asking again; 0 when a call may pass now. */
  protected waitAt(now: number): number {
    const { epoch, config } = this;
    if (epoch.state === 'closed' || epoch.state === 'disabled') return 0;
    return this.isBarred(epoch, config, now) ? this.waitOf(epoch, config, now) : 0;
  }

  // --- one state after another ---

  /** Opens, also when the function that says for how long throws (rule 6). */
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

  /** Milliseconds that the breaker would stay open if it opened now. Throws what `retryTimeout` throws. */
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
    from.roll(now); // a hold may end it long after its last outcome
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

  /** Calls that the time will settle need the clock in a new epoch, and under new settings, too. */
  protected keepRipening(): void {
    if (this.ripening !== undefined && this.ripening.due < NEVER) this.epoch.watchTheClock();
  }

  /** When time alone changes something next. */
  get due(): number {
    const { due } = this.epoch;
    return this.ripening === undefined ? due : Math.min(due, this.ripening.due);
  }

  // --- listeners ---

  /** Tells the listeners what happened, if there can be anything to tell them. */
  protected flush(): void {
    const { listener } = this;
    if (listener === null) return;
    // who watches the state only pays nothing for the calls of a closed breaker
    if (this.callListener === null && this.current?.plain && !this.isUntold) return;
    this.isUntold = false;
    listener.flush();
  }

  // --- as data ---

  /** Starts from a snapshot, as of the time that has passed since it was taken. */
  protected restore(snapshot: CircuitSnapshot): void {
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
    if (this.current !== null) this.ledger.subtract(this.current);
  }

  protected snapshotAt(now: number): CircuitSnapshot {
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
      why: why && whySnapshot(why, now),
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

  /** The totals so far. They are kept from the first thing on that no epoch counts: idle breakers stay small. */
  protected get ledger(): Ledger {
    this.book ??= new Ledger();
    return this.book;
  }
}
