import { describe, expect, it } from 'vitest';
import { type CircuitBreaker, circuitBreaker, type Permit } from '../../src/index.ts';
import { events, fail, type Pending, start } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

/** Moves a breaker on into some later state, which the calls of before have no part in. */
interface Later {
  readonly name: string;
  readonly enter: (breaker: CircuitBreaker, clock: HandClock) => void;
}

const trip = (breaker: CircuitBreaker) => fail(breaker, 3);
const later: readonly Later[] = [
  { name: 'open', enter: trip },
  {
    name: 'half-open',
    enter: (breaker, clock) => {
      trip(breaker);
      clock.advance(100);
    },
  },
  {
    name: 'closed',
    enter: (breaker, clock) => {
      trip(breaker);
      clock.advance(100);
      breaker.acquire().success();
      breaker.acquire().success();
    },
  },
  { name: 'closed by reset', enter: (breaker) => breaker.reset() },
  { name: 'isolated', enter: (breaker) => breaker.isolate() },
  { name: 'disabled', enter: (breaker) => breaker.disable() },
  {
    name: 'closed after a hold',
    enter: (breaker) => breaker.isolate().unsubscribe(),
  },
];

const ways: Record<string, (call: Pending) => void> = {
  success: (call) => call.complete(),
  failure: (call) => call.error(),
  ignored: (call) => call.error('ignore me'),
  cancelled: (call) => call.cancel(),
};

const make = (clock: HandClock) =>
  circuitBreaker({
    consecutiveFailureThreshold: 3,
    retryTimeout: 100,
    successThreshold: 2,
    maxProbes: 1,
    classifyError: (error) => (error === 'ignore me' ? 'ignored' : 'failure'),
    scheduler: clock,
  });

const rows = later.flatMap((state) =>
  Object.keys(ways).map((outcome) => [outcome, state.name, state.enter] as const),
);

describe('a late result', () => {
  it.each(rows)('%s, of a call from before, changes nothing in %s', (outcome, _, enter) => {
    const clock = new HandClock();
    const breaker = make(clock);
    const calls = Array.from({ length: 20 }, () => start(breaker));
    enter(breaker, clock);
    const before = breaker.snapshot();
    const heard = events(breaker);
    for (const call of calls) ways[outcome]?.(call);
    expect(breaker.snapshot()).toEqual(before);
    expect(heard).toHaveLength(20);
    expect(new Set(heard.map(({ type }) => type))).toEqual(new Set(['late']));
    expect(heard[0]).toMatchObject({ outcome, state: 'closed' });
  });

  it.each(Object.keys(ways))(
    '%s, of an earlier probe, frees no place of a later one',
    (outcome) => {
      const clock = new HandClock();
      const breaker = circuitBreaker({
        consecutiveFailureThreshold: 3,
        retryTimeout: 100,
        successThreshold: 2,
        maxProbes: 2,
        classifyError: (error) => (error === 'ignore me' ? 'ignored' : 'failure'),
        scheduler: clock,
      });
      trip(breaker);
      clock.advance(100);
      const probe = start(breaker);
      fail(breaker);
      clock.advance(100);
      const places: Permit[] = [breaker.acquire(), breaker.acquire()];
      ways[outcome]?.(probe);
      expect(() => breaker.acquire()).toThrow('half-open');
      expect(breaker.snapshot().counts).toMatchObject({ inFlight: 2, calls: 0, ignored: 0 });
      for (const place of places) place.success();
      expect(breaker.state).toBe('closed');
    },
  );

  it('reaches its own subscriber as it came', () => {
    const clock = new HandClock();
    const breaker = make(clock);
    const [good, bad] = [start(breaker), start(breaker)];
    trip(breaker);
    good.next(1);
    good.complete();
    bad.error();
    expect([good.heard, bad.heard]).toEqual([['1', '|'], ['#boom']]);
  });

  it('of a call admitted while disabled changes nothing after', () => {
    const breaker = make(new HandClock());
    const held = breaker.disable();
    const calls = [start(breaker), start(breaker), start(breaker)];
    held.unsubscribe();
    for (const call of calls) call.error();
    expect(breaker.state).toBe('closed');
    expect(breaker.snapshot().counts).toMatchObject({ calls: 0, inFlight: 0 });
  });

  it('of six calls that fail at once opens the breaker once', () => {
    const clock = new HandClock();
    const breaker = make(clock);
    const heard = events(breaker);
    const calls = Array.from({ length: 6 }, () => start(breaker));
    for (const call of calls) {
      call.error();
      clock.advance(1);
    }
    expect(heard.map(({ type }) => type)).toEqual([
      'failure',
      'failure',
      'failure',
      'state-change',
      'late',
      'late',
      'late',
    ]);
    expect(breaker.retryAfter).toBe(100 - 4);
  });

  it('is counted when the window has moved on but the state has not', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ rollingWindow: 20, minimumCalls: 30, scheduler: clock });
    const calls = Array.from({ length: 30 }, () => start(breaker));
    clock.advance(25);
    for (const call of calls) call.error();
    expect(breaker.state).toBe('open');
  });
});
