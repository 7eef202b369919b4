import { Registry } from 'prom-client';
import { of, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
} from '../../src/index.ts';
import { collectCircuitBreakers } from '../../src/prometheus/index.ts';
import { shareCircuit } from '../../src/redis/index.ts';
import { fail } from './calls.ts';
import { HandClock } from './handClock.ts';

const calls = 100;

/** How often a breaker reads its clock in a hundred calls of each kind. */
async function readsOf(
  options: CircuitBreakerOptions,
  attach: (breaker: CircuitBreaker) => unknown = () => {},
): Promise<{ operator: number; permit: number; execute: number }> {
  const clock = new HandClock(1_000);
  const breaker = circuitBreaker({ ...options, scheduler: clock });
  attach(breaker);
  const guarded = of(1, 2, 3).pipe(breaker);
  const counted = async (call: () => unknown): Promise<number> => {
    await call(); // the first call may make a window
    const before = clock.reads;
    for (let i = 0; i < calls; i++) await call();
    return clock.reads - before;
  };
  const reads = {
    operator: await counted(() => guarded.subscribe()),
    permit: await counted(() => breaker.acquire().success()),
    execute: await counted(() => breaker.execute(async () => 1)),
  };
  expect(breaker.snapshot().counts.successes).toBeGreaterThan(0);
  return reads;
}

const each = (reads: number) => ({
  operator: reads * calls,
  permit: reads * calls,
  execute: reads * calls,
});

describe('the clock, in a healthy call', () => {
  it.each<[string, CircuitBreakerOptions, number]>([
    ['the default rule reads no clock', {}, 0],
    ['an excess rule of its own reads no clock', { excessFailureThreshold: 20 }, 0],
    ['a window of calls reads no clock', { rollingWindow: { calls: 10 } }, 0],
    ['an endless window reads no clock', { rollingWindow: Infinity, failureThreshold: 9 }, 0],
    ['a window of time reads the clock once', { failureRateThreshold: 0.5 }, 1],
    [
      'a classifier of values looks at no clock of its own',
      { failureRateThreshold: 0.5, classifyValue: () => 'undecided' },
      1,
    ],
    ['a rule of failures in a row shows a window of time', { consecutiveFailureThreshold: 5 }, 1],
    ['slow calls read the clock twice', { slowCallDuration: 1_000 }, 2],
  ])('%s', async (_, options, reads) => {
    expect(await readsOf(options)).toEqual(each(reads));
  });

  it('stays unread while somebody watches the state', async () => {
    expect(await readsOf({}, ({ state$ }) => state$.subscribe())).toEqual(each(0));
  });

  it('stays unread while a registry shows the breaker', async () => {
    const attach = (breaker: CircuitBreaker): unknown =>
      collectCircuitBreakers(new Registry(), { breaker });
    expect(await readsOf({}, attach)).toEqual(each(0));
  });

  it('stays unread while other processes share the circuit', async () => {
    const store = { command: () => new Promise(() => {}) };
    const attach = (breaker: CircuitBreaker): unknown =>
      shareCircuit(breaker, { store, window: 10_000 });
    expect(await readsOf({}, attach)).toEqual(each(0));
  });

  it('is read by a call that fails', async () => {
    const clock = new HandClock(1_000);
    const breaker = circuitBreaker({ scheduler: clock });
    of(1).pipe(breaker).subscribe();
    const before = clock.reads;
    throwError(() => new Error('HTTP 503'))
      .pipe(breaker)
      .subscribe({ error() {} });
    expect(clock.reads - before).toBe(1);
  });
});

it.each<[string, CircuitBreakerOptions]>([
  ['a rate of all calls', { failureRateThreshold: 0.9, rollingWindow: Infinity }],
  ['a number of all failures', { failureThreshold: 9, rollingWindow: Infinity }],
  ['the default rule', {}],
])('amid trouble a success reads no clock under %s', (_, options) => {
  const clock = new HandClock(1_000);
  const breaker = circuitBreaker({ ...options, scheduler: clock });
  for (let i = 0; i < 3; i++) of(1).pipe(breaker).subscribe();
  fail(breaker, 2);
  const before = clock.reads;
  of(1).pipe(breaker).subscribe();
  expect(clock.reads).toBe(before);
});

it('a predicate reads the clock for a success only amid trouble', () => {
  const clock = new HandClock(1_000);
  const breaker = circuitBreaker({
    tripWhen: () => false,
    rollingWindow: Infinity,
    scheduler: clock,
  });
  const reads = () => {
    const before = clock.reads;
    of(1).pipe(breaker).subscribe();
    return clock.reads - before;
  };
  expect(reads()).toBe(0);
  fail(breaker, 2);
  expect([reads(), reads(), reads()]).toEqual([1, 1, 0]);
});

describe('a window of time', () => {
  const readsAt = (options: CircuitBreakerOptions): number[] => {
    const clock = new HandClock(1_000);
    const breaker = circuitBreaker({ failureRateThreshold: 0.5, ...options, scheduler: clock });
    const source = new Subject<number>();
    of(1).pipe(breaker).subscribe();
    let before = clock.reads;
    const since = (): number => {
      const reads = clock.reads - before;
      before = clock.reads;
      return reads;
    };
    source.pipe(breaker).subscribe();
    const reads = [since()];
    for (const value of [1, 2, 3]) {
      source.next(value);
      reads.push(since());
    }
    source.complete();
    return [...reads, since()];
  };

  it('reads the clock at the end of a call that lasts, and once', () => {
    expect(readsAt({})).toEqual([0, 0, 0, 0, 1]);
  });

  it('reads the clock at the first value that is a success, and at no value after that', () => {
    expect(readsAt({ successOn: 'first-value' }).slice(0, 4)).toEqual([0, 1, 0, 0]);
  });
});

it('after the last call that is a success by its age, a healthy call reads no clock again', () => {
  const clock = new HandClock(1_000);
  const breaker = circuitBreaker({ scheduler: clock });
  of(1)
    .pipe(breaker.with({ successOn: { after: 100 } }))
    .subscribe();
  breaker.reset();
  const before = clock.reads;
  for (let i = 0; i < calls; i++) of(1).pipe(breaker).subscribe();
  expect(clock.reads).toBe(before);
});

it('after the last listener of events$ has left, a healthy call reads no clock again', () => {
  const clock = new HandClock(1_000);
  const breaker = circuitBreaker({ scheduler: clock });
  breaker.state$.subscribe(); // still watches the state
  breaker.events$.subscribe().unsubscribe();
  const before = clock.reads;
  for (let i = 0; i < calls; i++) of(1).pipe(breaker).subscribe();
  expect(clock.reads).toBe(before);
});
