import { describe, expect, it } from 'vitest';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitOpenError,
  circuitBreaker,
} from '../../src/index.ts';
import { admits, events, fail, start, succeed } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

function halfOpen(options: CircuitBreakerOptions = {}): {
  breaker: CircuitBreaker;
  clock: HandClock;
} {
  const clock = new HandClock();
  const breaker = circuitBreaker({
    consecutiveFailureThreshold: 1,
    retryTimeout: 1_000,
    scheduler: clock,
    ...options,
  });
  fail(breaker);
  clock.advance(breaker.retryAfter);
  return { breaker, clock };
}

// 117 + 70.2 - 117 is a little less than 70.2
it.each([
  [117, 70.2],
  [803, 67.8],
  [251, 60.2],
])('half-open since %d admits a call that waited for its retryAfter of %d', (since, lease) => {
  const { breaker, clock } = halfOpen({ retryTimeout: since, probeTimeout: lease });
  let wait = 0;
  try {
    breaker.acquire({ mayProbe: false });
  } catch (refusal) {
    wait = (refusal as CircuitOpenError).retryAfter;
  }
  expect(wait).toBeCloseTo(lease);
  clock.advance(wait);
  breaker.acquire({ mayProbe: false }).success();
  expect(breaker.state).toBe('closed');
});

describe('the open state', () => {
  it('refuses one millisecond before the time is over, and admits at the instant', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 1_000,
      scheduler: clock,
    });
    fail(breaker);
    clock.advance(999);
    expect([breaker.state, breaker.retryAfter, admits(breaker)]).toEqual(['open', 1, false]);
    clock.advance(1);
    expect([breaker.state, breaker.retryAfter, admits(breaker)]).toEqual(['half-open', 0, true]);
  });

  it('ends by the clock alone: nobody has to call for state and retryAfter to be true', () => {
    const { breaker } = halfOpen();
    expect(breaker.state).toBe('half-open');
    const other = halfOpen();
    expect(other.breaker.retryAfter).toBe(0);
    expect(other.breaker.snapshot()).toMatchObject({ state: 'half-open', retryAfter: 0 });
  });

  it('never touches the source of a refused call', () => {
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 1 });
    fail(breaker);
    let touched = 0;
    for (let i = 0; i < 5; i++) {
      breaker({ subscribe: () => touched++ } as never).subscribe({ error: () => {} });
    }
    expect(touched).toBe(0);
  });

  it('stays open for ever with Infinity, until reset', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: Number.POSITIVE_INFINITY,
      scheduler: clock,
    });
    fail(breaker);
    clock.advance(Number.MAX_SAFE_INTEGER);
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', Number.POSITIVE_INFINITY]);
    breaker.reset();
    expect(breaker.state).toBe('closed');
  });
});

describe('half-open', () => {
  it('admits no more at once than maxProbes', () => {
    const { breaker } = halfOpen({ successThreshold: 5, maxProbes: 2 });
    const probes = [start(breaker), start(breaker)];
    expect(admits(breaker)).toBe(false);
    probes[0]?.complete();
    expect(admits(breaker)).toBe(true);
    expect(breaker.state).toBe('half-open');
  });

  it.each([
    [1, 1],
    [3, 1],
    [1, 3],
    [3, 2],
    [5, 5],
  ])('with %d to close and %d to open admits just the calls that could matter', (good, bad) => {
    const useful = good + bad - 1;
    const { breaker } = halfOpen({
      successThreshold: good,
      probeFailureThreshold: bad,
      maxProbes: useful,
    });
    for (let i = 0; i < useful; i++) start(breaker);
    expect(admits(breaker)).toBe(false);
  });

  it('counts the probes that have answered against the calls that could matter', () => {
    const { breaker } = halfOpen({ successThreshold: 2, probeFailureThreshold: 2, maxProbes: 3 });
    fail(breaker);
    succeed(breaker);
    start(breaker);
    expect(admits(breaker)).toBe(false);
  });

  it('closes at successThreshold successes, in a row or not', () => {
    const { breaker } = halfOpen({ successThreshold: 3, probeFailureThreshold: 2 });
    succeed(breaker, 2);
    fail(breaker);
    expect(breaker.state).toBe('half-open');
    succeed(breaker);
    expect(breaker.state).toBe('closed');
  });

  it('opens at probeFailureThreshold failures, with one attempt more', () => {
    const { breaker } = halfOpen({ successThreshold: 3, probeFailureThreshold: 2 });
    fail(breaker);
    expect(breaker.state).toBe('half-open');
    fail(breaker);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', attempt: 2, retryAfter: 1_000 });
  });

  it('is not bound by minimumCalls or the rules of closed', () => {
    const { breaker, clock } = halfOpen({ failureRateThreshold: 1, minimumCalls: 100 });
    fail(breaker);
    expect(breaker.state).toBe('open');
    clock.advance(1_000);
    succeed(breaker);
    expect(breaker.state).toBe('closed');
  });

  it.each([
    ['cancelled', (breaker: CircuitBreaker) => start(breaker).cancel()],
    ['ignored', (breaker: CircuitBreaker) => start(breaker).error('ignore me')],
    ['given back', (breaker: CircuitBreaker) => breaker.acquire().ignore()],
  ])('a %s probe frees its place and decides nothing, however often', (_, probe) => {
    const { breaker } = halfOpen({
      classifyError: (error) => (error === 'ignore me' ? 'ignored' : 'failure'),
    });
    for (let i = 0; i < 100; i++) probe(breaker);
    expect(breaker.state).toBe('half-open');
    expect(admits(breaker)).toBe(true);
    succeed(breaker);
    expect(breaker.state).toBe('closed');
  });

  it('starts the closed state afresh: old failures cannot trip it again', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ failureThreshold: 3, retryTimeout: 1, scheduler: clock });
    fail(breaker, 3);
    clock.advance(1);
    succeed(breaker);
    fail(breaker, 2);
    expect(breaker.state).toBe('closed');
    expect(breaker.snapshot().counts).toMatchObject({ calls: 2, consecutiveFailures: 2 });
  });
});

describe('a probe that does not answer', () => {
  it('gives its place to another after probeTimeout, not before', () => {
    const { breaker, clock } = halfOpen({ probeTimeout: 300 });
    start(breaker);
    clock.advance(299);
    expect([admits(breaker), breaker.retryAfter]).toEqual([false, 1]);
    clock.advance(1);
    expect([admits(breaker), breaker.retryAfter]).toEqual([true, 0]);
  });

  it('tells of it', () => {
    const { breaker, clock } = halfOpen({ probeTimeout: 300 });
    const heard = events(breaker);
    start(breaker);
    clock.advance(300);
    expect(heard.at(-1)).toEqual({ type: 'probe-expired', breaker: 'circuit-breaker' });
  });

  it.each([
    ['success', 'closed'],
    ['failure', 'open'],
  ])('still counts with a %s while the epoch lasts', (outcome, state) => {
    const { breaker, clock } = halfOpen({ probeTimeout: 300 });
    const probe = start(breaker);
    clock.advance(5_000);
    if (outcome === 'success') probe.complete();
    else probe.error();
    expect(breaker.state).toBe(state);
  });

  it('frees a place for each that was admitted at the same instant, and tells of each', () => {
    const { breaker, clock } = halfOpen({ successThreshold: 3, maxProbes: 3, probeTimeout: 500 });
    const heard = events(breaker);
    for (let i = 0; i < 3; i++) start(breaker);
    clock.advance(500);
    expect(breaker.snapshot().counts.inFlight).toBe(0);
    expect(heard).toEqual(Array(3).fill({ type: 'probe-expired', breaker: 'circuit-breaker' }));
  });

  it('frees no place twice: not when it expires and then is cancelled', () => {
    const { breaker, clock } = halfOpen({ probeTimeout: 300 });
    const expired = start(breaker);
    clock.advance(300);
    start(breaker);
    expired.cancel();
    expect(admits(breaker)).toBe(false);
    expect(breaker.snapshot().counts.inFlight).toBe(1);
  });

  it('decides nothing when it expires, not even while the failure of another is being weighed', () => {
    const asked: unknown[] = [];
    const { breaker, clock } = halfOpen({
      successThreshold: 2,
      probeTimeout: 300,
      retryTimeout: ({ error, attempt }) => {
        if (attempt === 2) {
          clock.time += 300;
          asked.push(error, breaker.state);
        }
        return 1_000;
      },
    });
    start(breaker);
    fail(breaker, 1, 'the other');
    expect(asked).toEqual(['the other', 'half-open']);
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ cause: 'the other' }));
  });

  it('keeps its place while classifyError is asked about it', () => {
    const seen: number[] = [];
    const { breaker } = halfOpen({
      probeTimeout: 300,
      classifyError: (_, state) => {
        if (state === 'half-open') seen.push(breaker.snapshot().counts.inFlight);
        return 'failure';
      },
    });
    fail(breaker);
    expect(seen).toEqual([1]);
  });

  it('cannot keep half-open for ever: the next one closes it, a day later too', () => {
    const { breaker, clock } = halfOpen();
    for (let i = 0; i < 50; i++) {
      start(breaker);
      expect(admits(breaker)).toBe(false);
      clock.advance(1_000);
    }
    start(breaker);
    clock.advance(86_400_000);
    succeed(breaker);
    expect(breaker.state).toBe('closed');
  });

  it('expires each by its own age', () => {
    const { breaker, clock } = halfOpen({ successThreshold: 3, probeTimeout: 300 });
    start(breaker);
    clock.advance(100);
    start(breaker);
    clock.advance(100);
    start(breaker);
    expect(breaker.retryAfter).toBe(100);
    clock.advance(100);
    expect(breaker.snapshot().counts.inFlight).toBe(2);
    clock.advance(100);
    expect(breaker.snapshot().counts.inFlight).toBe(1);
  });

  it('holds its place for ever only when told so', () => {
    const { breaker, clock } = halfOpen({ probeTimeout: Number.POSITIVE_INFINITY });
    start(breaker);
    clock.advance(1e12);
    expect([admits(breaker), breaker.retryAfter]).toEqual([false, 1e12]);
  });

  it('has the default time where the open time was 0, so that the limit on probes holds', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 0,
      scheduler: clock,
    });
    fail(breaker);
    start(breaker);
    clock.advance(9_999);
    expect([admits(breaker), breaker.retryAfter]).toEqual([false, 1]);
    clock.advance(1);
    expect(admits(breaker)).toBe(true);
  });
});

describe('ten thousand calls in flight', () => {
  it('take their places and give them back', () => {
    const { breaker } = halfOpen();
    succeed(breaker);
    const calls = Array.from({ length: 10_000 }, () => start(breaker));
    expect(breaker.snapshot().counts.inFlight).toBe(10_000);
    for (const call of calls.slice(0, 5_000)) call.cancel();
    for (const call of calls.slice(5_000)) call.complete();
    expect(breaker.snapshot().counts).toMatchObject({ inFlight: 0, successes: 5_000 });
  });

  it('fail as late ones after the first has opened it, and the next stay is clean', () => {
    const { breaker, clock } = halfOpen();
    succeed(breaker);
    const calls = Array.from({ length: 10_000 }, () => start(breaker));
    const heard = events(breaker);
    for (const call of calls) call.error();
    expect(heard.filter(({ type }) => type === 'state-change')).toHaveLength(1);
    expect(heard.filter(({ type }) => type === 'late')).toHaveLength(9_999);
    clock.advance(1_000);
    succeed(breaker);
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      counts: { inFlight: 0, calls: 0 },
    });
  });

  it('become slow one by one, in the order of their admission', () => {
    const { breaker, clock } = halfOpen({
      slowCallDuration: 100,
      slowCallRateThreshold: 1,
      minimumCalls: 10_000,
      rollingWindow: Number.POSITIVE_INFINITY,
    });
    succeed(breaker);
    for (let i = 0; i < 9_999; i++) start(breaker);
    clock.advance(101);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', counts: { slow: 9_999 } });
    start(breaker);
    clock.advance(101);
    expect(breaker.state).toBe('open');
  });
});
