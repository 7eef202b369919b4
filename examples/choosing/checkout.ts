// A checkout in front of a payment service: few calls, slow answers, and each lost call is a lost order.
import { type CircuitBreakerOptions, exponential, jittered } from 'rxjs-circuit-breaker';
import { errors, hang, lognormal, outage, type Plan, poisson } from 'rxjs-circuit-breaker/lab';

export const plan: Plan = {
  traffic: poisson(6), // two orders a second for each of three processes
  service: {
    latency: lognormal({ p50: 250, p99: 1_500 }),
    failureRate: 0.005,
    incidents: [
      outage({ at: 120_000, for: 60_000, jitter: 60_000, latency: 20 }),
      hang({ at: 360_000, for: 45_000, jitter: 60_000 }),
      outage({ at: 540_000, for: 2_000, jitter: 30_000, expect: 'either' }), // a restart
      errors({ at: 660_000, for: 60_000, jitter: 30_000, rate: 0.2, expect: 'closed' }),
    ],
  },
  clients: { processes: 3, timeout: 5_000 },
  duration: 900_000,
  warmUp: 10_000,
};

export const settings: CircuitBreakerOptions = {
  name: 'payments',
  slowCallDuration: 3_000, // twice the p99: a payment that takes longer is as bad as a failed one
  retryTimeout: jittered(exponential({ initial: 1_000, max: 5_000 })), // a refused order is lost: look again soon
};

export const expectations: readonly string[] = [
  'open < 10s', // the hang is the hard case: 3 s until a call is slow, then six of them
  'close < 15s',
  'false openings < 1',
  'refused in vain < 2%',
];
