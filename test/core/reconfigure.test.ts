import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
  type RollingWindow,
} from '../../src/index.ts';
import { admits, fail, start, succeed } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

/** Half-open after one second open. */
function halfOpen(options: CircuitBreakerOptions): { breaker: CircuitBreaker; clock: HandClock } {
  const clock = new HandClock();
  const breaker = circuitBreaker({ retryTimeout: 1_000, ...options, scheduler: clock });
  breaker.trip();
  clock.advance(1_000);
  expect(breaker.state).toBe('half-open');
  return { breaker, clock };
}

it('a slow limit that comes later leaves the calls in flight alone', () => {
  const clock = new HandClock();
  const breaker = circuitBreaker({ scheduler: clock });
  const call = start(breaker);
  breaker.configure({ slowCallDuration: 100 });
  clock.advance(500);
  call.complete();
  expect(breaker.snapshot().counts).toMatchObject({ successes: 1, slow: 0, inFlight: 0 });
});

describe('another window', () => {
  const endless = Number.POSITIVE_INFINITY;
  const make = (rollingWindow: RollingWindow) => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ rollingWindow, scheduler: clock });
    return { breaker, clock };
  };

  it('that is longer brings back no forgotten call', () => {
    const { breaker, clock } = make(100);
    fail(breaker);
    clock.advance(99);
    fail(breaker);
    clock.advance(1);
    breaker.configure({ rollingWindow: 10_000 });
    expect(breaker.snapshot().counts.failures).toBe(1);
  });

  it.each<[string, RollingWindow, RollingWindow, number]>([
    ['of calls keeps those of a window of calls', { calls: 10 }, { calls: 5 }, 2],
    ['of calls keeps none of a window of time', 1_000, { calls: 5 }, 0],
    ['of calls keeps none of an endless window', endless, { calls: 5 }, 0],
    ['of time keeps those of a window of time', 1_000, 2_000, 2],
    ['of time keeps none of a window of calls', { calls: 10 }, 1_000, 0],
    ['of time keeps none of an endless window', endless, 1_000, 0],
    ['without end keeps those of an endless window', endless, endless, 2],
    ['without end keeps none of a window of calls', { calls: 10 }, endless, 0],
    ['without end keeps none of a window of time', 1_000, endless, 0],
  ])('%s: results and ignored calls', (_, before, after, kept) => {
    const { breaker } = make(before);
    for (let i = 0; i < 2; i++) {
      breaker.acquire().success();
      breaker.acquire().failure();
      breaker.acquire().ignore();
    }
    breaker.configure({ rollingWindow: after });
    const { successes, failures, ignored } = breaker.snapshot().counts;
    expect({ successes, failures, ignored }).toEqual({
      successes: kept,
      failures: kept,
      ignored: kept,
    });
  });
});

describe('configure in half-open', () => {
  it('from fixed numbers to rounds begins anew with one place', () => {
    const { breaker } = halfOpen({ successThreshold: 3, probeFailureThreshold: 2 });
    succeed(breaker, 2);
    fail(breaker);
    breaker.configure({ retryTimeout: 1_000 });
    expect(breaker.snapshot().probes).toEqual({ good: 0, bad: 0 });
    start(breaker);
    expect(admits(breaker)).toBe(false); // a round of one
  });

  it('from rounds to fixed numbers begins anew, and back again with a round of one', () => {
    const { breaker } = halfOpen({});
    const probe = start(breaker);
    expect(admits(breaker)).toBe(false);
    probe.complete(); // a good round that refused a call: the next round has three places
    const one = start(breaker);
    start(breaker);
    expect(admits(breaker)).toBe(true);
    one.complete();
    breaker.configure({ retryTimeout: 1_000, successThreshold: 2 });
    expect(breaker.snapshot().probes).toEqual({ good: 0, bad: 0 });
    breaker.configure({ retryTimeout: 1_000 });
    expect(admits(breaker)).toBe(false); // a probe in flight has the only place
  });

  it('forgets that a call was refused before the kind of half-open changed', () => {
    const { breaker } = halfOpen({});
    const probe = start(breaker);
    expect(admits(breaker)).toBe(false);
    breaker.configure({ retryTimeout: 1_000, successThreshold: 2 });
    breaker.configure({ retryTimeout: 1_000 });
    probe.complete();
    expect(breaker.state).toBe('closed'); // the round refused nobody
  });

  it('keeps the results of rounds from round to round', () => {
    const { breaker } = halfOpen({});
    const probe = start(breaker);
    expect(admits(breaker)).toBe(false);
    probe.complete();
    succeed(breaker);
    breaker.configure({ retryTimeout: 2_000 });
    expect(breaker.snapshot().probes).toEqual({ good: 1, bad: 0 });
    start(breaker);
    start(breaker);
    expect(admits(breaker)).toBe(true); // three places still
  });

  it('keeps fixed results that are no verdict under the new numbers', () => {
    const { breaker } = halfOpen({ successThreshold: 3, probeFailureThreshold: 3 });
    succeed(breaker);
    fail(breaker);
    breaker.configure({ retryTimeout: 1_000, successThreshold: 2, probeFailureThreshold: 2 });
    expect(breaker.snapshot().probes).toEqual({ good: 1, bad: 1 });
    succeed(breaker);
    expect(breaker.state).toBe('closed');
  });

  it('begins anew where the fixed results would be a verdict under the new numbers', () => {
    const { breaker } = halfOpen({ successThreshold: 3 });
    succeed(breaker, 2);
    breaker.configure({ retryTimeout: 1_000, successThreshold: 2 });
    expect(breaker.state).toBe('half-open');
    expect(breaker.snapshot().probes).toEqual({ good: 0, bad: 0 });
    succeed(breaker);
    expect(breaker.state).toBe('half-open');
    succeed(breaker);
    expect(breaker.state).toBe('closed');
  });

  it('without a slow limit no probe becomes bad by its age', () => {
    const { breaker, clock } = halfOpen({ slowCallDuration: 100 });
    const probe = start(breaker);
    breaker.configure({ retryTimeout: 1_000 });
    clock.advance(500);
    expect(breaker.state).toBe('half-open');
    probe.complete();
    expect(breaker.state).toBe('closed');
  });

  it('under rules that use no slow limit no probe becomes bad by its age', () => {
    const { breaker, clock } = halfOpen({ slowCallDuration: 100 });
    breaker.configure({ retryTimeout: 1_000, slowCallDuration: 100, failureThreshold: 5 });
    const probe = start(breaker);
    clock.advance(500);
    expect(breaker.state).toBe('half-open');
    probe.complete();
    expect(breaker.state).toBe('closed');
  });

  it('with a slow limit a probe from before ends as any', () => {
    const { breaker, clock } = halfOpen({});
    const probe = start(breaker);
    breaker.configure({ retryTimeout: 1_000, slowCallDuration: 100 });
    clock.advance(50);
    probe.complete();
    expect(breaker.state).toBe('closed');
  });

  it('with a slow limit the next probes become bad by their age', () => {
    const { breaker, clock } = halfOpen({});
    breaker.configure({ retryTimeout: 1_000, slowCallDuration: 100 });
    start(breaker);
    clock.advance(100);
    expect(breaker.state).toBe('half-open');
    clock.advance(1);
    expect(breaker.state).toBe('open');
  });

  it('with another slow limit the probes in flight get the new limit', () => {
    const { breaker, clock } = halfOpen({ slowCallDuration: 100 });
    NEVER.pipe(breaker).subscribe({ error: () => {} });
    breaker.configure({ retryTimeout: 1_000, slowCallDuration: 300 });
    clock.advance(300);
    expect(breaker.state).toBe('half-open');
    clock.advance(1);
    expect(breaker.state).toBe('open');
  });
});

it('the options of `with` are those of the call of `with`, whatever becomes of the object', () => {
  const clock = new HandClock();
  const breaker = circuitBreaker({ scheduler: clock });
  const successOn = { after: 1_000 };
  const own = breaker.with({ successOn });
  successOn.after = Number.NaN;
  breaker.configure({ failureThreshold: 5 });
  NEVER.pipe(own).subscribe();
  clock.advance(999);
  expect(breaker.totals().successes).toBe(0);
  clock.advance(1);
  expect(breaker.totals().successes).toBe(1);
});

describe('a lower slow limit', () => {
  it('makes the calls in flight slow from now on, and not in the past', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ slowCallDuration: 10_000, scheduler: clock });
    for (let n = 0; n < 6; n++) start(breaker);
    clock.advance(5_000);
    expect(breaker.totals().time.closed).toBe(5_000);
    breaker.configure({ slowCallDuration: 1_000 });
    expect(breaker.state).toBe('open');
    expect(breaker.snapshot()).toMatchObject({ stateFor: 0, retryAfter: 1_000 });
    expect(breaker.totals().time).toMatchObject({ closed: 5_000, open: 0 });
  });

  it('begins the trouble now', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ slowCallDuration: 10_000, scheduler: clock });
    succeed(breaker, 20);
    for (let n = 0; n < 5; n++) start(breaker);
    clock.advance(5_000);
    breaker.configure({ slowCallDuration: 1_000 });
    expect(breaker.snapshot().counts).toMatchObject({ excessFailures: 5, troubledFor: 0 });
    fail(breaker);
    expect(breaker.state).toBe('closed');
    clock.advance(1_000);
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  it('and a shorter lease end probes now', () => {
    const { breaker, clock } = halfOpen({ slowCallDuration: 100_000 });
    start(breaker);
    clock.advance(5_000);
    breaker.configure({ retryTimeout: 1_000, slowCallDuration: 1_000, probeTimeout: 2_000 });
    expect(breaker.totals()).toMatchObject({ expiredProbes: 1, time: { 'half-open': 5_000 } });
  });
});
