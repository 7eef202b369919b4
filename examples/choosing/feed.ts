// A news feed that shows user profiles beside the articles: many calls, and a page without profiles is fine.
import type { CircuitBreakerOptions } from 'rxjs-circuit-breaker';
import { bursty, hang, lognormal, type Plan, slow } from 'rxjs-circuit-breaker/lab';

export const plan: Plan = {
  traffic: bursty({ rate: 60, burst: 200, every: 60_000, for: 5_000 }),
  service: {
    latency: lognormal({ p50: 30, p99: 200 }),
    failureRate: 0.01,
    incidents: [
      slow({ at: 60_000, for: 40_000, jitter: 20_000, factor: 60, expect: 'open' }),
      hang({ at: 180_000, for: 30_000, jitter: 20_000 }),
    ],
  },
  clients: { processes: 4, timeout: 1_000 },
  duration: 300_000,
};

export const settings: CircuitBreakerOptions = {
  name: 'profiles',
  slowCallDuration: 400, // nobody waits longer for a picture and a name
  excessDuration: 250, // a page without profiles costs little, a page that waits costs readers
};

export const expectations: readonly string[] = [
  'open < 2s',
  'close < 20s',
  'false openings < 1',
  'waited < 5m', // without a breaker: more than an hour
];
