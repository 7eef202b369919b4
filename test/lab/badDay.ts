import {
  bursty,
  errors,
  hang,
  type Lane,
  lognormal,
  outage,
  type Plan,
  slow,
  World,
} from '../../src/lab/index.ts';

/** A bad day: every kind of trouble, retries, a queue, a cold cache. */
export const badDay: Plan = {
  traffic: bursty({ rate: 40, burst: 120, every: 20_000, for: 2_000 }),
  service: {
    latency: lognormal({ p50: 50, p99: 400 }),
    failureRate: 0.01,
    workers: 12,
    cold: { factor: 4, calls: 300 },
    incidents: [
      outage({ at: 40_000, for: 20_000, jitter: 5_000 }),
      errors({ at: 100_000, for: 20_000, rate: 0.7 }),
      hang({ at: 150_000, for: 10_000 }),
      slow({ at: 190_000, for: 10_000, factor: 10 }),
    ],
  },
  clients: { processes: 5, timeout: 1_000, retry: { count: 2, delay: 100, factor: 2 } },
  duration: 240_000,
};

/** Everything a lane knows, as text. */
export function bytes(lane: Lane): string {
  return JSON.stringify([
    lane.tally,
    lane.records.map(({ at, states, openings }) => [at, states, openings]),
  ]);
}

/**
 * A digest of the bad day, without a breaker and with two: a sum over the text of all numbers, with every bit.
 * Plain 32-bit arithmetic, since Node and browsers have no digest in common that answers at once.
 */
export function digest(): string {
  const lanes = { none: null, defaults: {}, row: { consecutiveFailureThreshold: 5 } };
  const world = new World(badDay, lanes, 1);
  world.advance(badDay.duration);
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (const letter of world.lanes.map(bytes).join()) {
    const code = letter.charCodeAt(0);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b + code, 0x85ebca6b) ^ (b >>> 13);
  }
  return [a, b].map((it) => (it >>> 0).toString(16).padStart(8, '0')).join('');
}
