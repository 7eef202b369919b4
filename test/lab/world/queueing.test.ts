import { describe, expect, it } from 'vitest';
import { memoryless, type Plan, poisson, World } from '../../../src/lab/index.ts';
import { meanTime } from '../erlang.ts';

/** A queue of queueing theory: Poisson arrivals, exponential work of 100 ms in the mean, `workers` workers. */
function queue(workers: number, utilisation: number, requests: number): Plan {
  const rate = (10 * workers * utilisation) / 1; // ten calls a second keep one worker busy
  return {
    traffic: poisson(rate),
    service: { latency: memoryless(100), workers },
    duration: (requests / rate) * 1_000,
  };
}

describe('a service with a queue agrees with queueing theory', { timeout: 120_000 }, () => {
  it.each([
    { workers: 1, utilisation: 0.5 },
    { workers: 1, utilisation: 0.8 },
    { workers: 8, utilisation: 0.7 },
    { workers: 8, utilisation: 0.9 },
  ])('within 2 % of Erlang C: M/M/$workers at $utilisation', ({ workers, utilisation }) => {
    const world = new World(queue(workers, utilisation, 3_000_000), { none: null }, 7);
    world.advance(Number.POSITIVE_INFINITY);
    const tally = world.lanes[0]?.tally;
    if (tally === undefined) throw new Error('the lane is missing');
    const measured = tally.answering / tally.answered;
    const expected = meanTime(workers, (10 * workers * utilisation) / 1_000, 100);
    expect(Math.abs(measured / expected - 1)).toBeLessThan(0.02);
  });

  it("keeps Little's law: calls in the system = rate x time in the system", () => {
    const plan = queue(8, 0.8, 1_000_000);
    let inSystem = 0;
    let area = 0;
    let last = 0;
    const count = (at: number, change: number): void => {
      area += inSystem * (at - last);
      last = at;
      inSystem += change;
    };
    const world = new World(plan, { none: null }, 3, {
      spectator: {
        admitted: ({ at }) => count(at, 1),
        ended: ({ at }) => count(at, -1),
      },
    });
    world.advance(plan.duration);
    const tally = world.lanes[0]?.tally;
    if (tally === undefined) throw new Error('the lane is missing');
    expect(inSystem).toBe(tally.running);
    const rate = tally.requests / plan.duration;
    const time = tally.answering / tally.answered;
    expect(Math.abs(area / plan.duration / (rate * time) - 1)).toBeLessThan(0.001);
  });
});
