import { describe, expect, it } from 'vitest';
import { judge, leftOut, TOLERANCE, weigh } from '../../bench/lib/verdict.ts';

/** Sixteen forks around a ratio: quiet ones, and two that another program has disturbed. */
const around = (ratio: number, noise = 0.02): number[] => [
  ...Array.from({ length: 14 }, (_, i) => ratio * (1 + (noise * (i - 6.5)) / 6.5)),
  ratio * 0.5,
  ratio * 3,
];

/** Random numbers that are the same in each run. */
function* randoms(): Generator<number> {
  let seed = 7;
  for (;;) {
    seed = (seed * 48_271) % 2_147_483_647;
    yield seed / 2_147_483_647;
  }
}

describe('the spread of forks', () => {
  it.each([
    [8, 0],
    [12, 1],
    [16, 2],
    [24, 5],
  ])('of %i leaves out %i on each side', (forks, outside) => {
    expect(leftOut(forks)).toBe(outside);
  });

  it('needs eight forks', () => {
    expect(() => leftOut(7)).toThrow('a verdict needs 8 forks or more, got 7');
  });

  it('holds the true median in 99 of 100 runs', () => {
    const random = randoms();
    let missed = 0;
    for (let run = 0; run < 10_000; run++) {
      // skewed, as times are
      const ratios = Array.from({ length: 16 }, () => 0.9 + 0.2 * random.next().value ** 3);
      const { low, high } = judge(ratios);
      const median = 0.9 + 0.2 * 0.5 ** 3;
      if (low > median || high < median) missed++;
    }
    expect(missed / 10_000).toBeLessThanOrEqual(0.01);
  });
});

describe('a workload', () => {
  it.each([
    ['the same code is equal', around(1), 'equal'],
    ['two percent more are within the tolerance', around(1.02), 'equal'],
    ['eight percent more are slower', around(1.08), 'slower'],
    ['eight percent more do not show on a noisy machine', around(1.08, 0.2), 'equal'],
    ['eight percent less are faster', around(0.92), 'faster'],
  ])('%s', (_, ratios, verdict) => {
    expect(judge(ratios).verdict).toBe(verdict);
  });

  it('is slower if and only if its median is above the limit', () => {
    for (let ratio = 0.95; ratio < 1.15; ratio += 0.003) {
      const { median, limit, verdict } = judge(around(ratio));
      expect(verdict === 'slower').toBe(median > limit);
    }
  });

  it('has a limit that grows with the spread, and starts at the tolerance', () => {
    expect(judge(Array(16).fill(1)).limit).toBe(TOLERANCE);
    expect(judge(around(1, 0.1)).limit).toBeGreaterThan(judge(around(1, 0.02)).limit);
  });
});

describe('bytes', () => {
  it.each([
    [
      'equal within one percent',
      [
        [402, 400],
        [399, 400],
      ],
      'equal',
    ],
    [
      'equal within two bytes, where one percent is less',
      [
        [3, 1],
        [2, 1],
      ],
      'equal',
    ],
    [
      'larger if every count says so',
      [
        [440, 400],
        [441, 400],
      ],
      'larger',
    ],
    [
      'equal if one count does not',
      [
        [440, 400],
        [400, 400],
      ],
      'equal',
    ],
    [
      'smaller if every count says so',
      [
        [360, 400],
        [361, 400],
      ],
      'smaller',
    ],
  ] as [string, [number, number][], string][])('are %s', (_, pairs, verdict) => {
    expect(weigh(pairs).verdict).toBe(verdict);
  });
});
