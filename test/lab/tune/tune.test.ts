import { describe, expect, it } from 'vitest';
import { circuitBreaker } from '../../../src/index.ts';
import {
  errors,
  lognormal,
  outage,
  type Plan,
  poisson,
  toJSON,
  toTable,
  tune,
} from '../../../src/lab/index.ts';

const plan: Plan = {
  traffic: poisson(10),
  service: {
    latency: lognormal({ p50: 80, p99: 500 }),
    failureRate: 0.005,
    incidents: [
      outage({ at: 60_000, for: 40_000, jitter: 30_000, latency: 800 }),
      errors({ at: 200_000, for: 30_000, jitter: 20_000, rate: 0.25, expect: 'closed' }),
    ],
  },
  clients: { timeout: 3_000 },
  duration: 260_000,
};
const stiff = { failureRateThreshold: 0.5, rollingWindow: 60_000, retryTimeout: 60_000 };
const small = {
  from: stiff,
  budget: 300,
  space: {
    failureRateThreshold: [0.3, 0.5, 0.7],
    rollingWindow: [2_000, 10_000, 60_000],
    retryTimeout: { from: 500, to: 60_000 },
    consecutiveFailureThreshold: [3, 5, 8],
  },
} as const;

describe('tune', { timeout: 120_000 }, () => {
  const tuning = tune(plan, small);
  const cost = (name: string): number =>
    tuning.comparison.standings.find((it) => it.name === name)?.score.cost as number;

  it('finds settings that are better on days that it never saw', () => {
    expect(cost('best')).toBeLessThan(cost('from') * 0.8);
    expect(cost('plain')).toBeLessThan(cost('from') * 0.8);
    expect(tuning.comparison.seeds.every((seed) => seed < 0)).toBe(true);
  });

  it('gives a plain answer that costs at most 1 % more in the final', () => {
    expect(tuning.plain.score.cost).toBeLessThanOrEqual(tuning.best.score.cost * 1.01);
    expect(Object.keys(tuning.plain.options).length).toBeLessThanOrEqual(
      Object.keys(tuning.best.options).length,
    );
  });

  it('gives settings that the library takes, and the same as code', () => {
    for (const { options, code } of [tuning.best, tuning.plain, ...tuning.front]) {
      circuitBreaker(options);
      for (const name of Object.keys(options)) expect(code).toContain(`${name}: `);
    }
  });

  it('has a front in which no settings beat others in every respect', () => {
    expect(tuning.front.length).toBeGreaterThan(1);
    for (const a of tuning.front) {
      for (const b of tuning.front) {
        const beats = (['failed', 'refused', 'letIntoBroken'] as const).every(
          (it) => a.score[it] < b.score[it],
        );
        expect(beats).toBe(false);
      }
    }
  });

  it('comes to the same with the same seed, and to about the same cost with another', () => {
    const again = tune(plan, small);
    expect(toJSON(again)).toBe(toJSON(tuning));
    const other = tune(plan, { ...small, seed: 2 });
    const plain = other.comparison.standings.find((it) => it.name === 'plain')?.score
      .cost as number;
    expect(Math.abs(plain / cost('plain') - 1)).toBeLessThan(0.05);
  });

  it('meets what is required, at a price', () => {
    const strict = tune(plan, { ...small, require: ['open < 1500ms'] });
    expect(strict.plain.score.cost).toBeGreaterThanOrEqual(tuning.plain.score.cost);
    const [judgement] = strict.requirements;
    expect(judgement).toMatchObject({ text: 'open < 1500ms', met: true });
    const impossible = tune(plan, { ...small, budget: 100, require: ['open < 1ms'] });
    expect(impossible.requirements[0]?.met).toBe(false);
    expect(toTable(impossible)).toContain('NOT MET');
  });

  it('says what it does not know', () => {
    expect(tuning.notes.join(' ')).toContain('The search knows the plan and nothing else');
    const incident = outage({ at: 10_000, for: 5_000 });
    const short: Plan = {
      ...plan,
      service: { latency: 1, incidents: [incident] },
      duration: 30_000,
    };
    expect(tune(short, { ...small, budget: 100 }).notes.join(' ')).toContain(
      'No incident has a jitter',
    );
    const calm: Plan = { ...short, service: { latency: 1 } };
    expect(tune(calm, { ...small, budget: 100 }).notes.join(' ')).toContain(
      'The plan has no incidents',
    );
  });

  it('is a table that can be read', () => {
    const table = toTable(tuning);
    expect(table).toMatch(
      /^The plain settings, each option worth at least 1 % of the cost; found in \d+ days of play:\n\{/,
    );
    expect(table).toContain('On days that the search never saw:');
  });

  it.each([
    [{ budget: 5 }, 'tune options.budget must be a whole number from 100 to 10000000, got 5'],
    [{ form: {} }, 'tune options has an unknown field "form"'],
    [{ require: 'open < 5s' }, 'tune require must be a list of expectations'],
    [{ require: ['open'] }, 'an expectation is a measure'],
    [{ space: { retryTimeOut: [1] } }, 'space has an unknown option "retryTimeOut"'],
    [
      { space: { retryTimeout: { from: 5, to: 1 } } },
      'space.retryTimeout.to must be more than from, got 1',
    ],
    [{ from: { failureRateThreshold: 50 } }, 'failureRateThreshold must be in (0, 1], got 50'],
  ])('refuses %j', (options, message) => {
    expect(() => tune(plan, options as never)).toThrow(message);
  });
});
