import { describe, expect, test } from 'vitest';
import { after, type Excess, excessTrips, noExcess } from './excess.ts';
import { meanCallsToOpen, seeded } from './formula.ts';

const rule = { threshold: 6, duration: 0 };
const RUNS = 20_000;

/** Calls until the excess rule opens, one call a millisecond. */
function callsToOpen(p: number, random: () => number): number {
  let excess: Excess = noExcess;
  for (let calls = 1; ; calls++) {
    const kind = random() < p ? 'bad' : 'good';
    excess = after(excess, { kind, at: calls }, rule.threshold);
    if (kind === 'bad' && excessTrips(excess, rule, calls)) return calls;
  }
}

describe('the excess rule of the model opens after as many calls as the formula says', () => {
  test.each([0.3, 0.4, 0.5, 0.6, 0.8, 1])('where a call fails with probability %d', (p) => {
    const random = seeded(17);
    let sum = 0;
    let squares = 0;
    for (let run = 0; run < RUNS; run++) {
      const calls = callsToOpen(p, random);
      sum += calls;
      squares += calls * calls;
    }
    const mean = sum / RUNS;
    const error = Math.sqrt((squares / RUNS - mean * mean) / RUNS);
    expect(Math.abs(mean - meanCallsToOpen(p, rule.threshold))).toBeLessThanOrEqual(4 * error);
  });

  test('the formula has the figures of the trip rules', () => {
    expect(meanCallsToOpen(0.5, 6)).toBe(42);
    expect(Math.round(meanCallsToOpen(0.3, 6))).toBe(687);
    expect(Math.round(meanCallsToOpen(0.2, 6))).toBe(9090);
    expect(meanCallsToOpen(1, 6)).toBe(6);
  });
});
