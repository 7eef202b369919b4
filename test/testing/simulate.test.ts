import { NEVER, of, throwError, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type CircuitBreakerOptions, circuitBreaker } from '../../src/index.ts';
import { StateLog, scripted, simulate } from '../../src/testing/index.ts';

const down = throwError(() => new Error('503'));

describe('an app asks of its own configuration', () => {
  const paymentOptions: CircuitBreakerOptions = {
    name: 'payments',
    failureRateThreshold: 0.5,
    minimumCalls: 10,
    rollingWindow: 3_000,
    retryTimeout: 5_000,
  };

  it('does it open within two seconds of a full outage at 20 calls a second?', () => {
    const { states } = simulate({
      breaker: paymentOptions,
      callEvery: 50, // 20 calls a second
      source: (at) => (at < 10_000 ? of('ok') : down),
      duration: 15_000,
    });
    states.assertStays('closed', { until: 10_000 });
    states.assertReaches('open', { after: 10_000, within: 2_000 });
  });

  it('does it stay closed when one call in five fails?', () => {
    let calls = 0;
    const { states, failed } = simulate({
      breaker: paymentOptions,
      callEvery: 50,
      source: () => (++calls % 5 === 0 ? down : of('ok')),
      duration: 60_000,
    });
    states.assertStates('closed');
    expect(failed).toBe(240);
  });

  it('how many calls does it spare a service that is down for a minute?', () => {
    const { calls, admitted, refused, states } = simulate({
      breaker: (scheduler) => circuitBreaker({ ...paymentOptions, scheduler }),
      callEvery: 50,
      source: (at) => (at < 60_000 ? down : of('ok')),
      duration: 70_000,
    });
    expect(calls).toBe(1400);
    expect(admitted + refused).toBe(calls);
    expect(states.toString()).toMatch(
      /^closed, open at 450 ms, half-open at 5450 ms, open at 5450 ms/,
    );
    states.assertReaches('closed', { after: 60_000, within: 5_500 });
  });
});

describe('simulate', () => {
  it('refuses traffic that would never end', () => {
    const play = { breaker: {}, source: () => of(1), callEvery: 50, duration: 1000 };
    expect(() => simulate({ ...play, callEvery: 0 })).toThrow(
      'callEvery must be more than 0, got 0',
    );
    expect(() => simulate({ ...play, duration: Infinity })).toThrow('duration must be a number');
  });

  it('ends what still runs', () => {
    const { calls, admitted } = simulate({
      breaker: {},
      callEvery: 10,
      source: () => NEVER,
      duration: 100,
    });
    expect([calls, admitted]).toEqual([10, 10]);
  });
});

describe('a log of states', () => {
  function outage(): StateLog {
    const scheduler = new VirtualTimeScheduler();
    const breaker = circuitBreaker({ failureThreshold: 1, retryTimeout: 100, scheduler });
    const log = new StateLog(breaker, scheduler);
    scheduler.schedule(() => down.pipe(breaker).subscribe({ error: () => {} }), 50);
    scheduler.schedule(() => of(1).pipe(breaker).subscribe(), 200);
    scheduler.flush();
    return log;
  }

  it('knows the states over time', () => {
    const log = outage();
    expect(log.toString()).toBe('closed, open at 50 ms, half-open at 150 ms, closed at 200 ms');
    expect([0, 49, 50, 149, 150, 200, 999].map((at) => log.stateAt(at))).toEqual([
      'closed',
      'closed',
      'open',
      'open',
      'half-open',
      'closed',
      'closed',
    ]);
  });

  it('asserts, and shows itself when that fails', () => {
    const log = outage();
    log.assertStates('closed', 'open', 'half-open', 'closed');
    log.assertReaches('open', { within: 50 });
    log.assertReaches('open', { after: 100, within: 0 });
    log.assertStays('open', { from: 50, until: 149 });
    const shown =
      '\n\n  the states were: closed, open at 50 ms, half-open at 150 ms, closed at 200 ms\n';
    expect(() => log.assertStates('closed')).toThrow(`expected closed${shown}`);
    expect(() => log.assertReaches('open', { within: 49 })).toThrow(
      `expected open between 0 and 49 ms, was so at 50 ms${shown}`,
    );
    expect(() => log.assertReaches('isolated', { after: 10, within: 10 })).toThrow(
      `expected isolated between 10 and 20 ms, was so never${shown}`,
    );
    expect(() => log.assertStays('open', { from: 50, until: 150 })).toThrow(
      `expected open from 50 to 150 ms, was half-open at 150 ms${shown}`,
    );
    expect(() => log.assertStays('open', { until: 10 })).toThrow('from 0 to 10 ms, was closed\n');
  });

  it('ends when it is unsubscribed', () => {
    const breaker = circuitBreaker();
    const log = new StateLog(breaker);
    log.unsubscribe();
    breaker.isolate();
    log.assertStates('closed');
  });
});

describe('a scripted source', () => {
  it('answers each subscription with the next outcome, the last one for ever', () => {
    const api = scripted([of('a'), down, ['b', 'c']]);
    const seen: string[] = [];
    for (let call = 0; call < 4; call++) {
      api.subscribe({ next: (value) => seen.push(value), error: () => seen.push('error') });
    }
    expect(seen).toEqual(['a', 'error', 'b', 'c', 'b', 'c']);
    expect(api.calls).toBe(4);
  });

  it('takes nothing from a generator before it is needed', () => {
    let taken = 0;
    const api = scripted(
      (function* () {
        for (;;) yield of(++taken);
      })(),
    );
    expect(taken).toBe(0);
    api.subscribe();
    expect(taken).toBe(1);
  });

  it('fails when the script is empty', () => {
    let failed: unknown;
    scripted([]).subscribe({
      error: (error) => {
        failed = error;
      },
    });
    expect(failed).toEqual(new Error('scripted: the script is empty'));
  });

  it('shows that a refused call never touches it', () => {
    const breaker = circuitBreaker({ failureThreshold: 1 });
    const api = scripted([down]);
    for (let call = 0; call < 3; call++) api.pipe(breaker).subscribe({ error: () => {} });
    expect(api.calls).toBe(1);
  });
});
