import { describe, expect, it } from 'vitest';
import { bootstrap } from '../../../src/lab/compare/bootstrap.ts';
import {
  type Comparison,
  compare,
  errors,
  hang,
  lognormal,
  outage,
  type Plan,
  play,
  poisson,
  type Standing,
  steady,
  toJSON,
  toSvg,
  toTable,
} from '../../../src/lab/index.ts';

const plan: Plan = {
  traffic: poisson(20),
  service: {
    latency: lognormal({ p50: 50, p99: 400 }),
    failureRate: 0.01,
    incidents: [
      outage({ at: 60_000, for: 30_000, jitter: 10_000 }),
      errors({ at: 150_000, for: 20_000, rate: 0.3, expect: 'closed' }),
      hang({ at: 200_000, for: 20_000 }),
    ],
  },
  clients: { processes: 2, timeout: 2_000 },
  duration: 300_000,
};
const fast = { consecutiveFailureThreshold: 8, retryTimeout: 2_000 };

function standing(comparison: Comparison, name: string): Standing {
  const found = comparison.standings.find((it) => it.name === name);
  if (found === undefined) throw new Error(`no standing of ${name}`);
  return found;
}

describe('a comparison', { timeout: 120_000 }, () => {
  const comparison = compare(plan, { none: null, fast, same: { ...fast } }, { seeds: 8 });

  it('says that candidates which are alike differ by exactly 0', () => {
    const alike = compare(plan, { fast, same: { ...fast } }, { seeds: 8 });
    for (const bounded of Object.values(alike.differences[0]?.by ?? {})) {
      expect(bounded).toEqual({ mean: 0, low: 0, high: 0 });
    }
    expect(standing(comparison, 'fast')).toEqual({ ...standing(comparison, 'same'), name: 'fast' });
  });

  it('has bounds around the mean difference of paired days', () => {
    const by = comparison.differences[0]?.by;
    if (by === undefined) throw new Error('the difference is missing');
    const daily = standing(comparison, 'fast').costs.map(
      (cost, n) => cost - (standing(comparison, 'none').costs[n] as number),
    );
    expect(by.cost.mean).toBeCloseTo(daily.reduce((a, b) => a + b) / daily.length, 9);
    expect(by.cost.low).toBeLessThan(by.cost.mean);
    expect(by.cost.high).toBeGreaterThan(by.cost.mean);
    expect(by.failed.high).toBeLessThan(0);
    expect(by.requests).toEqual({ mean: 0, low: 0, high: 0 });
  });

  it('says how the breakers took each incident', () => {
    const [down, lossy, hanging] = standing(comparison, 'fast').incidents;
    expect(down).toMatchObject({
      kind: 'outage',
      expect: 'open',
      breakers: 16,
      opened: 1,
      notClosed: 0,
    });
    expect(down?.timeToOpen?.p95).toBeLessThan(2_000);
    expect(down?.timeToClose?.p95).toBeLessThan(4_500); // up to 2 s open, and rounds of probes
    expect(lossy).toMatchObject({ opened: 0, timeToOpen: null, timeToClose: null });
    expect(hanging?.timeToOpen?.p50).toBeGreaterThan(2_000); // not before the time limit
    expect(standing(comparison, 'none').incidents[0]).toMatchObject({ breakers: 0, openP95: null });
  });

  it('gives a dash, and never 0, for a time that never was', () => {
    const [never] = compare(plan, { it: { failureThreshold: 1e6 } }, { seeds: 2 }).standings;
    expect(never?.incidents[0]).toMatchObject({ opened: 0, timeToClose: null, closeP95: null });
    const table = toTable(compare(plan, { it: { failureThreshold: 1e6 } }, { seeds: 2 }));
    expect(table).toMatch(/incident 1: outage, expected open +0 % +- +- +- +- +-/);
  });

  it('weighs as it is told', () => {
    const weights = { failed: 0, refused: 0, secondInVain: 0, letIntoBroken: 2 };
    const [it] = compare(plan, { it: fast }, { seeds: [5], weights }).standings;
    expect(it?.score.cost).toBe(2 * (it?.score.letIntoBroken as number));
  });

  it('is JSON without Infinity and NaN, and a picture with a text for those who do not see it', () => {
    const never = compare(plan, { it: { failureThreshold: 1e6 } }, { seeds: 2 });
    expect(never.standings[0]?.incidents[0]?.openP95).toBe(Number.POSITIVE_INFINITY);
    expect(JSON.parse(toJSON(never)).standings[0].incidents[0].openP95).toBeNull();
    const svg = toSvg(comparison);
    expect(svg).toMatch(/^<svg .*viewBox="0 0 760 /);
    expect(svg).toContain('<title>none: cost ');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('tells how far it has come', () => {
    const heard: number[] = [];
    compare(plan, { a: null, b: {} }, { seeds: 2, onProgress: (done) => heard.push(done) });
    expect(heard).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it('refuses options that cannot be meant', () => {
    expect(() => compare(plan, {}, {})).toThrow('candidates must hold at least one candidate');
    expect(() => compare(plan, { a: {} }, { seeds: 0 })).toThrow('seeds must be a whole number');
    expect(() => compare(plan, { a: {} }, { seeds: [] })).toThrow('seeds must be a number of days');
    expect(() => compare(plan, { a: {} }, { weights: { failed: -1 } })).toThrow(
      'weights.failed must be a finite number, 0 or more, got -1',
    );
    expect(() => compare(plan, { a: {} }, { days: 5 } as never)).toThrow(
      'compare options has an unknown field "days"',
    );
  });
});

describe('the bootstrap', () => {
  it('covers the true mean 95 times of 100, or nearly', () => {
    let covered = 0;
    let state = 1;
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return (state >>> 0) / 2 ** 32;
    };
    for (let trial = 0; trial < 300; trial++) {
      const { low, high } = bootstrap(Array.from({ length: 30 }, random));
      if (low <= 0.5 && high >= 0.5) covered++;
    }
    expect(covered / 300).toBeGreaterThan(0.88);
    expect(covered / 300).toBeLessThan(0.99);
  });
});

describe('a run', () => {
  it('explains each opening in a sentence with its counts', () => {
    const { openings } = play(
      { ...plan, traffic: steady(40) },
      { failureRateThreshold: 0.5, retryTimeout: 60_000 },
      { explain: true },
    );
    expect(openings[0]?.reason).toBe('failure-rate');
    expect(openings[0]?.sentence).toMatch(
      /^Process [12] opened at 1 min( \d+ s)?, \d\.\d+ s after the outage began: \d+ of \d+ calls in its window had failed \(50(\.\d)? %\)\.$/,
    );
    const row = play(plan, fast, { explain: true }).openings[0];
    expect(row?.sentence).toContain('8 calls in a row had failed.');
    expect(row?.counts.consecutiveFailures).toBe(8);
    const excess = play(plan, {}, { explain: true }).openings[0];
    expect(excess?.sentence).toMatch(
      /it had seen 6 more bad calls than good ones in 1(\.\d+)? s\.$/,
    );
    const again = play(plan, fast, { explain: true }).openings.find(({ sentence }) =>
      sentence.includes('opened again'),
    );
    expect(again?.sentence).toMatch(/: 1 of 1 probe had failed\.$/);
  });

  it('has a strip with every call in its column', () => {
    const { strip, score } = play(plan, {}, { seed: 3 });
    const sum = (column: readonly number[]): number => column.reduce((a, b) => a + b);
    expect(sum(strip.answered)).toBe(score.answered);
    expect(sum(strip.failed)).toBe(score.failed);
    expect(sum(strip.refused)).toBe(score.refused);
    expect(strip.breakers).toHaveLength(2);
    expect(toSvg(play(plan, {}))).toMatch(/class="trouble".*class="open"/s);
  });

  it('is a table that can be read', () => {
    expect(toTable(play(plan, fast, { seed: 1, explain: true }))).toMatchSnapshot();
  });
});
