import type { Subscription } from 'rxjs';
import { type CircuitBreakerOptions, circuitBreaker } from '../../src/index.ts';
import { Breaker } from './breaker.ts';
import { compare, compareAdmission } from './compare.ts';
import { Expected } from './expected.ts';
import {
  holdsAlways,
  lateChangesNothing,
  nothingIsLeft,
  nothingWaits,
  refusesForAReason,
  totalsAreTheTally,
} from './invariants.ts';
import { meanOpenTime, openTimeBounds } from './model/openTime.ts';
import { NEVER, type Options, type Refusal } from './model/words.ts';
import { type Choice, optionsOf } from './options.ts';
import { deedsOf, type Ending } from './recording.ts';
import { refusalOfAnother } from './refusal.ts';
import { fail } from './same.ts';
import { Trace } from './trace.ts';

/** Something done to the breaker. `which` counts from the newest of what is there. */
export type Step =
  | { readonly do: 'isolate' | 'disable' | 'reset' | 'look' | 'half-open' | 'configure' }
  /** `kind` is how the call is judged; `again`: its subscriber subscribes once more at its end. */
  | { readonly do: 'subscribe'; readonly kind?: number; readonly again?: boolean }
  | { readonly do: 'acquire'; readonly kind?: number }
  /** A call whose source does all that it does while it is subscribed to. */
  | {
      readonly do: 'at once';
      readonly what: string;
      readonly kind?: number;
      readonly again?: boolean;
    }
  | { readonly do: 'value' | 'error'; readonly which: number; readonly what: string }
  | { readonly do: 'complete' | 'cancel' | 'ignore' | 'lift'; readonly which: number }
  /** Opens by hand, with an error or without. */
  | { readonly do: 'trip'; readonly what: string }
  /** Lets time pass. */
  | { readonly do: 'wait'; readonly ms: number }
  /** Lets time pass up to the next instant that matters, and so much beyond. */
  | { readonly do: 'due'; readonly edge: number; readonly beyond: number }
  /** Sets the clock on the wall. */
  | { readonly do: 'clock'; readonly ms: number }
  /** Waits for as long as `retryAfter` says: a millisecond too early is refused; no later than it may be. */
  | { readonly do: 'come back' }
  /** Lets another one go on from a snapshot, so many milliseconds later. */
  | { readonly do: 'restart'; readonly away?: number };

/** Milliseconds that the model goes on alone after a difference. */
const BEYOND = 60;

/** What was seen in one run, to be counted. */
export interface Seen {
  steps: number;
  admissions: number;
  refusals: number;
  restarts: number;
  readonly events: Map<string, number>;
}

/** Errors by their letter: `r` is the refusal of another breaker, nothing is no error at all. */
const errorOf = (what: string): unknown =>
  what === '' ? undefined : what === 'r' ? refusalOfAnother : what;

/** Model and breaker side by side, the breaker with and without somebody who listens. */
export class Run {
  readonly expected: Expected;
  subjects: readonly Breaker[];
  /** What was done, for people to read. */
  readonly trace = new Trace();
  readonly seen: Seen = { steps: 0, admissions: 0, refusals: 0, restarts: 0, events: new Map() };
  private compared = 0;
  private beyond = 0;
  private readonly choice: Choice;
  /** Whether the options are those that `configure` brought. */
  private other = false;
  private configured = false;

  /** `make` is there for breakers that are broken on purpose. */
  constructor(choice: Choice, make: typeof circuitBreaker = circuitBreaker) {
    this.choice = choice;
    const { listener } = choice;
    const options = optionsOf(choice, 'ours') as CircuitBreakerOptions;
    this.expected = new Expected(optionsOf(choice, 'model') as Options, listener, (attempt) =>
      this.spread(attempt),
    );
    const watched = new Breaker(options, true, make, listener);
    // a listener is part of what happens, so nobody else can do without it
    this.subjects =
      listener === undefined ? [watched, new Breaker(options, false, make, undefined)] : [watched];
  }

  /** Does one step. Looking brings the breaker up to date, so not every step does. */
  step(step: Step, look = true): void {
    this.seen.steps++;
    this.perform(step);
    if (look) this.compare();
  }

  private perform(step: Step): void {
    const { expected } = this;
    switch (step.do) {
      case 'subscribe':
      case 'acquire':
      case 'at once':
        this.admit(step);
        return;
      case 'value':
      case 'error':
      case 'complete':
      case 'cancel':
      case 'ignore':
        this.end(step.do, step.which, 'what' in step ? step.what : '');
        return;
      case 'isolate':
      case 'disable':
        this.hold(step.do);
        return;
      case 'lift':
        this.lift(step.which);
        return;
      case 'reset':
      case 'half-open': {
        const how = step.do === 'half-open' ? 'halfOpen' : 'reset';
        if (how === 'reset') this.trace.control(this.elapsed, 'R');
        else this.trace.remark(this.elapsed, 'halfOpen() is called');
        for (const { breaker } of this.subjects) breaker[how]();
        this.tick();
        expected.act((model) => model[how]());
        return;
      }
      case 'trip':
        this.trip(step.what);
        return;
      case 'configure':
        this.configure();
        return;
      case 'wait':
        this.wait(step.ms);
        return;
      case 'due': {
        this.tick();
        const edges = expected.model.edges();
        const edge = edges[step.edge % edges.length] ?? 3;
        this.wait(Math.max(0, edge + step.beyond));
        return;
      }
      case 'clock':
        // a timer that was set before is late or early then, and with it what a listener does
        if (this.choice.listener !== undefined) return;
        // a clock that nobody reads cannot be seen to be set: so it is read before and after
        this.compare();
        this.trace.remark(this.elapsed, `the clock is set by ${step.ms} ms`);
        for (const { time } of this.subjects) time.setClock(step.ms);
        this.compare();
        return;
      case 'restart':
        this.restart(step.away ?? 0);
        return;
      case 'come back':
        this.comeBack();
        return;
      case 'look':
        this.compare();
    }
  }

  get elapsed(): number {
    return (this.subjects[0]?.time.elapsed ?? 0) + this.beyond;
  }

  private get now(): number {
    return this.subjects[0]?.time.now() ?? 0;
  }

  private tick(): void {
    this.expected.tick(this.now);
  }

  /**
   * Quarters of a millisecond, rounded up: sums of them are exact. Where a listener acts, the instant at which it is
   * told matters, and timers are set in whole milliseconds.
   */
  private wait(ms: number): void {
    const parts = this.choice.listener === undefined ? 4 : 1;
    for (const { time } of this.subjects) time.advance(Math.ceil(ms * parts) / parts);
  }

  /** The default open time of this opening: what the breaker took, if that is within the bounds of the design. */
  private spread(attempt: number): number {
    const nth = this.expected.model.changes.slice(1).filter(({ to }) => to === 'open').length;
    const watched = this.subjects[0] as Breaker;
    void watched.breaker.state; // a timer may be late, where the clock was set
    const openings = watched.events.filter(
      (event) => event.type === 'state-change' && event.to === 'open',
    );
    const opening = openings[nth];
    if (opening?.type !== 'state-change') return meanOpenTime(attempt);
    const { retryAfter } = opening.snapshot;
    const { min, max } = openTimeBounds(attempt);
    if (retryAfter === null || retryAfter < min || retryAfter > max) {
      fail(`the open time of attempt ${attempt} is ${retryAfter}, not from ${min} to ${max}`);
    }
    return retryAfter as number;
  }

  private end(how: Ending, which: number, what: string): void {
    const { expected } = this;
    const { length } = expected.calls;
    if (length === 0) return;
    const index = length - 1 - (which % length);
    const { call, permit, again } = expected.calls[index] as Expected['calls'][number];
    const reacts = again || this.choice.listener !== undefined;
    const error = errorOf(what);
    if (!call.closed && !(permit && call.settled)) this.trace.end(this.elapsed, index, how, what);
    for (const subject of this.subjects) {
      const end = (): void => subject.end(index, how, what, error);
      // looking brings a breaker up to date: the other one stays as lazy as it is
      if (subject.watched && !reacts) lateChangesNothing(subject, end);
      else end();
    }
    this.tick();
    expected.end(index, how, what, error);
  }

  private hold(how: 'isolate' | 'disable'): void {
    this.trace.control(this.elapsed, how === 'isolate' ? 'I' : 'D');
    for (const { breaker, holds } of this.subjects) holds.push(breaker[how]());
    this.tick();
    this.expected.holds.push(how);
    this.expected.act((model) => model[how]());
  }

  private lift(which: number): void {
    const { expected } = this;
    if (expected.holds.length === 0) return;
    const index = which % expected.holds.length;
    const [held] = expected.holds.splice(index, 1) as ['isolate' | 'disable'];
    this.trace.control(this.elapsed, held === 'isolate' ? 'i' : 'd');
    for (const { holds } of this.subjects)
      (holds.splice(index, 1) as [Subscription])[0].unsubscribe();
    this.tick();
    expected.act((model) => model.lift(held));
  }

  private trip(what: string): void {
    const error = errorOf(what);
    this.trace.remark(this.elapsed, `trip(${what && `'${what}'`}) is called`);
    const threw = (trip: () => void): boolean => {
      try {
        trip();
        return false;
      } catch {
        return true; // where `retryTimeout` threw
      }
    };
    const results = this.subjects.map(({ breaker }) => threw(() => breaker.trip(error)));
    this.tick();
    const wanted = threw(() => this.expected.act((model) => model.trip(error)));
    if (results.includes(!wanted)) fail(`trip() ${wanted ? 'has' : 'has not'} to throw`);
  }

  private configure(): void {
    const { other } = this.choice;
    if (other === undefined) return;
    const next = this.other ? this.choice : other;
    const { expected } = this;
    this.tick();
    const options = optionsOf(next, 'model') as Options;
    if (!expected.model.mayConfigure(options)) return;
    this.other = !this.other;
    this.configured = true;
    this.trace.remark(this.elapsed, 'configure() brings other options');
    for (const subject of this.subjects) {
      subject.configure(optionsOf(next, 'ours') as CircuitBreakerOptions);
    }
    expected.configure(options);
  }

  /** Another process goes on from what a snapshot says, sent as JSON. */
  private restart(away: number): void {
    this.compare();
    if (!this.expected.model.mayRestart) return;
    this.seen.restarts++;
    this.trace.remark(this.elapsed, `another breaker goes on from a snapshot, ${away} ms later`);
    const snapshots = this.subjects.map((subject) => subject.left());
    this.wait(away);
    this.expected.restart(this.now);
    this.subjects = this.subjects.map((subject, i) =>
      subject.restarted(snapshots[i] as ReturnType<Breaker['left']>),
    );
    this.compared = 0;
    this.compare();
  }

  private admit(
    step: Extract<Step, { do: 'subscribe' | 'acquire' | 'at once' }>,
  ): Refusal | undefined {
    const { expected } = this;
    const { kind = 0 } = step;
    const again = 'again' in step && step.again === true;
    const what = step.do === 'at once' ? step.what : undefined;
    const answers = this.subjects.map((subject) =>
      step.do === 'acquire' ? subject.acquire(kind) : subject.subscribe(kind, again, what),
    );
    this.tick();
    const before = expected.calls.length;
    const wanted =
      what === undefined
        ? expected.start(step.do === 'acquire', kind, again)
        : expected.atOnce(what, kind, again);
    this.trace.call(this.elapsed, wanted === undefined ? before : undefined, kind);
    if (wanted === undefined && what !== undefined) {
      for (const [how, letter] of deedsOf(what)) this.trace.end(this.elapsed, before, how, letter);
    }
    for (let more = before + 1; more < expected.calls.length; more++) {
      this.trace.call(this.elapsed, more, 0);
    }
    for (const answer of answers) {
      compareAdmission(answer, wanted);
      refusesForAReason(answer?.state);
    }
    if (wanted === undefined) this.seen.admissions++;
    else this.seen.refusals++;
    return wanted;
  }

  /** As whoever asks again when `retryAfter` says so: in the open state then and no millisecond earlier. */
  private comeBack(): void {
    this.compare();
    const { breaker } = this.subjects[0] as Breaker;
    // a listener may use up the place that there was
    const alone = this.choice.listener === undefined;
    // where a probe may take for ever, it may keep its place for ever
    const patience = this.expected.model.probeMayTake === NEVER ? 3 : 100;
    for (let asked = 0; asked < patience; asked++) {
      const { state, retryAfter } = breaker;
      if (retryAfter === NEVER) return;
      if (state === 'open' && retryAfter >= 1) {
        this.wait(retryAfter - 1);
        if (this.admit({ do: 'acquire' }) === undefined && alone) {
          fail('let in a millisecond before retryAfter');
        }
      }
      this.wait(breaker.retryAfter);
      if (this.admit({ do: 'acquire' }) === undefined) return;
      if (state === 'open' && alone) fail('refused after retryAfter');
    }
    if (this.expected.model.probeMayTake < NEVER) fail('refused a hundred times');
  }

  private compare(): void {
    this.tick();
    const { model } = this.expected;
    for (const subject of this.subjects) {
      compare(subject, this.expected, this.compared);
      // more may be out than options that came later allow
      holdsAlways(subject, this.configured ? NEVER : model.probes);
    }
    for (const { type } of model.events.slice(this.compared)) {
      this.seen.events.set(type, (this.seen.events.get(type) ?? 0) + 1);
    }
    this.compared = model.events.length;
  }

  /** Lets the model alone go on, with one more call: what differs in numbers shows as a state before long. */
  goOn(): void {
    const { now, elapsed, expected } = this;
    expected.tick(now + 1);
    const refusal = expected.start(false, 0);
    this.trace.call(elapsed + 1, refusal === undefined ? expected.calls.length - 1 : undefined, 0);
    expected.tick(now + BEYOND);
    this.beyond = BEYOND;
  }

  /** Ends every call, lifts every hold, and sees to it that nothing is left behind. */
  finish(): void {
    this.compare();
    while (this.expected.holds.length > 0) this.step({ do: 'lift', which: 0 });
    const { calls } = this.expected;
    for (let index = 0; index < calls.length; index++) {
      this.step({ do: 'complete', which: calls.length - 1 - index }, false);
    }
    this.compare();
    for (const subject of this.subjects) {
      nothingIsLeft(subject);
      totalsAreTheTally(subject);
    }
    // whatever came before: never stuck
    this.comeBack();
    this.compare();
    for (const subject of this.subjects) {
      subject.stopWatching();
      nothingWaits(subject);
    }
  }
}
