// A trading screen on a stream of market data: a call is a connection, and the screen has to be back at once.
import { type CircuitBreakerOptions, exponential } from 'rxjs-circuit-breaker';
import { hang, lognormal, outage, type Plan, steady } from 'rxjs-circuit-breaker/lab';

export const plan: Plan = {
  traffic: steady(4), // screens that open and reconnect
  service: {
    latency: lognormal({ p50: 20, p99: 120 }), // until the first price
    failureRate: 0.002,
    incidents: [
      outage({ at: 60_000, for: 5_000, jitter: 20_000 }),
      outage({ at: 150_000, for: 30_000, jitter: 20_000 }),
      hang({ at: 260_000, for: 20_000, jitter: 20_000 }),
    ],
  },
  clients: { timeout: 2_000, retry: { count: 2, delay: 250 } },
  duration: 360_000,
};

export const settings: CircuitBreakerOptions = {
  name: 'market-data',
  successOn: 'first-value', // a stream never completes: its first price shows that the service is well
  consecutiveFailureThreshold: 4,
  retryTimeout: exponential({ initial: 250, max: 2_000 }), // seconds count, and one connection costs little
};

export const expectations: readonly string[] = [
  'open < 5s',
  'close < 3s', // the traders' limit
  'false openings < 1',
];
