import { type Observable, of, type SchedulerLike } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import { type CircuitState, circuitBreaker } from '../../src/index.ts';
import {
  assertMarble,
  type Claim,
  drawMarble,
  MarbleError,
  type MarbleOptions,
  parseMarble,
  printMarble,
  type ScriptedSource,
  type Simulation,
  type SimulationResult,
  type StateChange,
  StateLog,
  scripted,
  simulate,
} from '../../src/testing/index.ts';

describe('marble texts', () => {
  it('are asserted, drawn, printed and read', () => {
    expectTypeOf(assertMarble).toEqualTypeOf<(text: string, options?: MarbleOptions) => void>();
    expectTypeOf(drawMarble).toEqualTypeOf<(text: string, options?: MarbleOptions) => string>();
    expectTypeOf(printMarble).toEqualTypeOf<typeof drawMarble>();
    expectTypeOf(parseMarble).toEqualTypeOf<(source: string, file?: string) => Claim>();
    expectTypeOf<Claim['title']>().toEqualTypeOf<string>();
    // @ts-expect-error a text has to be given
    assertMarble();
  });

  it('are about options, or about a breaker made in the time that they have', () => {
    assertMarble('', { breaker: { failureThreshold: 1 }, file: 'mine.marble' });
    assertMarble('', {
      breaker: (scheduler) => {
        expectTypeOf(scheduler).toEqualTypeOf<SchedulerLike>();
        return circuitBreaker({ scheduler });
      },
    });
    // @ts-expect-error there is no such option
    assertMarble('', { breaker: { failureTreshold: 1 } });
    // @ts-expect-error a breaker that is made goes by another clock
    assertMarble('', { breaker: circuitBreaker() });
    // @ts-expect-error the function has to make a breaker
    assertMarble('', { breaker: () => ({ failureThreshold: 1 }) });
  });

  it('say where they are wrong', () => {
    const error = new MarbleError('a.marble', { line: 1, column: 2 }, 'no such row');
    expectTypeOf(error).toExtend<Error>();
    expectTypeOf(error.file).toEqualTypeOf<string>();
    expectTypeOf(error.line).toEqualTypeOf<number>();
    expectTypeOf(error.column).toEqualTypeOf<number>();
    // @ts-expect-error a place has a column
    new MarbleError('a.marble', { line: 1 }, 'no such row');
  });
});

describe('a scripted source', () => {
  it('gives what its outcomes give, and counts its calls', () => {
    expectTypeOf(scripted([of(1), [2, 3], Promise.resolve(4)])).toEqualTypeOf<
      ScriptedSource<number>
    >();
    expectTypeOf(scripted([of('a')])).toExtend<Observable<string>>();
    expectTypeOf(scripted([of('a')]).calls).toEqualTypeOf<number>();
    // @ts-expect-error an outcome is a stream
    scripted([1, 2]);
  });
});

describe('a simulation', () => {
  it('is of a breaker, steady calls, a source and a duration', () => {
    expectTypeOf(simulate).toEqualTypeOf<(simulation: Simulation) => SimulationResult>();
    const result = simulate({ breaker: {}, callEvery: 1, source: (at) => of(at), duration: 10 });
    const { states, ...numbers } = result;
    expectTypeOf(states).toEqualTypeOf<StateLog>();
    expectTypeOf(numbers).toExtend<Readonly<Record<keyof typeof numbers, number>>>();
    // @ts-expect-error for how long?
    simulate({ breaker: {}, callEvery: 1, source: () => of(1) });
    // @ts-expect-error a breaker that is made goes by another clock
    simulate({ breaker: circuitBreaker(), callEvery: 1, source: () => of(1), duration: 10 });
    // @ts-expect-error a promise knows no virtual time
    simulate({ breaker: {}, callEvery: 1, source: async () => 1, duration: 10 });
    // @ts-expect-error a source is asked anew at each call
    simulate({ breaker: {}, callEvery: 1, source: of(1), duration: 10 });
  });
});

describe('a log of states', () => {
  it('is kept of a breaker and asserted', () => {
    const log = new StateLog(circuitBreaker(), { now: () => 0 });
    expectTypeOf(log.changes).toEqualTypeOf<readonly StateChange[]>();
    expectTypeOf<StateChange>().toEqualTypeOf<{
      readonly at: number;
      readonly state: CircuitState;
    }>();
    expectTypeOf(log.stateAt(1)).toEqualTypeOf<CircuitState>();
    log.assertReaches('open', { after: 1, within: 2 });
    log.assertStays('closed', { from: 1, until: 2 });
    log.assertStates('closed', 'open');
    log.unsubscribe();
    // @ts-expect-error within what time?
    log.assertReaches('open', { after: 1 });
    // @ts-expect-error until when?
    log.assertStays('closed', {});
    // @ts-expect-error there is no such state
    log.assertStates('halfOpen');
    // @ts-expect-error what was is not changed
    log.changes.push({ at: 1, state: 'open' });
  });
});
