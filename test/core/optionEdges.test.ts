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
    { minimumCalls: Number.MAX_SAFE_INTEGER },
    { failureThreshold: 1 },
    { consecutiveFailureThreshold: 1 },
    { slowCallDuration: 0.5 },
    { slowCallDuration: NEVER },
    { slowCallDuration: 2 ** 31 },
    { slowCallDuration: 1, slowCallRateThreshold: 1 },
    { slowCallDuration: 1, tripWhen: () => false },
    { rollingWindow: NEVER },
    { rollingWindow: 0.5 },
    { rollingWindow: 2 ** 31 },
    { rollingWindow: { duration: 1, buckets: 1 } },
    { rollingWindow: { duration: 1_000, buckets: 3 } },
    { rollingWindow: { duration: 5_000 } },
    { rollingWindow: { calls: 1 } },
    { rollingWindow: { calls: 5 }, minimumCalls: 5, failureThreshold: 5 },
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
    { scheduler: new VirtualTimeScheduler() },
    { scheduler: queueScheduler },
    { scheduler: asapScheduler },
  ];
  it.each(rows)('%o', (options) => {
    expect(circuitBreaker(options).state).toBe('closed');
  });
});

describe('defaults', () => {
  it('trip at half of ten calls, stay open thirty seconds, close with one success', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ scheduler: clock });
    succeed(breaker, 5);
    fail(breaker, 4);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 30_000]);
    clock.advance(30_000);
    succeed(breaker);
    expect(breaker.state).toBe('closed');
  });

  it('forget after ten seconds', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ scheduler: clock });
    fail(breaker, 9);
    clock.advance(10_000);
    fail(breaker);
    expect(breaker.snapshot().counts).toMatchObject({ calls: 1, failures: 1 });
    expect(breaker.state).toBe('closed');
  });

  it('do not trip on the failure rate when another rule is given', () => {
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 50 });
    fail(breaker, 49);
    expect(breaker.state).toBe('closed');
  });

  it('keep the failure rate beside slowCallDuration, which is no rule by itself', () => {
    const breaker = circuitBreaker({ slowCallDuration: 1_000 });
    fail(breaker, 10);
    expect(breaker.state).toBe('open');
  });

  it('leave the failure rate out when slowCallRateThreshold is given', () => {
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

  it('let probeTimeout be the open time just served', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: ({ attempt }) => attempt * 100,
      scheduler: clock,
    });
    fail(breaker);
    clock.advance(100);
    breaker.acquire();
    expect(breaker.retryAfter).toBe(100);
    breaker.reset();
    fail(breaker);
    clock.advance(100);
    fail(breaker);
    expect(breaker.retryAfter).toBe(200);
    clock.advance(200);
    breaker.acquire();
    expect(breaker.retryAfter).toBe(200);
  });
});
