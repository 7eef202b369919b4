import { delay, ensure } from './check.js';
import { Clock, NEVER } from './clock.js';
import { type Config, DEFAULT_RETRY_TIMEOUT } from './config.js';
import type { Counts } from './counts.js';
import { Epoch } from './epoch.js';
import { CircuitOpenError } from './errors.js';
import type { CircuitEvent } from './events.js';
import type { Flight } from './flights.js';
import type { CircuitSnapshot } from './snapshot.js';
import type { CircuitState, Outcome, StateChangeReason } from './state.js';
import { trips } from './trip.js';
import { endless } from './window.js';

/** One call that has been let through, stamped with the epoch that did. It settles once. */
export interface Admitted {
  /** Null once it is settled. */
  epoch: Epoch | null;
  /** When it was admitted, where somebody asks for its age. */
  readonly flight: Flight | null;
}

/** Whoever watches the machine. Nothing is made for it while there is none. */
export interface Listener {
  /** Whether it wants to hear of calls, or of state changes only. */
  readonly hearsCalls: boolean;
  /** Something happened. To be kept until `flush`, for the machine is not done yet. */
  push(event: CircuitEvent): void;
  /** The machine is done and may be called again. */
  flush(): void;
}

/** The verdict of the probes, once there is one. */
function probed(
  config: Config,
  counts: Pick<Counts, 'successes' | 'failures'>,
): StateChangeReason | null {
  if (counts.failures >= config.probeFailureThreshold) return 'probes-failed';
  return counts.successes >= config.successThreshold ? 'probes-succeeded' : null;
}

/**
 * The circuit breaker: admission, settlement, and every change of state.
 *
 * Nothing happens by itself. Whoever touches the machine brings it up to date first (`tick`), and what
 * time alone does, happens as of the instant it was due: an hour late or on the dot, the outcome is the
 * same. So a timer is needed only to announce it; `epoch.due` says when.
 *
 * It is its own clock, to be one object less: there may be a breaker for each of a million keys.
 */
export abstract class Machine extends Clock {
  readonly name: string;
  readonly config: Config;
  listener: Listener | null = null;
  /**
   * A call that has not asked its subscriber yet to be told of an unsubscription: asking costs as much
   * as the rest of a call, and a synchronous one ends before it matters. Whoever else touches the machine
   * makes it ask first, so nobody sees a place taken that was already given up.
   */
  unlinked: { link(): void } | null = null;
  /**
   * Whether to put it off: the last call was over at once, as the next one is then likely to be. Where it is
   * not, nothing is gained, and to remember a new object in an old one costs a call a tenth of its time.
   */
  brief = true;

  protected current: Epoch | null = null;
  /** Openings since it was last closed. */
  private attempt = 0;
  /** What opened it. */
  private cause: unknown;
  private isolations = 0;
  private disables = 0;

  constructor(name: string, config: Config, restore?: CircuitSnapshot) {
    super(config.scheduler.now());
    this.name = name;
    this.config = config;
    if (restore) this.restore(restore);
  }

  protected get source(): Config['scheduler'] {
    return this.config.scheduler;
  }

  /** Where an error of user code goes that no call waits for. */
  abstract report(error: unknown): void;

  /** The present stay in a state. The first one is made when it is needed: idle breakers stay small. */
  get epoch(): Epoch {
    return this.current ?? this.first();
  }

  private first(): Epoch {
    this.current = this.fresh('closed', 0);
    return this.current;
  }

  // --- admission ---

  /** The error that refuses a call now; null when one may be let in, which `admit` must then do at once. */
  refusal(): CircuitOpenError | null {
    const { epoch } = this;
    // the common case: nothing is made, and the clock is not read
    if (epoch.plain && this.unlinked === null && this.listener === null) return null;
    const now = this.touch(); // before the decision: a listener may take the place, or isolate
    const retryAfter = this.retryAfter(now);
    return retryAfter > 0 ? this.refuse(retryAfter) : null;
  }

  private refuse(retryAfter: number): CircuitOpenError {
    const state = this.epoch.state as CircuitOpenError['state'];
    if (this.listener?.hearsCalls) {
      this.listener.push({ type: 'rejected', state, retryAfter });
      this.listener.flush();
    }
    return new CircuitOpenError(this.name, state, retryAfter, this.cause);
  }

  /** Gives a call its place. Answers with its age, where somebody asks for it. */
  admit(): Flight | null {
    const flight = this.epoch.admit(this.latest, this.listener?.hearsCalls === true);
    if (flight !== null) this.listener?.flush(); // there may be a new instant to announce
    return flight;
  }

  /** How many calls have to give their place back until one may be let in; none, when it may be now. */
  private shortage(): number {
    const { epoch } = this;
    const { state } = epoch;
    if (state !== 'half-open') return state === 'open' || state === 'isolated' ? 1 : 0;
    const { inFlight, successes, failures } = epoch;
    const { maxProbes, successThreshold, probeFailureThreshold } = this.config;
    // with so many the verdict is certain: nobody is let through who could not matter
    const useful = successThreshold + probeFailureThreshold - 1;
    return Math.max(inFlight - maxProbes, successes + failures + inFlight - useful) + 1;
  }

  // --- settlement ---

  /**
   * Settles a call, once. Throws what user code threw over it (`tripWhen`, `retryTimeout`), when the
   * machine is sound again.
   */
  settle(call: Admitted, outcome: Outcome, error?: unknown): void {
    const now = this.tick();
    const { epoch, flight } = call;
    try {
      if (epoch === null) return;
      call.epoch = null;
      this.ended();
      epoch.release(flight);
      const age = flight === null ? undefined : now - flight.since; // now, for a flight may be used again
      if (epoch !== this.current) {
        this.tell('late', epoch, age, error, outcome);
      } else if (outcome === 'success' || outcome === 'failure') {
        this.count(epoch, age, outcome, error, now);
      } else {
        if (outcome === 'ignored') epoch.ignore(now);
        this.tell(outcome, epoch, age, error);
      }
    } finally {
      this.listener?.flush();
    }
  }

  /** A call of this machine is settled, of any epoch: told once for each call that `admit` took in. */
  protected ended(): void {}

  /** Counts a success or a failure and draws the consequence. */
  private count(
    epoch: Epoch,
    age: number | undefined,
    outcome: 'success' | 'failure',
    error: unknown,
    now: number,
  ): void {
    const failed = outcome === 'failure' ? 1 : 0;
    const slow = age !== undefined && age > this.config.slowCallDuration ? 1 : 0;
    const streak = epoch.count(failed, slow, now);
    // where it is, should it turn out to be no success
    const spot = this.config.tripWhen && epoch.spot();
    let reason: StateChangeReason | null;
    try {
      reason = this.verdict(epoch);
    } catch (thrown) {
      // a predicate that throws makes the call a failure, with what it threw for an error
      if (!failed && spot) epoch.amend(streak, spot);
      this.tell('failure', epoch, age, thrown);
      throw thrown;
    }
    if (this.listener !== null) this.tell(outcome, epoch, age, error);
    if (reason !== null) this.conclude(epoch, reason, failed ? error : undefined, now);
  }

  /** Why the counts call for another state; null when they do not. */
  private verdict(epoch: Epoch): StateChangeReason | null {
    const { config } = this;
    if (epoch.state === 'closed') {
      const { tripWhen } = config;
      // a user's predicate may keep what it is given, and may trip on anything
      if (tripWhen !== undefined) return tripWhen(epoch.counts()) ? 'trip-when' : null;
      // most calls end here
      return epoch.failures === 0 && epoch.slow === 0 ? null : trips(config, epoch);
    }
    return epoch.state === 'half-open' ? probed(config, epoch) : null;
  }

  private conclude(epoch: Epoch, reason: StateChangeReason, error: unknown, now: number): void {
    if (epoch !== this.current) return; // the predicate itself has changed it
    if (reason === 'probes-succeeded') this.enter('closed', reason, now);
    else this.open(epoch, reason, error, epoch.timeless ? this.now() : now);
  }

  private tell(
    type: Outcome | 'late',
    epoch: Epoch,
    age: number | undefined,
    error: unknown,
    outcome?: Outcome,
  ): void {
    if (!this.listener?.hearsCalls) return;
    this.listener.push({
      type,
      state: epoch.state,
      ...(age !== undefined && { duration: age }),
      ...(outcome && { outcome }),
      ...(type !== 'success' && type !== 'cancelled' && { error }),
    } as CircuitEvent);
  }

  // --- transition ---

  /**
   * Brings the machine up to date and answers with the time. A look at the clock costs a third of a call:
   * where nothing depends on the time, and nobody is told it, the answer may be an old one. So it may for a
   * listener who comes in the middle of a settlement, but the age of that call was not asked for.
   */
  private tick(): number {
    if (this.unlinked !== null) this.unlinked.link();
    const { epoch } = this;
    if (epoch.timeless && this.listener === null) return this.latest;
    const now = this.now();
    if (now >= epoch.due) this.lapse(now);
    return now;
  }

  /** What time alone has changed by now, each at the instant that it was due. */
  private lapse(now: number): void {
    for (let at = this.epoch.due; at <= now; at = this.epoch.due) {
      const { epoch } = this;
      if (epoch.state === 'open') {
        this.enter('half-open', 'retry-timeout', at);
        continue;
      }
      let calls = epoch.lapse();
      if (epoch.state === 'half-open') {
        for (; this.listener?.hearsCalls && calls > 0; calls--) {
          this.listener.push({ type: 'probe-expired' });
        }
        continue;
      }
      epoch.roll(at);
      try {
        const reason = this.verdict(epoch);
        if (reason) this.conclude(epoch, reason, undefined, at);
      } catch (thrown) {
        this.report(thrown);
      }
    }
  }

  /** Opens, also when the function that says for how long throws. */
  private open(epoch: Epoch, reason: StateChangeReason, error: unknown, now: number): void {
    const { retryTimeout } = this.config;
    const attempt = this.attempt + 1;
    let wait = DEFAULT_RETRY_TIMEOUT;
    try {
      const answer =
        typeof retryTimeout === 'number'
          ? retryTimeout
          : retryTimeout({
              attempt,
              error,
              snapshot: this.snapshot(now),
              now: this.source.now(),
            });
      ensure('the answer of retryTimeout', answer, delay);
      wait = answer;
    } finally {
      if (epoch === this.current) {
        this.attempt = attempt;
        this.cause = error;
        this.enter('open', reason, now, now + wait);
      }
    }
  }

  /** A fresh epoch of a state; one of half-open follows the present one. */
  private fresh(state: CircuitState, since: number, until: number = NEVER): Epoch {
    const { slowCallDuration, probeTimeout } = this.config;
    if (state === 'closed' || state === 'disabled') {
      // slow is *older* than the limit, so from the next millisecond on
      return new Epoch(state, this.config, since, until, slowCallDuration + 1);
    }
    let lease = NEVER;
    if (state === 'half-open') {
      const open = this.epoch;
      // an open time of 0 would make every place free at once, and the limit on probes void
      lease = probeTimeout ?? (open.until - open.since || DEFAULT_RETRY_TIMEOUT);
    }
    return new Epoch(state, endless, since, until, lease);
  }

  /** The one place where the state changes. */
  private enter(state: CircuitState, reason: StateChangeReason, now: number, until?: number): void {
    const from = this.epoch;
    this.current = this.fresh(state, now, until);
    if (state === 'closed' || reason === 'reset') {
      this.attempt = 0;
      this.cause = undefined;
    }
    if (!this.listener || from.state === state) return;
    from.roll(now); // a hold may end it long after its last outcome
    this.listener.push({
      type: 'state-change',
      from: from.state,
      to: state,
      reason,
      snapshot: { ...this.snapshot(now), counts: from.counts() },
    });
  }

  // --- control ---

  /**
   * Takes (1) or lifts (-1) holds, and enters the state that is then held: closed, when none is. Isolated
   * wins over disabled. A reset is a fresh epoch in any case. Answers with what undoes it.
   */
  hold(isolations: number, disables: number, reason: StateChangeReason): () => void {
    const now = this.tick();
    this.isolations += isolations;
    this.disables += disables;
    const held = this.isolations > 0 ? 'isolated' : this.disables > 0 ? 'disabled' : 'closed';
    if (reason === 'reset' || this.epoch.state !== held) this.enter(held, reason, now);
    this.listener?.flush();
    return () => this.hold(-isolations, -disables, 'release');
  }

  private restore({ state, counts, retryAfter, attempt, window }: CircuitSnapshot): void {
    const { retryTimeout } = this.config;
    if (state === 'open' || state === 'half-open') {
      const served = typeof retryTimeout === 'number' ? retryTimeout : DEFAULT_RETRY_TIMEOUT;
      const until = state === 'open' ? (retryAfter ?? NEVER) : 0;
      this.attempt = attempt;
      this.current = this.fresh('open', until - served, until);
    }
    if (state === 'half-open') {
      this.current = this.fresh(state, 0);
      // under other thresholds the probes so far may be a verdict by now: then they start again
      if (probed(this.config, counts) === null) this.epoch.load(counts, window);
    }
    if (state === 'closed') this.epoch.load(counts, window);
  }

  // --- observation ---

  /** Brings the machine up to date and has it told; answers with the time. */
  private touch(): number {
    const now = this.tick();
    if (this.listener === null) return now;
    this.listener.flush();
    return now >= this.epoch.due ? this.touch() : now; // whoever was told may have opened it for no time at all
  }

  /** The state as of now. */
  state(): CircuitState {
    this.touch();
    return this.epoch.state;
  }

  /** Milliseconds until a call may be admitted. */
  retryAfter(now: number = this.touch()): number {
    const shortage = this.shortage();
    // open: when it is over; half-open: when so many probes will have lost their places at the latest
    return shortage > 0 ? this.epoch.dueAfter(shortage) - now : 0;
  }

  snapshot(now: number = this.touch()): CircuitSnapshot {
    const { epoch } = this;
    const retryAfter = this.retryAfter(now);
    epoch.roll(now);
    return {
      version: 1,
      name: this.name,
      state: epoch.state,
      counts: epoch.counts(),
      retryAfter: retryAfter === NEVER ? null : retryAfter, // JSON has no Infinity
      attempt: this.attempt,
      window: epoch.toJSON(now),
    };
  }
}
