// How fast do trip rules open, and how often for nothing? The rules of other breakers, as options of this one, all with
// the default open time, so that only the trip rule differs.
import type { CircuitBreakerOptions } from 'rxjs-circuit-breaker';
import { errors, hang, type Incident, outage, poisson, World } from 'rxjs-circuit-breaker/lab';

/** The rules by name; `{}` is this library's default, six more failures than successes for a second. */
export const rules: Readonly<Record<string, CircuitBreakerOptions>> = {
  'half of 10 calls in 10 s': { failureRateThreshold: 0.5, minimumCalls: 10 },
  'half of the last 100 (resilience4j)': {
    failureRateThreshold: 0.5,
    rollingWindow: { calls: 100 },
    minimumCalls: 100,
  },
  'a tenth of 100 in 30 s (Polly)': {
    failureRateThreshold: 0.1,
    minimumCalls: 100,
    rollingWindow: 30_000,
  },
  'half of 1 call in 10 s (opossum)': { failureRateThreshold: 0.5, minimumCalls: 1 },
  'five in a row (Envoy)': { consecutiveFailureThreshold: 5 },
  'excess of 6 for 1 s (default)': {},
};

interface Trouble {
  readonly title: string;
  readonly rate: number;
  /** Milliseconds of the trouble. */
  readonly lasts: number;
  readonly make: (when: { at: number; for: number; jitter: number }) => Incident;
}

const all = (when: { at: number; for: number; jitter: number }): Incident => outage(when);
const part =
  (rate: number): Trouble['make'] =>
  (when) =>
    errors({ ...when, rate });

/** The columns of the first half: seconds from the beginning of a trouble to the opening. */
export const troubles: readonly Trouble[] = [
  { title: 'all fail, 0.2/s', rate: 0.2, lasts: 600_000, make: all },
  { title: '1/s', rate: 1, lasts: 300_000, make: all },
  { title: '10/s', rate: 10, lasts: 60_000, make: all },
  { title: '100/s', rate: 100, lasts: 60_000, make: all },
  { title: 'hang, 10/s', rate: 10, lasts: 60_000, make: hang },
  { title: '80 % fail, 1/s', rate: 1, lasts: 300_000, make: part(0.8) },
  { title: '50 % fail, 10/s', rate: 10, lasts: 120_000, make: part(0.5) },
];

const DAYS = 301;
/** Healthy traffic before each trouble. */
const BEFORE = 120_000;
const JITTER = 10_000;

/** The median seconds to the opening for each rule; null for a median of never. */
export function timesToOpen({ rate, lasts, make }: Trouble): (number | null)[] {
  const times = Object.keys(rules).map((): number[] => []);
  for (let seed = 1; seed <= DAYS; seed++) {
    const incident = make({ at: BEFORE, for: lasts, jitter: JITTER });
    const world = new World(
      {
        traffic: poisson(rate),
        service: { latency: 20, incidents: [incident] },
        clients: { timeout: 10_000 },
        duration: BEFORE + JITTER + lasts + 1,
      },
      rules,
      seed,
      { access: 'permit' },
    );
    world.advance(Number.POSITIVE_INFINITY);
    const start = world.service.incidents[0]?.start ?? 0;
    for (const [n, { records }] of world.lanes.entries()) {
      const opening = records[0]?.openings.find(({ at }) => at >= start);
      times[n]?.push(
        opening === undefined ? Number.POSITIVE_INFINITY : (opening.at - start) / 1_000,
      );
    }
  }
  return times.map((it) => {
    const median = it.sort((a, b) => a - b)[(DAYS - 1) / 2] as number;
    return median === Number.POSITIVE_INFINITY ? null : median;
  });
}

/** The columns of the second half: openings a day on a service with which a breaker should live. */
export const nuisances = [
  { title: '10 % always fail', failureRate: 0.1, blips: false },
  { title: '20 % always fail', failureRate: 0.2, blips: false },
  { title: '0.3 s of failures each 10 s', failureRate: 0, blips: true },
] as const;

const HOURS = 7 * 24;

/** Openings a day for each rule, at 20 calls a second. */
export function falseOpenings({ failureRate, blips }: (typeof nuisances)[number]): number[] {
  const duration = HOURS * 3_600_000;
  const incidents = Array.from({ length: blips ? duration / 10_000 : 0 }, (_, n) =>
    outage({ at: n * 10_000 + 5_000, for: 300, jitter: 4_000, expect: 'closed' }),
  );
  const world = new World(
    { traffic: poisson(20), service: { latency: 20, failureRate, incidents }, duration },
    rules,
    1,
    { access: 'permit' },
  );
  world.advance(duration);
  return world.lanes.map(({ records }) => ((records[0]?.openings.length ?? 0) * 24) / HOURS);
}
