/**
 * The breaker as the design has it, told as plainly as it can be: every outcome is kept with its time,
 * and every number is counted anew from that list whenever it is asked for. It shares no code with
 * `src/`; where the two differ, one of them is wrong.
 */
import type {
  AdmittingState,
  CircuitBreakerOptions,
  CircuitEvent,
  CircuitSnapshot,
  CircuitState,
  Counts,
  Outcome,
  StateChangeReason,
} from '../../src/index.ts';
import {
  countsOf,
  type Ended,
  type ModelCall,
  remembered,
  type Stay,
  windowOf,
  windowSnapshot,
} from './memory.ts';
import { verdict } from './verdict.ts';

const DEFAULT_OPEN_TIME = 30_000;

export interface Refusal {
  readonly state: CircuitState;
  readonly retryAfter: number;
  readonly cause: unknown;
}

export class Model {
  readonly events: CircuitEvent[] = [];
  /** The state it began in. */
  first: CircuitState = 'closed';
  /** When it changed to which state. */
  readonly changes: { readonly at: number; readonly to: CircuitState }[] = [];
  private readonly options: CircuitBreakerOptions;
  private time = 0;
  private clock: number;
  private stay: Stay;
  private attempt = 0;
  private cause: unknown = undefined;
  private isolations = 0;
  private disables = 0;

  constructor(options: CircuitBreakerOptions, clock: number) {
    this.options = options;
    this.clock = clock;
    this.stay = this.enterable('closed', 0);
  }

  // --- time: rules 10, 11, 13, 16 ---

  /** The clock says so now; a clock that was set back means that no time has passed. */
  tick(clock: number): void {
    this.time += Math.max(0, clock - this.clock);
    this.clock = clock;
    while (this.due() <= this.time) this.fallDue(this.due());
  }

  /** When time alone changes something next. */
  private due(): number {
    const { stay } = this;
    if (stay.state === 'open') return stay.until;
    const next = stay.running.find((call) => !call.overdue);
    if (next === undefined) return Number.POSITIVE_INFINITY;
    return next.start + (stay.state === 'half-open' ? stay.lease : this.slowFrom());
  }

  /** Slow is older than the limit, and clocks count whole milliseconds. */
  private slowFrom(): number {
    return (this.options.slowCallDuration ?? Number.POSITIVE_INFINITY) + 1;
  }

  private fallDue(at: number): void {
    const { stay } = this;
    if (stay.state === 'open') {
      this.change(this.enterable('half-open', at, stay.until - stay.since), 'retry-timeout', at);
      return;
    }
    const waiting = stay.running.filter((call) => !call.overdue);
    // all that were admitted at one instant, together
    const due = waiting.filter(({ start }) => start === waiting[0]?.start);
    for (const call of due) call.overdue = true;
    if (stay.state === 'half-open') {
      for (const _ of due) this.events.push({ type: 'probe-expired' });
      return;
    }
    try {
      this.judge(undefined, at);
    } catch {
      // told to nobody: no call is at its end
    }
  }

  // --- admission: rules 1, 2, 12, 14, 17 ---

  ask(): ModelCall | Refusal {
    if (!this.hasPlace()) {
      const { state } = this.stay;
      const retryAfter = this.retryAfter();
      this.events.push({ type: 'rejected', state: state as 'open', retryAfter });
      return { state, retryAfter, cause: this.cause };
    }
    const call: ModelCall = {
      stay: this.stay,
      start: this.time,
      settled: false,
      served: false,
      overdue: false,
      closed: false,
    };
    this.stay.running.push(call);
    return call;
  }

  /** Whether a call may come in, once so many of the probes in flight have expired. */
  private hasPlace(expired = 0): boolean {
    const { state } = this.stay;
    if (state === 'open' || state === 'isolated') return false;
    if (state !== 'half-open') return true;
    const { successes, failures } = this.counts();
    const inFlight = this.counts().inFlight - expired;
    return (
      inFlight < this.maxProbes &&
      successes + failures + inFlight < this.successes + this.failures - 1
    );
  }

  private get successes(): number {
    return this.options.successThreshold ?? 1;
  }

  private get failures(): number {
    return this.options.probeFailureThreshold ?? 1;
  }

  get maxProbes(): number {
    return this.options.maxProbes ?? this.successes;
  }

  // --- what comes of a call: rules 3, 6 ---
  // Each answers with what the subscriber gets instead, if user code threw.

  value(call: ModelCall, value: unknown): void {
    const { classifyValue, successOn } = this.options;
    if (call.closed || call.settled) return;
    const verdict = this.classified(
      call,
      () => classifyValue?.(value, admittedIn(call)) ?? 'success',
    );
    if (verdict === 'success') call.served = true;
    if (verdict === 'failure') this.settle(call, 'failure', value);
    else if (verdict === 'success' && successOn === 'first-value') this.settle(call, 'success');
  }

  error(call: ModelCall, error: unknown): void {
    if (call.closed || call.settled) return;
    const { classifyError } = this.options;
    const verdict = this.classified(
      call,
      () => classifyError?.(error, admittedIn(call)) ?? 'failure',
    );
    this.settle(call, verdict, error);
  }

  complete(call: ModelCall): void {
    if (!call.closed) this.settle(call, 'success');
  }

  ignore(call: ModelCall): void {
    this.settle(call, 'ignored');
  }

  leave(call: ModelCall): void {
    if (call.closed) return;
    call.closed = true;
    try {
      this.settle(call, call.served ? 'success' : 'cancelled');
    } catch {
      // nobody is left to be told
    }
  }

  private classified<A>(call: ModelCall, classify: () => A): A {
    try {
      return classify();
    } catch (thrown) {
      try {
        this.settle(call, 'failure', thrown);
      } catch {
        // the first error is the one that is told
      }
      throw thrown;
    }
  }

  // --- outcomes: rules 2, 7, 15 ---

  private settle(call: ModelCall, outcome: Outcome, error?: unknown): void {
    if (call.settled) return;
    call.settled = true;
    const { stay } = call;
    stay.running.splice(stay.running.indexOf(call), 1);
    const duration = this.time - call.start;
    const ended = { state: admittedIn(call), duration };
    if (stay !== this.stay) {
      this.events.push({ type: 'late', ...ended, outcome, error });
      return;
    }
    if (outcome === 'cancelled') {
      this.events.push({ type: 'cancelled', ...ended });
      return;
    }
    if (outcome === 'ignored') {
      stay.ended.push({ at: this.time, outcome, slow: false });
      this.events.push({ type: 'ignored', ...ended, error });
      return;
    }
    const slow = duration > (this.options.slowCallDuration ?? Number.POSITIVE_INFINITY);
    const entry: Ended = { at: this.time, outcome, slow };
    stay.ended.push(entry);
    const told = this.events.length;
    const tell = (error: unknown): void => {
      const event: CircuitEvent =
        entry.outcome === 'success'
          ? { type: 'success', ...ended }
          : { type: 'failure', ...ended, error };
      this.events.splice(told, 0, event);
    };
    let reason: StateChangeReason | undefined;
    try {
      reason = verdict(this.stay, this.options, this.time);
    } catch (thrown) {
      entry.outcome = 'failure';
      tell(thrown);
      throw thrown;
    }
    tell(error);
    this.act(reason, outcome === 'failure' ? error : undefined, this.time);
  }

  private judge(error: unknown, at: number): void {
    this.act(verdict(this.stay, this.options, at), error, at);
  }

  private act(reason: StateChangeReason | undefined, error: unknown, at: number): void {
    if (reason === undefined) return;
    if (reason === 'probes-succeeded') {
      this.change(this.enterable('closed', at), reason, at);
      return;
    }
    const attempt = this.attempt + 1;
    let wait = DEFAULT_OPEN_TIME;
    let thrown: { error: unknown } | undefined;
    try {
      wait = this.openTime(attempt, error, at);
    } catch (broken) {
      thrown = { error: broken };
    }
    this.attempt = attempt;
    this.cause = error;
    this.change(this.enterable('open', at, wait), reason, at);
    if (thrown !== undefined) throw thrown.error;
  }

  private openTime(attempt: number, error: unknown, at: number): number {
    const { retryTimeout = DEFAULT_OPEN_TIME } = this.options;
    if (typeof retryTimeout === 'number') return retryTimeout;
    const snapshot = this.snapshot(at);
    const answer = retryTimeout({ attempt, error, snapshot, now: Number.NaN });
    if (!(answer >= 0)) throw new RangeError('not a delay');
    return answer;
  }

  // --- states: rules 9, 15, 17 ---

  private enterable(state: CircuitState, since: number, time = 0): Stay {
    return {
      state,
      since,
      until: state === 'open' ? since + time : Number.POSITIVE_INFINITY,
      lease: this.options.probeTimeout ?? (time || DEFAULT_OPEN_TIME),
      window: windowOf(this.options),
      ended: [],
      running: [],
    };
  }

  private change(next: Stay, reason: StateChangeReason, at: number): void {
    const from = this.stay.state;
    const counts = this.counts(at);
    this.stay = next;
    if (next.state === 'closed') {
      this.attempt = 0;
      this.cause = undefined;
    }
    if (from === next.state) return;
    this.changes.push({ at, to: next.state });
    const snapshot = { ...this.snapshot(at), counts };
    this.events.push({ type: 'state-change', from, to: next.state, reason, snapshot });
  }

  isolate(): void {
    this.isolations++;
    this.hold('isolate');
  }

  disable(): void {
    this.disables++;
    this.hold('disable');
  }

  lift(what: 'isolate' | 'disable'): void {
    if (what === 'isolate') this.isolations--;
    else this.disables--;
    this.hold('release');
  }

  reset(): void {
    this.attempt = 0;
    this.cause = undefined;
    this.change(this.enterable(this.heldState(), this.time), 'reset', this.time);
  }

  private hold(reason: StateChangeReason): void {
    const state = this.heldState();
    if (state !== this.stay.state) this.change(this.enterable(state, this.time), reason, this.time);
  }

  private heldState(): CircuitState {
    if (this.isolations > 0) return 'isolated';
    return this.disables > 0 ? 'disabled' : 'closed';
  }

  // --- a restart from a snapshot: the option `restore` ---

  /** Where buckets begin at fractions that no number is exact for, the new ones may begin beside them. */
  get restarts(): boolean {
    const { window } = this.stay;
    if (window === undefined || 'calls' in window) return true;
    return Number.isInteger((window.duration / window.buckets) * 4);
  }

  /** Calls in flight, hands that held it and what opened it are gone; what was counted is not. */
  restart(): void {
    const { state, until, ended, window } = this.stay;
    const { retryTimeout } = this.options;
    const served = typeof retryTimeout === 'number' ? retryTimeout : DEFAULT_OPEN_TIME;
    const kept = remembered(this.stay, this.time);
    this.isolations = this.disables = 0;
    this.cause = undefined;
    this.events.length = 0;
    // a window of time goes on where it was; with nothing in it, it begins now
    const since = state === 'closed' && kept.length > 0 ? this.stay.since : this.time;
    if (state === 'open') {
      this.stay = { ...this.enterable('open', until - served), until };
    } else if (state === 'closed' || state === 'half-open') {
      this.stay = this.enterable(state, since, served);
      // a window of calls has no place for those that do not count
      const calls = state === 'closed' && window !== undefined && 'calls' in window;
      this.stay.ended.push(...ended.filter(({ outcome }) => !calls || outcome !== 'ignored'));
    } else {
      this.stay = this.enterable('closed', this.time);
      this.attempt = 0;
    }
    this.first = this.state;
  }

  // --- what can be seen ---

  /** All that matters for what comes next, times relative to now: equal keys, equal states. */
  key(): string {
    const { state, since, until, ended, running } = this.stay;
    const ages = running.map(({ start, overdue }) => [this.time - start, overdue]);
    const results = ended.map(({ at, outcome, slow }) => [this.time - at, outcome, slow]);
    const holds = [this.isolations, this.disables];
    const from = state === 'closed' || state === 'disabled' ? this.time - since : until - this.time;
    return JSON.stringify([state, from, this.attempt, ages, results, holds]);
  }

  get state(): CircuitState {
    return this.stay.state;
  }

  /** Milliseconds; of half-open, if nobody answers: it may take more than one expiry until there is a place. */
  retryAfter(at = this.time): number {
    if (this.hasPlace()) return 0;
    const { state, until, running, lease } = this.stay;
    if (state !== 'half-open') return until - at;
    const expiring = running.filter((call) => !call.overdue);
    const free = expiring.find((_, i) => this.hasPlace(i + 1));
    // with the verdict in, no place will ever be free
    return free === undefined ? Number.POSITIVE_INFINITY : free.start + lease - at;
  }

  /** Milliseconds until time alone changes the state or a call's standing, or a bucket is over. */
  edges(): number[] {
    const edges = [this.due() - this.time];
    const { window } = this.stay;
    if (window !== undefined && 'duration' in window) {
      const width = window.duration / window.buckets;
      edges.push(Math.ceil(width - ((this.time - this.stay.since) % width)));
    }
    return edges.filter((edge) => edge > 0 && edge < Number.POSITIVE_INFINITY);
  }

  counts(at = this.time): Counts {
    return countsOf(this.stay, at);
  }

  snapshot(at = this.time): CircuitSnapshot {
    const retryAfter = this.retryAfter(at);
    return {
      version: 1,
      name: this.options.name ?? 'circuit-breaker',
      state: this.state,
      counts: this.counts(at),
      retryAfter: retryAfter === Number.POSITIVE_INFINITY ? null : retryAfter,
      attempt: this.attempt,
      window: windowSnapshot(this.stay, at),
    };
  }
}

const admittedIn = ({ stay }: ModelCall): AdmittingState => stay.state as AdmittingState;
