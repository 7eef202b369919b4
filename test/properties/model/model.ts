/**
 * The breaker as the design has it, told as plainly as it can be: every outcome is kept with its time,
 * and every number is counted anew from that list whenever it is asked for. It shares no code and no
 * type with `src/`; where the two differ, one of them is wrong.
 */
import { anyMayProbe, hasPlace, judgeProbe, leaseOf, retryAfterOf } from './halfOpen.ts';
import { meanOpenTime, OPEN_TIME_OF_A_FAULT } from './openTime.ts';
import { firstRound } from './rounds.ts';
import { type Settings, settingsOf } from './settings.ts';
import {
  type Call,
  countsOf,
  type Ended,
  excessOf,
  opened,
  remembered,
  type Stay,
} from './stay.ts';
import { type Totals, tally, timeByState } from './totals.ts';
import { verdict } from './verdict.ts';
import {
  type CallOptions,
  type Counts,
  type ErrorVerdict,
  NEVER,
  type Options,
  type Outcome,
  type Refusal,
  type State,
  type Told,
  type ValueVerdict,
} from './words.ts';

export interface Change {
  readonly at: number;
  readonly to: State;
}

export class Model {
  readonly events: Told[] = [];
  /** The states it was in, from its beginning on. */
  readonly changes: Change[];
  private settings: Settings;
  private readonly spread: (attempt: number) => number;
  private time = 0;
  private clock: number;
  private stay: Stay;
  private attempt = 0;
  private cause: unknown = undefined;
  private isolations = 0;
  private disables = 0;
  /** Calls that are a success once they have lived for so long. */
  private readonly aging: Call[] = [];

  /** `spread` says the default open time of an attempt: within its bounds the design leaves it open. */
  constructor(options: Options, clock: number, spread: (attempt: number) => number = meanOpenTime) {
    this.settings = settingsOf(options);
    this.clock = clock;
    this.spread = spread;
    this.stay = opened('closed', 0);
    this.changes = [{ at: 0, to: 'closed' }];
  }

  // --- time: slow calls, the end of the open time, the lease of a probe ---

  /**
   * The clock says so now; a clock that was set back means that no time has passed. Time stops wherever
   * something falls due: whoever listens is told of all that is due at that instant.
   */
  tick(clock: number, tell: () => void = () => {}): void {
    const before = this.time;
    this.pass(clock);
    const now = this.time;
    for (let due = this.due(); due <= now; due = this.due()) {
      this.time = Math.max(before, due);
      while (this.due() === due) this.fallDue(due);
      tell();
    }
    this.time = now;
  }

  private pass(clock: number): void {
    if (!Number.isFinite(clock)) throw new RangeError('not a time');
    this.time += Math.max(0, clock - this.clock);
    this.clock = clock;
  }

  /** When time alone changes something next. */
  private due(): number {
    const { stay } = this;
    const dues = this.aging.map((call) => call.start + livesLong(call.judge.successOn));
    if (stay.state === 'open') dues.push(stay.until);
    for (const call of stay.running) {
      if (this.mayExpire(call)) dues.push(call.start + this.lease);
      if (this.mayBeOverdue(call)) dues.push(call.start + this.slowFrom);
    }
    return Math.min(NEVER, ...dues);
  }

  /** Slow is older than the limit, and clocks count whole milliseconds. */
  private get slowFrom(): number {
    return this.settings.slowAfter + 1;
  }

  private get lease(): number {
    return leaseOf(this.stay, this.settings);
  }

  private mayExpire(call: Call): boolean {
    return this.state === 'half-open' && !call.expired;
  }

  private mayBeOverdue(call: Call): boolean {
    return !call.overdue && (this.state !== 'half-open' || this.settings.slowIsBad);
  }

  /** At one instant: the open time, then leases, then limits of age, then lives that are long enough. */
  private fallDue(at: number): void {
    const { stay } = this;
    if (stay.state === 'open' && stay.until === at) {
      this.enterHalfOpen('retry-timeout', at);
      return;
    }
    const expiring = stay.running.filter(
      (call) => this.mayExpire(call) && call.start + this.lease === at,
    );
    if (expiring.length > 0) {
      for (const call of expiring) {
        call.expired = true;
        this.tell({ type: 'probe-expired' });
      }
      return;
    }
    const overdue = stay.running.filter(
      (call) => this.mayBeOverdue(call) && call.start + this.slowFrom === at,
    );
    if (overdue.length > 0) {
      this.passTheLimit(overdue, at);
      return;
    }
    const call = this.aging.find((call) => call.start + livesLong(call.judge.successOn) === at);
    if (call !== undefined) quietly(() => this.settle(call, 'success', undefined, at));
  }

  private passTheLimit(overdue: readonly Call[], at: number): void {
    const { stay } = this;
    for (const call of overdue) call.overdue = true;
    if (stay.state === 'half-open') {
      for (const _ of overdue) {
        if (this.stay !== stay) return;
        quietly(() => this.judge(judgeProbe(stay, this.settings, 'bad', at), at));
      }
      return;
    }
    for (const _ of overdue) stay.marks.push({ kind: 'bad', at });
    // what a predicate throws is told to nobody: no call is at its end
    quietly(() => this.trips(verdict(stay, this.settings, at, true), at));
  }

  // --- admission: places, probes, refusals ---

  ask(options: CallOptions = {}): Call | Refusal {
    const probe = options.mayProbe !== false;
    if (this.admits(probe)) return this.admit(options);
    const { state } = this;
    if (state === 'half-open' && probe) this.stay.rounds.refused = true;
    const retryAfter = this.retryAfter(probe);
    this.tell({ type: 'rejected', state, retryAfter, context: options.context });
    return { state, retryAfter, cause: this.cause };
  }

  private admits(probe: boolean): boolean {
    const { state, stay, settings } = this;
    if (state === 'open' || state === 'isolated') return false;
    if (state !== 'half-open') return true;
    return hasPlace(stay, settings) && (probe || anyMayProbe(stay, settings, this.time));
  }

  private admit(options: CallOptions): Call {
    const call: Call = {
      stay: this.stay,
      start: this.time,
      options,
      judge: { ...judgeOf(this.settings), ...options },
      settled: false,
      served: false,
      overdue: false,
      expired: false,
      closed: false,
    };
    this.stay.running.push(call);
    this.stay.lastProbe = this.time;
    if (livesLong(call.judge.successOn) < NEVER) this.aging.push(call);
    return call;
  }

  // --- what comes of a call: values, errors, classifiers that throw ---
  // Each throws what the subscriber gets instead, if user code threw.

  value(call: Call, value: unknown): void {
    if (call.closed || call.settled) return;
    const { classifyValue: classify } = call.judge;
    const verdict = this.classified<ValueVerdict>(
      call,
      () => classify?.(value, call.stay.state, call.options.context) ?? 'success',
    );
    if (verdict === 'success') {
      call.served = true;
      if (call.judge.successOn === 'first-value') this.settle(call, 'success');
    } else if (verdict !== 'undecided') {
      this.settle(call, 'failure', value, this.time, verdict === 'trip');
    }
  }

  error(call: Call, error: unknown): void {
    if (call.closed || call.settled) return;
    const { classifyError: classify } = call.judge;
    const verdict = this.classified<ErrorVerdict>(
      call,
      () => classify?.(error, call.stay.state, call.options.context) ?? usually(error),
    );
    const outcome = verdict === 'trip' ? 'failure' : verdict;
    this.settle(call, outcome, error, this.time, verdict === 'trip');
  }

  complete(call: Call): void {
    if (!call.closed) this.settle(call, 'success');
  }

  ignore(call: Call): void {
    this.settle(call, 'ignored');
  }

  /** Given up by whoever subscribed: nobody is left to be told what is thrown. */
  leave(call: Call): void {
    if (call.closed) return;
    call.closed = true;
    quietly(() => this.settle(call, call.served ? 'success' : 'cancelled'));
  }

  /** A permit is given back: who does so is told. */
  cancel(call: Call): void {
    this.settle(call, 'cancelled');
  }

  private classified<A>(call: Call, classify: () => A): A {
    try {
      return classify();
    } catch (thrown) {
      // of two errors the first one is told
      quietly(() => this.settle(call, 'failure', thrown));
      throw thrown;
    }
  }

  // --- outcomes: late ones, counted ones, the verdict ---

  private settle(
    call: Call,
    how: Outcome,
    error?: unknown,
    at: number = this.time,
    trips = false,
  ): void {
    if (call.settled) return;
    call.settled = true;
    const { stay } = call;
    stay.running.splice(stay.running.indexOf(call), 1);
    if (this.aging.includes(call)) this.aging.splice(this.aging.indexOf(call), 1);
    const duration = at - call.start;
    const slow = duration > this.settings.slowAfter;
    // giving up does not erase evidence
    const outcome = how === 'cancelled' && slow ? 'failure' : how;
    const { context } = call.options;
    const ended = { state: stay.state, duration, slow, context };
    if (stay !== this.stay) {
      this.tell({ type: 'late', ...ended, outcome, error });
      return;
    }
    if (outcome === 'cancelled') {
      this.tell({ type: 'cancelled', ...ended });
      return;
    }
    if (outcome === 'ignored') {
      stay.ended.push({ at, outcome, slow: false });
      this.tell({ type: 'ignored', ...ended, error });
      return;
    }
    const entry: Ended = { at, outcome, slow };
    stay.ended.push(entry);
    if (outcome === 'failure' && error !== undefined) this.cause = error;
    const tell = (error: unknown): void => {
      if (entry.outcome === 'success') this.tell({ type: 'success', ...ended });
      else this.tell({ type: 'failure', ...ended, error });
    };
    if (stay.state === 'half-open') {
      const bad = outcome === 'failure' || (slow && this.settings.slowIsBad);
      tell(error);
      if (trips) this.open('trip', at);
      else if (!call.overdue) {
        this.judge(judgeProbe(stay, this.settings, bad ? 'bad' : 'good', at), at);
      }
      return;
    }
    const bad = !call.overdue && (outcome === 'failure' || slow);
    if (!call.overdue) stay.marks.push({ kind: bad ? 'bad' : 'good', at });
    let reason: string | undefined;
    try {
      reason = verdict(stay, this.settings, at, bad);
    } catch (thrown) {
      entry.outcome = 'failure';
      const mark = stay.marks.at(-1);
      if (!call.overdue && mark !== undefined) mark.kind = 'bad';
      if (thrown !== undefined) this.cause = thrown;
      tell(thrown);
      throw thrown;
    }
    tell(error);
    this.trips(trips && stay.state === 'closed' ? 'trip' : reason, at);
  }

  private trips(reason: string | undefined, at: number): void {
    if (reason !== undefined) this.open(reason, at);
  }

  private judge(verdict: 'closed' | 'open' | undefined, at: number): void {
    if (verdict === 'open') this.open('probes-failed', at);
    if (verdict === 'closed') this.change(opened('closed', at), 'probes-succeeded', at);
  }

  private open(reason: string, at: number): void {
    const attempt = this.attempt + 1;
    let wait = OPEN_TIME_OF_A_FAULT;
    let thrown: { error: unknown } | undefined;
    try {
      wait = this.openTime(attempt, at);
    } catch (broken) {
      thrown = { error: broken };
    }
    this.attempt = attempt;
    this.change({ ...opened('open', at), until: at + wait }, reason, at);
    if (thrown !== undefined) throw thrown.error;
  }

  private openTime(attempt: number, at: number): number {
    const { retryTimeout } = this.settings;
    if (retryTimeout === undefined) return this.spread(attempt);
    if (typeof retryTimeout === 'number') return retryTimeout;
    const { cause: error } = this;
    const answer = retryTimeout({ attempt, error, snapshot: { counts: this.counts(at) } });
    if (!(answer >= 0)) throw new RangeError('not a delay');
    return answer;
  }

  // --- states: fresh counts, attempts, holds, notifications ---

  private enterHalfOpen(reason: string, at: number): void {
    this.change({ ...opened('half-open', at), served: at - this.stay.since }, reason, at);
  }

  private change(next: Stay, reason: string, at: number): void {
    const from = this.stay.state;
    const counts = this.counts(at);
    this.stay = next;
    const error = next.state === 'open' ? this.cause : undefined;
    if (next.state === 'closed') {
      this.attempt = 0;
      this.cause = undefined;
    }
    const { state: to } = next;
    if (from === to) return;
    this.changes.push({ at, to });
    const { attempt } = this;
    this.tell({ type: 'state-change', from, to, reason, error, counts, attempt });
  }

  private tell(event: Omit<Told, 'breaker'>): void {
    this.events.push({ ...event, breaker: this.settings.name });
  }

  // --- by hand: holds and other settings ---

  trip(error?: unknown): void {
    if (this.state !== 'closed' && this.state !== 'half-open') return;
    this.cause = error;
    this.open('trip', this.time);
  }

  halfOpen(): void {
    if (this.state === 'open') this.enterHalfOpen('half-open', this.time);
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
    this.change(opened(this.heldState(), this.time), 'reset', this.time);
    this.tell({ type: 'reset' });
  }

  private hold(reason: string): void {
    const state = this.heldState();
    if (state !== this.state) this.change(opened(state, this.time), reason, this.time);
  }

  private heldState(): State {
    if (this.isolations > 0) return 'isolated';
    return this.disables > 0 ? 'disabled' : 'closed';
  }

  /** The state, the streak and the excess stay; what a window holds stays where the kind of window does. */
  configure(options: Options): void {
    const { stay, settings } = this;
    const excess = excessOf(stay, settings.excess.threshold);
    this.settings = { ...settingsOf(options), name: settings.name };
    const failures = Math.min(this.settings.excess.threshold, excess.failures);
    const counts = stay.state === 'closed' || stay.state === 'disabled';
    const fits = !counts || kindOf(this.settings) === kindOf(settings);
    const kept = fits ? remembered(stay, settings.window, this.time) : [];
    for (const entry of stay.ended) if (!kept.includes(entry)) entry.gone = true;
    this.stay = {
      ...stay,
      marks: [],
      excess: { ...excess, failures },
      // buckets without a result begin anew
      ...(kept.length === 0 && { windowSince: this.time }),
      ...probesUnder(stay, settings, this.settings),
    };
    for (const call of stay.running) Object.assign(call, { stay: this.stay });
  }

  /**
   * Whether the design says what other options make of the evidence. Left open is to which buckets old results go
   * where windows of time differ, and the age of calls that were let in while nobody needed to know it.
   */
  mayConfigure(options: Options): boolean {
    const { window, slowAfter, slowIsBad } = this.settings;
    const next = settingsOf(options);
    const ages = next.slowAfter === slowAfter && next.slowIsBad === slowIsBad;
    const times = [window, next.window].every((of) => of !== undefined && 'duration' in of);
    return (
      (ages || this.stay.running.length === 0) &&
      (!times || JSON.stringify(window) === JSON.stringify(next.window))
    );
  }

  // --- a restart from a snapshot: the option `restore` ---

  /** Where buckets begin at fractions that no number is exact for, the new ones may begin beside them. */
  get mayRestart(): boolean {
    const { window } = this.settings;
    if (window === undefined || 'calls' in window) return true;
    return Number.isInteger((window.duration / window.buckets) * 4);
  }

  /**
   * Another one goes on from a snapshot that was taken when the clock was last read, and that is as old by
   * now as the clock says. Calls in flight, hands that held it and what opened it are gone; what was
   * counted is not.
   */
  restart(clock: number): void {
    const { state, until, ended, served, judged } = this.stay;
    const { window, excess, halfOpen } = this.settings;
    const taken = this.time;
    const kept = remembered(this.stay, window, taken);
    this.pass(clock);
    const now = this.time;
    this.isolations = this.disables = 0;
    this.cause = undefined;
    this.events.length = this.changes.length = this.aging.length = 0;
    if (state === 'open' && until <= now) {
      this.stay = { ...opened('half-open', until), served: until - this.stay.since };
    } else if (state === 'open') {
      this.stay = { ...opened('open', this.stay.since), until };
    } else if (state === 'closed') {
      // buckets go on where they were; without any, the first one begins with the snapshot
      this.stay = {
        ...opened('closed', this.stay.since),
        windowSince: kept.length > 0 ? this.stay.windowSince : taken,
        ended: [...ended],
        excess: excessOf(this.stay, excess.threshold),
      };
    } else if (state === 'half-open') {
      const fixed = !('growth' in halfOpen);
      this.stay = {
        ...opened('half-open', now),
        served,
        ended: fixed ? [...ended] : [],
        judged: { ...judged },
      };
    } else {
      this.stay = opened('closed', now);
      this.attempt = 0;
    }
    this.changes.push({ at: now, to: this.state });
  }

  // --- what can be seen ---

  /** All that matters for what comes next, times relative to now: equal keys, equal states. */
  key(): string {
    const { state, windowSince, until, served, ended, running } = this.stay;
    const { rounds, judged, lastProbe } = this.stay;
    const now = this.time;
    const ages = running.map(({ start, overdue, expired }) => [now - start, overdue, expired]);
    const results = ended.map(({ at, outcome, slow }) => [now - at, outcome, slow]);
    const excess = excessOf(this.stay, this.settings.excess.threshold);
    const troubled = excess.failures === 0 ? 0 : now - excess.troubled;
    const half = [served, { ...rounds, well: now - rounds.well }, judged, now - lastProbe];
    return JSON.stringify([
      state,
      state === 'closed' || state === 'disabled' ? now - windowSince : until - now,
      this.attempt,
      ages,
      results,
      [excess.failures, troubled, excess.balance],
      state === 'half-open' ? half : [],
      [this.isolations, this.disables],
    ]);
  }

  get state(): State {
    return this.stay.state;
  }

  /** Milliseconds since the beginning, as the breaker has it. */
  get now(): number {
    return this.time;
  }

  /** How often it has opened since it was last closed. */
  get attempts(): number {
    return this.attempt;
  }

  /** Fixed half-open: how many probes may be out at once. Rounds may come down to less than are out. */
  get probes(): number {
    const { halfOpen } = this.settings;
    return 'growth' in halfOpen ? NEVER : halfOpen.probes;
  }

  /** Milliseconds that a probe may take. */
  get probeMayTake(): number {
    return this.lease;
  }

  /** Milliseconds until it is worth asking again. */
  retryAfter(probe = true): number {
    const { state, stay, settings, time } = this;
    if (this.admits(probe)) return 0;
    if (state !== 'half-open') return stay.until - time;
    if (!probe) return Math.max(0, stay.lastProbe + this.lease - time);
    return retryAfterOf(stay, settings, time);
  }

  /** Milliseconds until time alone changes something, or a bucket is over. */
  edges(): number[] {
    const edges = [this.due() - this.time];
    const { window } = this.settings;
    if (window !== undefined && 'duration' in window) {
      const width = window.duration / window.buckets;
      edges.push(Math.ceil(width - ((this.time - this.stay.windowSince) % width)));
    }
    const { failures, troubled } = excessOf(this.stay, this.settings.excess.threshold);
    if (failures > 0) edges.push(troubled + this.settings.excess.duration - this.time);
    return edges.filter((edge) => edge > 0 && edge < NEVER);
  }

  counts(at: number = this.time): Counts {
    return countsOf(this.stay, this.settings, at);
  }

  totals(): Totals {
    return tally(this.events);
  }

  timeByState(): Readonly<Record<State, number>> {
    return timeByState(this.changes, this.time);
  }
}

/** A call is judged by the settings that it was admitted with. */
const judgeOf = ({ successOn, classifyError, classifyValue }: Settings): Call['judge'] => ({
  successOn,
  classifyError,
  classifyValue,
});

const livesLong = (successOn: Settings['successOn']): number =>
  typeof successOn === 'object' ? successOn.after : NEVER;

/** An error that nobody classified: the refusal of a breaker, of this one or of another, does not count. */
const usually = (error: unknown): ErrorVerdict =>
  Object(error).code === 'ECIRCUITOPEN' ? 'ignored' : 'failure';

/** Results of probes stay where half-open is of the same kind, and where they are no verdict by now. */
function probesUnder(
  stay: Stay,
  { halfOpen: before }: Settings,
  { halfOpen }: Settings,
): Pick<Stay, 'rounds' | 'judged'> {
  const { rounds, judged } = stay;
  const anew = { rounds: { ...firstRound(rounds.well) }, judged: { good: 0, bad: 0 } };
  if ('growth' in halfOpen !== 'growth' in before) return anew;
  if ('growth' in halfOpen) return { rounds, judged };
  const decided = judged.good >= halfOpen.successes || judged.bad >= halfOpen.failures;
  return decided ? anew : { rounds, judged };
}

function kindOf({ window }: Settings): string {
  if (window === undefined) return 'endless';
  return 'calls' in window ? 'calls' : 'time';
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // nobody is there to be told
  }
}
