import { describe, expect, it } from 'vitest';
import type { CircuitBreakerOptions } from '../../../src/index.ts';
import { type Conditions, canOpen, lognormal } from '../../../src/lab/index.ts';

const windowed: CircuitBreakerOptions = { failureRateThreshold: 0.5, retryTimeout: 5_000 };

function codes(options: CircuitBreakerOptions, conditions: Conditions): string[] {
  return canOpen(options, conditions).map(({ code }) => code);
}

describe('settings that cannot work are found', { timeout: 120_000 }, () => {
  it('cannot open: ten calls in ten seconds never come at 0.1 a second', () => {
    const [finding] = canOpen(windowed, { rate: 0.1 });
    expect(finding?.code).toBe('cannot-open');
    expect(finding?.sentence).toBe(
      'The breaker cannot open: in 20 total outages of 33 min 20 s it never did. At 0.1 calls a second of one ' +
        'process the window of 10 s holds 1 call in the mean, and minimumCalls is 10.',
    );
    expect(finding?.numbers).toMatchObject({ rate: 0.1, perSecond: 0.1, opened: 0, trials: 20 });
  });

  it('cannot open: the traffic of many processes is little traffic for each', () => {
    expect(codes(windowed, { rate: 40 })).toEqual([]);
    expect(codes(windowed, { rate: 40, processes: 400 })).toEqual(['cannot-open']);
  });

  it('cannot open: fewer calls fail than the threshold says', () => {
    expect(codes(windowed, { rate: 20, failureRate: 0.3 })).toEqual(['cannot-open']);
    expect(
      codes({ ...windowed, failureRateThreshold: 0.2 }, { rate: 20, failureRate: 0.3 }),
    ).toEqual([]);
  });

  it('opens late, with the p50 and the p95', () => {
    const [finding] = canOpen({ ...windowed, rollingWindow: { calls: 1_000 } }, { rate: 5 });
    expect(finding).toMatchObject({ code: 'opens-late', numbers: { limit: 10_000 } });
    expect(finding?.numbers['p50']).toBeGreaterThan(60_000);
    expect(codes(windowed, { rate: 20, opensWithin: 1_000 })).toEqual(['opens-late']);
  });

  it('opens while all is well: the limit for slow calls is below the usual latency', () => {
    const slow = { ...windowed, slowCallDuration: 20, slowCallRateThreshold: 0.5 };
    const found = codes(slow, { rate: 20, latency: lognormal({ p50: 50, p99: 200 }) });
    expect(found).toContain('opens-when-well');
  });

  it('never closes', () => {
    expect(codes({ ...windowed, retryTimeout: Number.POSITIVE_INFINITY }, { rate: 20 })).toEqual([
      'never-closes',
    ]);
    expect(codes({ ...windowed, retryTimeout: 120_000 }, { rate: 20 })).toEqual(['closes-late']);
  });

  it('finds nothing where nothing is wrong: the defaults at 1 to 1000 calls a second', () => {
    for (const rate of [1, 10, 1_000]) expect(codes({}, { rate })).toEqual([]);
  });

  it('can judge a rule of the user, which no formula could', () => {
    const never = { tripWhen: () => false };
    expect(codes(never, { rate: 10 })).toEqual(['cannot-open']);
    expect(codes({ tripWhen: ({ failures }) => failures >= 3 }, { rate: 10 })).toEqual([]);
  });

  it('refuses conditions that cannot be meant, and options as the library does', () => {
    expect(() => canOpen({}, {} as never)).toThrow('conditions.rate is missing');
    expect(() => canOpen({}, { rate: -1 })).toThrow(
      'conditions.rate must be a finite number, more',
    );
    expect(() => canOpen({}, { rate: 1, failureRate: 50 })).toThrow(
      'conditions.failureRate must be in [0, 1]',
    );
    expect(() => canOpen({ failureRateThreshold: 50 }, { rate: 1 })).toThrow('did you mean 0.5?');
  });
});
