// A CDN in front of an origin: the origin's caches are cold after an outage, and a flood keeps the origin down.
import type { CircuitBreakerOptions } from 'rxjs-circuit-breaker';
import { outage, type Plan, poisson } from 'rxjs-circuit-breaker/lab';

export const plan: Plan = {
  traffic: poisson(200),
  service: {
    latency: 50,
    workers: 15, // 300 calls a second while the caches are warm ...
    cold: { factor: 5, calls: 3_000 }, // ... and 60 while they are cold
    incidents: [outage({ at: 60_000, for: 30_000, jitter: 10_000 })],
  },
  clients: { processes: 10, timeout: 1_000, retry: { count: 2, delay: 200 } },
  duration: 240_000,
};

// The defaults. Half-open by rounds lets in one call, then three, five, seven: the caches warm meanwhile.
export const settings: CircuitBreakerOptions = { name: 'origin' };

export const expectations: readonly string[] = [
  'open < 2s',
  'close < 60s',
  'answered > 70%', // without a breaker about 25 %: the origin never recovers
];
