import type { Admission } from './admission.js';
import { delay, ensure } from './check.js';
import { Clock, type TimeSource } from './clock.js';
import { type Config, DEFAULT_RETRY_TIMEOUT } from './config.js';
import { Admitting, countsOf, type Epoch, Refusing } from './epoch.js';
import { CircuitOpenError } from './errors.js';
import type {
  AdmittingState,
  CircuitEvent,
  CircuitState,
  Outcome,
  StateChangeReason,
} from './events.js';
import { Flight, Flights } from './flights.js';
import { type CircuitSnapshot, takeSnapshot } from './snapshot.js';
import { FAILURE, IGNORED, SUCCESS } from './window.js';

/** Whoever watches the machine. Nothing is made for it while there is none. */
export interface Listener {
  /** Whether it wants to hear of calls, or of state changes only. */
  readonly hearsCalls: boolean;
  /** Something happened. To be kept until `flush`, for the machine is not done yet. */
  push(event: CircuitEvent): void;
  /** The machine is done and may be called again. */
  flush(): void;
}

/** What user code threw, in a box, for it may have thrown `undefined`. */
interface Thrown {
  readonly error: unknown;
}

const NEVER = Number.POSITIVE_INFINITY;
/** The time where it was not needed, so not read. */
const UNREAD = NEVER;

/**
 * The circuit breaker: admission, settlement, and every change of state.
 *
 * Nothing happens by itself. Whoever touches the machine brings it up to date first (`tick`), and what
 * time alone does, happens as of the instant it was due: an hour late or on the dot, the outcome is the
 * same. So a timer is needed only to announce it; `remaining` says when.
 *
 * It is its own clock, to be one object less: there may be a breaker for each of a million keys.
 */
export abstract class Machine<S extends TimeSource = TimeSource> extends Clock<S> {
  readonly name: string;
  listener: Listener | null = null;
  /**
   * A call that has not asked its subscriber yet to be told of an unsubscription: asking costs as much
   * as the rest of a call, and a synchronous one ends before it matters. Whoever else touches the machine
   * makes it ask first, so nobody sees a place taken that was already given up.
   */
  unlinked: Admission | null = null;

  readonly config: Config;
  private epoch: Epoch;
  /** Openings since it was last closed. */
  private attempt = 0;
  /** What opened it. */
  private cause: unknown;
  private isolations = 0;
  private disables = 0;

  constructor(name: string, config: Config, source: S, restore?: CircuitSnapshot) {
    super(source);
    this.name = name;
    this.config = config;
    // only a window of time has to know since when
    const now = restore !== undefined || config.timed ? this.now() : 0;
    this.epoch =
      restore === undefined ? this.admitting('closed', now) : this.restored(restore, now);
  }

  /** Where an error of user code goes that no call waits for. */
  abstract report(error: unknown): void;

  // --- admission ---

  /** The error that refuses a call now; null when one may be let in, which `admit` must then do at once. */
  refusal(): CircuitOpenError | null {
    const { epoch } = this;
    // the common case: nothing is made, and the clock is read only where the age of a call matters
    if (
      epoch.state === 'closed' &&
      this.unlinked === null &&
      this.listener === null &&
      (epoch.flights === null || this.now() < epoch.due)
    ) {
      return null;
    }
    const now = this.tick();
    this.listener?.flush(); // before the decision: a listener may take the place, or isolate
    return this.hasPlace() ? null : this.refuse(now);
  }

  private refuse(now: number): CircuitOpenError {
    const state = this.epoch.state as CircuitOpenError['state'];
    const retryAfter = this.wait(now);
    const error = new CircuitOpenError(this.name, state, retryAfter, this.cause);
    if (this.listener?.hearsCalls) {
      this.listener.push({ type: 'rejected', state, retryAfter });
      this.listener.flush();
    }
    return error;
  }

  /** Gives a call its place. */
  admit(call: Admission): void {
    const epoch = this.epoch as Admitting;
    epoch.inFlight++;
    call.epoch = epoch;
    if (epoch.flights !== null || this.listener?.hearsCalls) {
      call.flight = new Flight(this.latest);
      epoch.flights?.add(call.flight);
      this.listener?.flush(); // there may be a new instant to announce
    }
  }

  private hasPlace(): boolean {
    const { epoch } = this;
    if (epoch instanceof Refusing) return false;
    if (epoch.state !== 'half-open') return true;
    const { maxProbes, successThreshold, probeFailureThreshold } = this.config;
    return (
      epoch.inFlight < maxProbes &&
      // with that many the verdict is certain: nobody is let through who could not matter
      epoch.calls + epoch.inFlight < successThreshold + probeFailureThreshold - 1
    );
  }

  // --- settlement ---

  /**
   * Settles a call, once. Throws what user code threw over it (`tripWhen`, `retryTimeout`), when the
   * machine is sound again.
   */
  settle(call: Admission, outcome: Outcome, error?: unknown): void {
    const { epoch, flight } = call;
    if (epoch === null) return;
    if (this.unlinked === call) this.unlinked = null; // it has nothing left to give up
    const timed =
      this.config.timed ||
      epoch.flights !== null ||
      this.listener !== null ||
      this.unlinked !== null;
    const now = timed ? this.tick() : UNREAD;
    if (call.epoch === null) return; // settled meanwhile, by a listener
    call.epoch = null;
    const slow = flight !== null && now - flight.since > this.config.slowCallDuration;
    if (flight !== null) epoch.flights?.remove(flight);
    // an expired probe has lost its place already; one of an older epoch has none here to lose
    if (!(flight?.overdue && epoch.state === 'half-open')) epoch.inFlight--;

    let thrown: Thrown | null = null;
    if (epoch !== this.epoch) {
      this.tell('late', outcome, epoch, flight, error, now);
    } else if (outcome === 'success' || outcome === 'failure') {
      thrown = this.count(epoch, flight, outcome === 'failure', slow, error, now);
    } else {
      if (outcome === 'ignored') epoch.count(IGNORED, false, now);
      this.tell(outcome, outcome, epoch, flight, error, now);
    }
    this.listener?.flush();
    if (thrown !== null) throw thrown.error;
  }

  /** Counts a success or a failure and draws the consequence. */
  private count(
    epoch: Admitting,
    flight: Flight | null,
    failed: boolean,
    slow: boolean,
    error: unknown,
    now: number,
  ): Thrown | null {
    const streak = epoch.count(failed ? FAILURE : SUCCESS, slow, now);
    let reason: StateChangeReason | null = null;
    let thrown: Thrown | null = null;
    let outcome: Outcome = failed ? 'failure' : 'success';
    try {
      reason = this.verdict(epoch);
    } catch (broken) {
      // a predicate that throws makes the call a failure, with what it threw for an error
      thrown = { error: broken };
      error = broken;
      if (!failed) {
        outcome = 'failure';
        epoch.amend(streak);
      }
    }
    if (this.listener !== null) this.tell(outcome, outcome, epoch, flight, error, now);
    if (reason === null || epoch !== this.epoch) return thrown;
    const at = now === UNREAD ? this.now() : now;
    if (reason !== 'probes-succeeded')
      return this.open(epoch, reason, failed ? error : undefined, at);
    this.enter(this.admitting('closed', at), reason, at);
    return null;
  }

  /** Why the counts call for another state; null when they do not. */
  private verdict(epoch: Admitting): StateChangeReason | null {
    const { tripWhen, rules, successThreshold, probeFailureThreshold } = this.config;
    if (epoch.state === 'half-open') {
      if (epoch.failures >= probeFailureThreshold) return 'probes-failed';
      return epoch.successes >= successThreshold ? 'probes-succeeded' : null;
    }
    if (epoch.state !== 'closed') return null;
    // a user's predicate may keep what it is given, and may trip on anything
    if (tripWhen !== undefined) return tripWhen(countsOf(epoch)) ? 'trip-when' : null;
    // our own rules read and let go, and cannot trip where nothing is wrong: most calls end here
    if (epoch.failures === 0 && epoch.slow === 0) return null;
    for (const rule of rules) if (rule.trips(epoch)) return rule.reason;
    return null;
  }

  private tell(
    type: Outcome | 'late',
    outcome: Outcome,
    { state }: Admitting,
    flight: Flight | null,
    error: unknown,
    now: number,
  ): void {
    if (!this.listener?.hearsCalls) return;
    const ended = flight === null ? { state } : { state, duration: now - flight.since };
    if (type === 'late') this.listener.push({ type, ...ended, outcome, error });
    else if (type === 'success' || type === 'cancelled') this.listener.push({ type, ...ended });
    else this.listener.push({ type, ...ended, error });
  }

  // --- transition ---

  /** Brings the machine up to date and answers with the time. */
  private tick(): number {
    if (this.unlinked !== null) this.unlinked.link();
    const now = this.now();
    while (now >= this.epoch.due) this.lapse(this.epoch.due);
    return now;
  }

  /** When time alone changes something next, on the machine's clock. */
  get due(): number {
    return this.epoch.due;
  }

  /** What time alone changes, at the instant `at` that it was due. */
  private lapse(at: number): void {
    const { epoch } = this;
    if (epoch instanceof Refusing) {
      this.enter(this.admitting('half-open', at, epoch.wait), 'retry-timeout', at);
      return;
    }
    epoch.flights?.lapse();
    if (epoch.state === 'half-open') {
      epoch.inFlight--;
      if (this.listener?.hearsCalls) this.listener.push({ type: 'probe-expired' });
      return;
    }
    epoch.roll(at);
    let thrown: Thrown | null = null;
    try {
      const reason = this.verdict(epoch);
      if (reason !== null && epoch === this.epoch) thrown = this.open(epoch, reason, undefined, at);
    } catch (error) {
      thrown = { error };
    }
    if (thrown !== null) this.report(thrown.error);
  }

  private open(
    epoch: Admitting,
    reason: StateChangeReason,
    error: unknown,
    now: number,
  ): Thrown | null {
    const { retryTimeout } = this.config;
    const attempt = this.attempt + 1;
    let wait = DEFAULT_RETRY_TIMEOUT;
    let thrown: Thrown | null = null;
    if (typeof retryTimeout === 'number') {
      wait = retryTimeout;
    } else {
      try {
        const snapshot = this.snapshotAt(now);
        const answer = retryTimeout({ attempt, error, snapshot, now: this.source.now() });
        ensure('the answer of retryTimeout', answer, delay);
        wait = answer;
      } catch (broken) {
        thrown = { error: broken };
      }
    }
    if (epoch === this.epoch) {
      this.attempt = attempt;
      this.cause = error;
      this.enter(new Refusing('open', now + wait, wait), reason, now);
    }
    return thrown;
  }

  /** A fresh epoch of a state that admits; `served` is the open time just served, in milliseconds. */
  private admitting(state: AdmittingState, now: number, served = 0): Admitting {
    const { window, slowCallDuration, probeTimeout } = this.config;
    if (state === 'half-open') {
      // an open time of 0 would make every place free at once, and the limit on probes void
      const lease = probeTimeout ?? (served || DEFAULT_RETRY_TIMEOUT);
      return new Admitting(state, new Flights(lease), null, now);
    }
    // slow is *older* than the limit, so from the next millisecond on
    const flights = slowCallDuration === NEVER ? null : new Flights(slowCallDuration + 1);
    return new Admitting(state, flights, window, now);
  }

  /** The one place where the state changes. */
  private enter(next: Epoch, reason: StateChangeReason, now: number): void {
    const from = this.epoch;
    this.epoch = next;
    if (next.state === 'closed') {
      this.attempt = 0;
      this.cause = undefined;
    }
    if (this.listener === null || from.state === next.state) return;
    if (from instanceof Admitting) from.roll(now); // a hold may end it long after its last outcome
    const snapshot = { ...this.snapshotAt(now), counts: countsOf(from) };
    this.listener.push({
      type: 'state-change',
      from: from.state,
      to: next.state,
      reason,
      snapshot,
    });
  }

  // --- control ---

  /** Takes (1) or lifts (-1) a hold; isolated wins over disabled, and none left is a fresh closed state. */
  hold(isolations: number, disables: number, reason: StateChangeReason): void {
    const now = this.tick();
    this.isolations += isolations;
    this.disables += disables;
    if (this.epoch.state !== this.heldState()) this.enter(this.held(now), reason, now);
    this.listener?.flush();
  }

  /** A fresh epoch: closed, or of the state that is held. */
  reset(): void {
    const now = this.tick();
    this.attempt = 0;
    this.cause = undefined;
    this.enter(this.held(now), 'reset', now);
    this.listener?.flush();
  }

  private heldState(): 'isolated' | 'disabled' | 'closed' {
    if (this.isolations > 0) return 'isolated';
    return this.disables > 0 ? 'disabled' : 'closed';
  }

  private held(now: number): Epoch {
    const state = this.heldState();
    return state === 'isolated' ? new Refusing(state, NEVER, 0) : this.admitting(state, now);
  }

  private restored(snapshot: CircuitSnapshot, now: number): Epoch {
    const { state, counts, attempt } = snapshot;
    const { retryTimeout, successThreshold, probeFailureThreshold } = this.config;
    const served = typeof retryTimeout === 'number' ? retryTimeout : DEFAULT_RETRY_TIMEOUT;
    if (state === 'open') {
      this.attempt = attempt;
      return new Refusing(state, now + (snapshot.retryAfter ?? NEVER), served);
    }
    if (state !== 'half-open' && state !== 'closed') return this.admitting('closed', now);
    const epoch = this.admitting(state, now, served);
    this.attempt = attempt;
    // under other thresholds the probes so far may be a verdict by now: then they start again
    const undecided =
      counts.successes < successThreshold && counts.failures < probeFailureThreshold;
    if (state === 'closed' || undecided) epoch.load(snapshot, now);
    return epoch;
  }

  // --- observation ---

  /** The state as of now. */
  state(): CircuitState {
    this.tick();
    this.listener?.flush();
    return this.epoch.state;
  }

  /** Milliseconds until a call may be admitted. */
  retryAfter(): number {
    const now = this.tick();
    this.listener?.flush();
    return this.wait(now);
  }

  /** Milliseconds until time alone changes something, for whoever wants to be told on time. */
  remaining(): number {
    return this.due - this.now();
  }

  snapshot(): CircuitSnapshot {
    const now = this.tick();
    this.listener?.flush();
    return this.snapshotAt(now);
  }

  private wait(now: number): number {
    if (this.hasPlace()) return 0;
    // open: when it is over; half-open: when the oldest probe's place is free at the latest
    return this.due - now;
  }

  private snapshotAt(now: number): CircuitSnapshot {
    const { epoch } = this;
    if (epoch instanceof Admitting) epoch.roll(now);
    return takeSnapshot(this.name, epoch, this.wait(now), this.attempt, now);
  }
}
