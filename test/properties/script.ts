import { circuitBreaker } from '../../src/index.ts';
import { Breaker } from './breaker.ts';
import { compare, compareAdmission } from './compare.ts';
import { Expected } from './expected.ts';
import {
  holdsAlways,
  lateChangesNothing,
  nothingIsLeft,
  nothingWaits,
  refusesForAReason,
} from './invariants.ts';
import { type Choice, optionsOf } from './options.ts';
import type { Ending } from './recording.ts';
import { fail } from './same.ts';
import { Trace } from './trace.ts';

/** Something done to the breaker. `which` counts from the newest of what is there. */
export type Step =
  | { readonly do: 'subscribe' | 'acquire' | 'isolate' | 'disable' | 'reset' | 'look' }
  | { readonly do: 'value' | 'error'; readonly which: number; readonly what: string }
  | { readonly do: 'complete' | 'unsubscribe' | 'ignore' | 'lift'; readonly which: number }
  /** Lets time pass. */
  | { readonly do: 'wait'; readonly ms: number }
  /** Lets time pass up to the next instant that matters, and so much beyond. */
  | { readonly do: 'due'; readonly edge: number; readonly beyond: number }
  /** Sets the clock on the wall. */
  | { readonly do: 'clock'; readonly ms: number }
  /** Waits for as long as `retryAfter` says: a millisecond too early is refused, then it is admitted. */
  | { readonly do: 'come back' }
  /** Lets another one go on from a snapshot. */
  | { readonly do: 'restart' };

/** What was seen in one run, to be counted. */
export interface Seen {
  steps: number;
  admissions: number;
  refusals: number;
  restarts: number;
  readonly events: Map<string, number>;
}

/** Model and breaker side by side, the breaker with and without somebody who listens. */
export class Run {
  readonly expected: Expected;
  subjects: readonly Breaker[];
  /** What was done, for people to read. */
  readonly trace = new Trace();
  readonly seen: Seen = { steps: 0, admissions: 0, refusals: 0, restarts: 0, events: new Map() };
  private compared = 0;

  /** `make` is there for breakers that are broken on purpose. */
  constructor(choice: Choice, make: typeof circuitBreaker = circuitBreaker) {
    this.expected = new Expected(optionsOf(choice, 'model'));
    const options = optionsOf(choice, 'ours');
    this.subjects = [new Breaker(options, true, make), new Breaker(options, false, make)];
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
        this.admit(step.do === 'acquire');
        return;
      case 'value':
      case 'error':
      case 'complete':
      case 'unsubscribe':
      case 'ignore': {
        const { length } = expected.calls;
        if (length === 0) return;
        const index = length - 1 - (step.which % length);
        const what = 'what' in step ? step.what : '';
        const { call, permit } = expected.calls[index] as Expected['calls'][number];
        if (!call.closed && !(permit && call.settled)) {
          this.trace.end(this.elapsed, index, step.do, what);
        }
        this.tick();
        expected.end(index, step.do, what);
        for (const subject of this.subjects) {
          const end = (): void => subject.end(index, step.do as Ending, what);
          // looking brings a breaker up to date: the other one stays as lazy as it is
          if (subject.watched) lateChangesNothing(subject, end);
          else end();
        }
        return;
      }
      case 'isolate':
      case 'disable':
        this.tick();
        this.trace.control(this.elapsed, step.do === 'isolate' ? 'I' : 'D');
        expected.model[step.do]();
        expected.holds.push(step.do);
        for (const { breaker, holds } of this.subjects) holds.push(breaker[step.do]());
        return;
      case 'lift': {
        if (expected.holds.length === 0) return;
        const index = step.which % expected.holds.length;
        this.tick();
        const held = expected.holds.splice(index, 1)[0] as 'isolate' | 'disable';
        this.trace.control(this.elapsed, held === 'isolate' ? 'i' : 'd');
        expected.model.lift(held);
        for (const { holds } of this.subjects) holds.splice(index, 1)[0]?.unsubscribe();
        return;
      }
      case 'reset':
        this.tick();
        this.trace.control(this.elapsed, 'R');
        expected.model.reset();
        for (const { breaker } of this.subjects) breaker.reset();
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
        // a clock that nobody reads cannot be seen to be set: so it is read before and after
        this.compare();
        this.trace.clock(this.elapsed, step.ms);
        for (const { time } of this.subjects) time.setClock(step.ms);
        this.compare();
        return;
      case 'restart':
        this.restart();
        return;
      case 'come back':
        this.comeBack();
        return;
      case 'look':
        this.compare();
    }
  }

  get elapsed(): number {
    return this.subjects[0]?.time.elapsed ?? 0;
  }

  private tick(): void {
    this.expected.model.tick(this.subjects[0]?.time.now() ?? 0);
  }

  private wait(ms: number): void {
    for (const { time } of this.subjects) time.advance(ms);
  }

  /** Another process goes on from what a snapshot says, sent as JSON. */
  private restart(): void {
    if (!this.expected.model.restarts) return;
    this.compare();
    this.seen.restarts++;
    this.trace.restart(this.elapsed);
    this.expected.restart();
    this.subjects = this.subjects.map((subject) => subject.restarted());
    this.compared = 0;
    this.compare();
  }

  private admit(permit: boolean): boolean {
    this.tick();
    const wanted = this.expected.start(permit);
    this.trace.call(
      this.elapsed,
      wanted === undefined ? this.expected.calls.length - 1 : undefined,
    );
    for (const subject of this.subjects) {
      const answer = permit ? subject.acquire() : subject.subscribe();
      compareAdmission(answer, wanted);
      refusesForAReason(answer?.state);
    }
    if (wanted === undefined) this.seen.admissions++;
    else this.seen.refusals++;
    return wanted === undefined;
  }

  private comeBack(): void {
    this.compare();
    const after = this.subjects[0]?.breaker.retryAfter ?? 0;
    if (after === Number.POSITIVE_INFINITY) return;
    if (after > 0) {
      this.wait(after - 1);
      if (this.admit(true)) fail('let in a millisecond before retryAfter');
      this.wait(1);
    }
    if (!this.admit(true)) fail('refused after retryAfter');
  }

  private compare(): void {
    this.tick();
    const { model } = this.expected;
    for (const subject of this.subjects) {
      compare(subject, this.expected, this.compared);
      holdsAlways(subject, model.maxProbes);
    }
    for (const { type } of model.events.slice(this.compared)) {
      this.seen.events.set(type, (this.seen.events.get(type) ?? 0) + 1);
    }
    this.compared = model.events.length;
  }

  /** Ends every call, lifts every hold, and sees to it that nothing is left behind. */
  finish(): void {
    this.compare();
    while (this.expected.holds.length > 0) this.step({ do: 'lift', which: 0 });
    for (let which = 0; which < this.expected.calls.length; which++) {
      this.step({ do: 'complete', which }, false);
    }
    this.compare();
    for (const subject of this.subjects) nothingIsLeft(subject);
    // whatever came before: never stuck
    this.comeBack();
    this.compare();
    for (const subject of this.subjects) {
      subject.stopWatching();
      nothingWaits(subject);
    }
  }
}
