import { describe, expect, test } from 'vitest';
import { circuitBreaker } from '../../src/index.ts';
import { meanCallsToOpen, seeded } from '../properties/model/formula.ts';
import { VirtualTime } from '../properties/virtualTime.ts';

const RUNS = 4_000;

/**
 * Mean number of calls until a breaker opens, one call a millisecond, each failing with probability `p`; and
 * the standard error of that mean.
 */
function simulate(p: number, threshold: number, seed: number): { mean: number; error: number } {
  const time = new VirtualTime();
  const breaker = circuitBreaker({
    excessFailureThreshold: threshold,
    excessDuration: 0,
    scheduler: time,
  });
  const random = seeded(seed);
  let sum = 0;
  let squares = 0;
  for (let run = 0; run < RUNS; run++) {
    let calls = 0;
    while (breaker.state === 'closed') {
      time.advance(1);
      const permit = breaker.acquire();
      calls++;
      if (random() < p) permit.failure(new Error('down'));
      else permit.success();
    }
    breaker.reset();
    sum += calls;
    squares += calls * calls;
  }
  const mean = sum / RUNS;
  return { mean, error: Math.sqrt((squares / RUNS - mean * mean) / RUNS) };
}

describe('the breaker opens after as many calls as the formula of the one-sided CUSUM says', () => {
  test.each([
    [6, 0.4],
    [6, 0.5],
    [6, 0.6],
    [6, 0.8],
    [6, 1],
    [3, 0.3],
    [8, 0.6],
  ])('with an excess of %d where a call fails with probability %d', (threshold, p) => {
    const { mean, error } = simulate(p, threshold, 1);
    expect(Math.abs(mean - meanCallsToOpen(p, threshold))).toBeLessThanOrEqual(4 * error);
  });
});
