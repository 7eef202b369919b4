import { asapScheduler, queueScheduler, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type CircuitBreakerOptions, circuitBreaker } from '../../src/index.ts';
import { fail, succeed } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

const NEVER = Number.POSITIVE_INFINITY;

describe('values at the edge of what makes sense are taken', () => {
  const rows: readonly CircuitBreakerOptions[] = [
    { failureRateThreshold: 1 },
    { failureRateThreshold: Number.MIN_VALUE },
    { minimumCalls: 1 },
    { excessFailureThreshold: 1 },
    { excessFailureThreshold: Number.MAX_SAFE_INTEGER },
    { excessDuration: 0 },
    { excessDuration: NEVER },
    { excessFailureThreshold: 9, rollingWindow: 5_000 },
    { excessFailureThreshold: 9, tripWhen: () => false },
    { probeGrowth: 1 },
    { probeGrowth: NEVER },
    { minimumCalls: Number.MAX_SAFE_INTEGER },
    { failureThreshold: 1 },
    { consecutiveFailureThreshold: 1 },
    { slowCallDuration: 0.5 },
    { slowCallDuration: NEVER },
    { slowCallDuration: 2 ** 31 },
    { slowCallDuration: 1, slowCallRateThreshold: 1 },
    { slowCallDuration: 1, tripWhen: () => false },
    { rollingWindow: NEVER },
    { rollingWindow: 1 },
    { rollingWindow: 2 ** 31 },
    { rollingWindow: { duration: 1, buckets: 1 } },
    { rollingWindow: { duration: 1_000, buckets: 3 } },
    { rollingWindow: { duration: 5_000 } },
    { rollingWindow: { calls: 1 } },
    { rollingWindow: { calls: 5 }, minimumCalls: 5, failureRateThreshold: 1, failureThreshold: 5 },
    { rollingWindow: { calls: 5 }, consecutiveFailureThreshold: 50 },
    { retryTimeout: 0 },
    { retryTimeout: NEVER },
    { retryTimeout: 2 ** 31 },
    { retryTimeout: 0.5 },
    { retryTimeout: () => 5 },
    { probeTimeout: NEVER },
    { probeTimeout: 2 ** 31 },
    { maxProbes: 5, successThreshold: 3, probeFailureThreshold: 3 },
    { maxProbes: 3, probeFailureThreshold: 3 },
    { successOn: 'complete' },
    { successOn: 'first-value' },
    { successOn: { after: 0.5 } },
    { successOn: { after: NEVER } },
    { probe: () => [] },
    { scheduler: new VirtualTimeScheduler() },
    { scheduler: queueScheduler },
    { scheduler: asapScheduler },
  ];
  it.each(rows)('%o', (options) => {
    expect(circuitBreaker(options).state).toBe('closed');
  });
});

describe('defaults', () => {
  it('trip on six failures more than successes, stay open a second, close with one success', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ scheduler: clock });
    fail(breaker, 5);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 1_000]);
    clock.advance(1_000);
    succeed(breaker);
    expect(breaker.state).toBe('closed');
  });

  it.each([{ minimumCalls: 10 }, { rollingWindow: 10_000 }])(
    'trip at half of ten calls in ten seconds, where only %o is given',
    (options) => {
      const clock = new HandClock();
      const breaker = circuitBreaker({ ...options, scheduler: clock });
      fail(breaker, 9);
      clock.advance(10_000);
      succeed(breaker, 5);
      fail(breaker, 4);
      expect(breaker.snapshot().counts).toMatchObject({ calls: 9, failures: 4 });
      expect(breaker.state).toBe('closed');
      fail(breaker);
      expect(breaker.state).toBe('open');
    },
  );

  it('double the open time with each opening in a row up to 15 s, each but the first within 20 %', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ scheduler: clock });
    fail(breaker, 6);
    const seen = [breaker.retryAfter];
    for (let i = 0; i < 30; i++) {
      clock.advance(Math.ceil(breaker.retryAfter));
      fail(breaker);
      seen.push(breaker.retryAfter);
    }
    expect(seen[0]).toBe(1_000);
    seen.forEach((wait, i) => {
      const mean = Math.min(15_000, 1_000 * 2 ** i);
      expect(Math.abs(wait - mean)).toBeLessThanOrEqual(i === 0 ? 0 : 0.2 * mean);
    });
    expect(new Set(seen).size).toBe(seen.length); // spread, not one value again and again
    clock.advance(20_000);
    succeed(breaker);
    fail(breaker, 7); // the success makes up for one
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 1_000]);
  });

  it('do not trip on the failure rate when another rule is given', () => {
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 50 });
    fail(breaker, 49);
    expect(breaker.state).toBe('closed');
  });

  it('keep the excess rule beside slowCallDuration, which is no rule by itself', () => {
    const breaker = circuitBreaker({ slowCallDuration: 1_000 });
    fail(breaker, 6);
    expect(breaker.state).toBe('open');
  });

  it('leave the excess rule out when slowCallRateThreshold is given', () => {
    const breaker = circuitBreaker({ slowCallDuration: 1_000, slowCallRateThreshold: 0.5 });
    fail(breaker, 100);
    expect(breaker.state).toBe('closed');
  });

  it('lower minimumCalls to what a small window of calls can hold', () => {
    const breaker = circuitBreaker({ rollingWindow: { calls: 4 } });
    fail(breaker, 3);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  it('allow as many probes at once as it takes successes to close', () => {
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 0,
      successThreshold: 3,
    });
    fail(breaker);
    for (let i = 0; i < 3; i++) breaker.acquire();
    expect(() => breaker.acquire()).toThrow('half-open');
  });

  it('let probeTimeout be the open time just served, at least ten seconds', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: ({ attempt }) => attempt * 9_000,
      scheduler: clock,
    });
    fail(breaker);
    clock.advance(9_000);
    breaker.acquire();
    clock.advance(9_999);
    expect(breaker.retryAfter).toBe(1);
    breaker.reset();
    fail(breaker);
    clock.advance(9_000);
    fail(breaker);
    expect(breaker.retryAfter).toBe(18_000);
    clock.advance(18_000);
    breaker.acquire();
    clock.advance(17_999);
    expect(breaker.retryAfter).toBe(1);
  });
});

describe('a given rule takes the place of the default rule', () => {
  it.each<[string, CircuitBreakerOptions]>([
    ['failureRateThreshold', { failureRateThreshold: 0.5 }],
    ['slowCallRateThreshold', { slowCallRateThreshold: 0.5, slowCallDuration: 100 }],
    ['failureThreshold', { failureThreshold: 9 }],
    ['consecutiveFailureThreshold', { consecutiveFailureThreshold: 9 }],
    ['excessFailureThreshold', { excessFailureThreshold: 9 }],
    ['tripWhen', { tripWhen: () => false }],
    ['minimumCalls', { minimumCalls: 9 }],
    ['rollingWindow', { rollingWindow: 5_000 }],
  ])('%s: eight failures in a row open nothing', (_, rule) => {
    const breaker = circuitBreaker({ ...rule, scheduler: new HandClock() });
    fail(breaker, 8);
    expect(breaker.state).toBe('closed');
  });

  it('and excessDuration alone keeps its threshold of six', () => {
    const breaker = circuitBreaker({ excessDuration: 5_000, scheduler: new HandClock() });
    fail(breaker, 5);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });
});
