import { describe, expect, it } from 'vitest';
import type { CircuitBreakerOptions } from '../../../src/index.ts';
import {
  bursty,
  errors,
  hang,
  type Incident,
  lognormal,
  memoryless,
  outage,
  type Plan,
  poisson,
  type ServicePlan,
  slow,
  steady,
  World,
} from '../../../src/lab/index.ts';
import fc from '../../fastCheck.ts';

const DURATION = 30_000;
const rates = fc.integer({ min: 1, max: 60 });
const traffic = fc.oneof(
  rates.map(steady),
  rates.map(poisson),
  rates.map((rate) => bursty({ rate, burst: 3 * rate, every: 5_000, for: 700 })),
);
const occasion = fc.record({
  at: fc.integer({ min: 0, max: DURATION - 1 }),
  for: fc.integer({ min: 1, max: DURATION }),
  jitter: fc.integer({ min: 0, max: 3_000 }),
});
const incident: fc.Arbitrary<Incident> = fc.oneof(
  occasion.map((when) => outage(when)),
  occasion.map((when) => errors({ ...when, rate: 0.6 })),
  occasion.map((when) => hang(when)),
  occasion.map((when) => slow({ ...when, factor: 15 })),
);
const latency = fc.constantFrom(0, 20, memoryless(50), lognormal({ p50: 40, p99: 900 }));
const incidents = fc.array(incident, { maxLength: 4 });
const service: fc.Arbitrary<ServicePlan> = fc.oneof(
  fc.record({ latency, incidents, failureRate: fc.constantFrom(0, 0.1) }),
  fc.record(
    {
      latency,
      incidents,
      workers: fc.integer({ min: 1, max: 6 }),
      queue: fc.integer({ min: 0, max: 30 }),
      thrash: fc.constantFrom(10, 100),
      cold: fc.constant({ factor: 4, calls: 50 }),
      crash: fc.constant({ waiting: 20, for: 2_000 }),
    },
    { requiredKeys: ['latency', 'incidents', 'workers'] },
  ),
);
const plan: fc.Arbitrary<Plan> = fc.record({
  traffic,
  service,
  clients: fc.record(
    {
      processes: fc.integer({ min: 1, max: 4 }),
      timeout: fc.constantFrom(300, 2_000),
      retry: fc.record({
        count: fc.integer({ min: 1, max: 3 }),
        delay: fc.constantFrom(0, 100),
        factor: fc.constantFrom(1, 2),
        refused: fc.boolean(),
      }),
    },
    { requiredKeys: ['timeout'] },
  ),
  duration: fc.constant(DURATION),
  warmUp: fc.constantFrom(0, 5_000),
});
const options: fc.Arbitrary<CircuitBreakerOptions | null> = fc.constantFrom(
  null,
  {},
  { consecutiveFailureThreshold: 3, retryTimeout: 500 },
  {
    failureRateThreshold: 0.5,
    rollingWindow: { calls: 20 },
    retryTimeout: 3_000,
    successThreshold: 2,
  },
  { slowCallDuration: 200, slowCallRateThreshold: 0.5, retryTimeout: 1_000 },
);

describe('whatever is played', { timeout: 120_000 }, () => {
  it('every request is answered, failed, refused or running, and the counts fit', () => {
    fc.assert(
      fc.property(plan, options, fc.integer(), (play, candidate, seed) => {
        let open = 0;
        const world = new World(play, { it: candidate }, seed, {
          spectator: {
            admitted: () => open++,
            ended: () => open--,
          },
        });
        for (const part of [0.2, 0.5, 1]) {
          world.advance(part * DURATION);
          const [lane] = world.lanes;
          if (lane === undefined) throw new Error('the lane is missing');
          const { tally } = lane;
          expect(tally.running).toBeGreaterThanOrEqual(0);
          expect(tally.requests).toBe(
            tally.answered + tally.failed + tally.refused + tally.running,
          );
          expect(tally.admitted).toBeLessThanOrEqual(tally.calls);
          expect(tally.refusedInVain).toBeLessThanOrEqual(tally.refused);
          expect(tally.letIntoBroken).toBeLessThanOrEqual(tally.admitted);
          expect(open).toBeGreaterThanOrEqual(0);
          if (candidate === null) expect(tally.refused).toBe(0);
          for (const record of lane.records) {
            expect(record.at).toEqual([...record.at].sort((a, b) => a - b));
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('operator and permit come to the same', () => {
    fc.assert(
      fc.property(plan, options, fc.integer(), (play, candidate, seed) => {
        const [operator, permit] = (['operator', 'permit'] as const).map((access) => {
          const world = new World(play, { it: candidate }, seed, { access });
          world.advance(DURATION);
          return world.lanes.map(({ tally, records }) => [tally, records.map(({ at }) => at)]);
        });
        expect(permit).toEqual(operator);
      }),
      { numRuns: 60 },
    );
  });
});
