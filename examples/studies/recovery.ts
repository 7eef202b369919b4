// How does a service come back when its callers return? 400 calls a second; an outage of 36 s; then a queue before
// workers of 50 ms, and clients with a time limit of 1 s, of which the service knows nothing.
import type { CircuitBreakerOptions } from 'rxjs-circuit-breaker';
import { outage, poisson, type ServicePlan, World } from 'rxjs-circuit-breaker/lab';

/** The policies by name; the trip rule is the default for all. */
export const policies: Readonly<Record<string, CircuitBreakerOptions | null>> = {
  'no breaker': null,
  '30 s, then one probe': { retryTimeout: 30_000, successThreshold: 1 },
  '5 s, then one probe': { retryTimeout: 5_000, successThreshold: 1 },
  '1 to 15 s, then one probe': { successThreshold: 1 },
  '1 to 15 s, then rounds (default)': {},
};

type Service = Pick<ServicePlan, 'workers' | 'cold' | 'thrash' | 'crash'>;

/** The services by name. */
export const services: Readonly<Record<string, Service & { readonly retries?: number }>> = {
  ample: { workers: 40 },
  cold: { workers: 40, cold: { factor: 5, calls: 3_000 } },
  'tight, cold, three tries': { workers: 25, cold: { factor: 5, calls: 3_000 }, retries: 2 },
  'cold, thrashes': { workers: 40, cold: { factor: 5, calls: 3_000 }, thrash: 100 },
  'cold, crashes': {
    workers: 40,
    cold: { factor: 5, calls: 3_000 },
    crash: { waiting: 300, for: 10_000 },
  },
  'tight, cold, crashes': {
    workers: 25,
    cold: { factor: 5, calls: 3_000 },
    crash: { waiting: 300, for: 10_000 },
  },
};

/** Processes, each with a breaker of its own. */
export const fleets = [1, 5, 20] as const;

const RATE = 400;
const SEEDS = 3;
const BACK = 81_000;
const AFTER = 180_000;

/** Mean seconds of full traffic that were lost after the service was back, for each policy; 180 is all of it. */
export function secondsLost(service: keyof typeof services, processes: number): number[] {
  const { retries = 0, ...parts } = services[service] as (typeof services)[string];
  const lost = Object.keys(policies).map(() => 0);
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = new World(
      {
        traffic: poisson(RATE),
        service: { ...parts, latency: 50, incidents: [outage({ at: 45_000, for: BACK - 45_000 })] },
        clients: {
          processes,
          timeout: 1_000,
          ...(retries > 0 && { retry: { count: retries, delay: 200 } }),
        },
        duration: BACK + AFTER,
      },
      policies,
      seed,
      { access: 'permit' },
    );
    world.advance(BACK);
    const before = world.lanes.map(({ tally }) => tally.answered - tally.requests);
    world.advance(BACK + AFTER);
    for (const [n, { tally }] of world.lanes.entries()) {
      const missing = (before[n] as number) - (tally.answered - tally.requests);
      lost[n] = (lost[n] as number) + missing / RATE / SEEDS;
    }
  }
  return lost;
}
