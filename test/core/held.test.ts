import { describe, expect, it } from 'vitest';
import { circuitBreaker } from '../../src/index.ts';
import { admits, events, fail, start, states, succeed } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

const make = () => {
  const clock = new HandClock();
  const breaker = circuitBreaker({
    consecutiveFailureThreshold: 2,
    retryTimeout: 100,
    scheduler: clock,
  });
  return { breaker, clock };
};

describe('isolate', () => {
  it('refuses everything for ever, until it is lifted', () => {
    const { breaker, clock } = make();
    const held = breaker.isolate();
    clock.advance(86_400_000);
    expect([breaker.state, breaker.retryAfter, admits(breaker)]).toEqual([
      'isolated',
      Number.POSITIVE_INFINITY,
      false,
    ]);
    held.unsubscribe();
    expect([breaker.state, breaker.retryAfter, admits(breaker)]).toEqual(['closed', 0, true]);
  });

  it('holds until every handle is unsubscribed, each of which counts once', () => {
    const { breaker } = make();
    const [a, b] = [breaker.isolate(), breaker.isolate()];
    a.unsubscribe();
    a.unsubscribe();
    expect(breaker.state).toBe('isolated');
    b.unsubscribe();
    expect(breaker.state).toBe('closed');
  });

  it('leads from every state to a fresh closed one', () => {
    const { breaker, clock } = make();
    for (const enter of [
      () => fail(breaker),
      () => fail(breaker, 2),
      () => {
        fail(breaker, 2);
        clock.advance(100);
      },
    ]) {
      enter();
      breaker.isolate().unsubscribe();
      expect(breaker.snapshot()).toMatchObject({
        state: 'closed',
        attempt: 0,
        counts: { calls: 0, consecutiveFailures: 0, inFlight: 0 },
      });
    }
  });
});

describe('disable', () => {
  it('lets everything through, counts it, and never trips', () => {
    const { breaker } = make();
    breaker.disable();
    fail(breaker, 50);
    expect(breaker.snapshot()).toMatchObject({ state: 'disabled', counts: { failures: 50 } });
    expect([breaker.retryAfter, admits(breaker)]).toEqual([0, true]);
  });

  it('of an open breaker lets calls through at once', () => {
    const { breaker } = make();
    fail(breaker, 2);
    const held = breaker.disable();
    expect(admits(breaker)).toBe(true);
    held.unsubscribe();
    expect(breaker.state).toBe('closed');
  });

  it('has no limit on calls and no leases', () => {
    const { breaker, clock } = make();
    fail(breaker, 2);
    clock.advance(100);
    breaker.disable();
    for (let i = 0; i < 100; i++) start(breaker);
    clock.advance(1_000_000);
    expect(breaker.snapshot().counts.inFlight).toBe(100);
  });
});

describe('isolate and disable together', () => {
  it('are isolated, in either order, and lifted one by one', () => {
    const { breaker } = make();
    const heard = states(breaker);
    const disabled = breaker.disable();
    const isolated = breaker.isolate();
    isolated.unsubscribe();
    expect(breaker.state).toBe('disabled');
    const again = breaker.isolate();
    disabled.unsubscribe();
    expect(breaker.state).toBe('isolated');
    breaker.disable();
    expect(breaker.state).toBe('isolated');
    again.unsubscribe();
    expect(heard).toEqual(['closed', 'disabled', 'isolated', 'disabled', 'isolated', 'disabled']);
  });

  it('tell why the state changed', () => {
    const { breaker } = make();
    const heard = events(breaker);
    breaker.isolate().unsubscribe();
    breaker.disable().unsubscribe();
    expect(heard).toMatchObject([
      { from: 'closed', to: 'isolated', reason: 'isolate' },
      { from: 'isolated', to: 'closed', reason: 'release' },
      { from: 'closed', to: 'disabled', reason: 'disable' },
      { from: 'disabled', to: 'closed', reason: 'release' },
    ]);
  });
});

describe('reset', () => {
  it('leads to a fresh closed state from every state', () => {
    const { breaker, clock } = make();
    fail(breaker, 2);
    breaker.reset();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', attempt: 0, counts: { calls: 0 } });
    fail(breaker, 2);
    clock.advance(100);
    start(breaker);
    breaker.reset();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', counts: { inFlight: 0 } });
    expect(admits(breaker)).toBe(true);
  });

  it('empties a closed breaker, without a change of state to tell', () => {
    const { breaker } = make();
    const heard = states(breaker);
    fail(breaker);
    breaker.reset();
    fail(breaker);
    expect(heard).toEqual(['closed']);
  });

  it('leaves held states held, with fresh counts', () => {
    const { breaker } = make();
    const held = breaker.disable();
    succeed(breaker, 3);
    breaker.reset();
    expect(breaker.snapshot()).toMatchObject({ state: 'disabled', counts: { calls: 0 } });
    const isolated = breaker.isolate();
    breaker.reset();
    expect(breaker.state).toBe('isolated');
    isolated.unsubscribe();
    held.unsubscribe();
    expect(breaker.state).toBe('closed');
  });
});
