import { describe, expect, it } from 'vitest';
import { circuitBreaker } from '../../../src/index.ts';
import {
  bursty,
  diurnal,
  empirical,
  errors,
  hang,
  lognormal,
  memoryless,
  outage,
  type Plan,
  poisson,
  slow,
  steady,
  World,
} from '../../../src/lab/index.ts';

const fine: Plan = { traffic: steady(10), service: { latency: 50 }, duration: 1_000 };

/** The message of a plan with some fields replaced by wrong ones. */
function message(wrong: object): string {
  try {
    new World({ ...fine, ...wrong } as Plan, { it: null }, 1);
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'nothing was thrown';
}

describe('a wrong plan is refused by the name of the field', () => {
  it.each([
    [
      { duration: 0 },
      'RangeError: plan.duration must be a finite number of milliseconds, more than 0, got 0',
    ],
    [{ duration: '1m' }, 'TypeError: plan.duration must be'],
    [{ duration: undefined }, 'TypeError: plan.duration is missing'],
    [{ warmUp: 1_000 }, 'RangeError: plan.warmUp must be less than plan.duration, got 1000'],
    [
      { warmup: 1 },
      'TypeError: plan has an unknown field "warmup"; the fields are traffic, service, clients, duration, warmUp',
    ],
    [{ traffic: 5 }, 'TypeError: plan.traffic must be traffic as of steady()'],
    [{ traffic: undefined }, 'TypeError: plan.traffic is missing'],
    [{ service: undefined }, 'TypeError: plan.service is missing: only recorded() traffic'],
    [{ service: [] }, 'plan.service must be an object'],
    [{ service: {} }, 'TypeError: plan.service.latency is missing'],
    [
      { service: { latency: -1 } },
      'RangeError: plan.service.latency must be a finite number of milliseconds, 0 or more, got -1',
    ],
    [
      { service: { latency: { p50: 1 } } },
      'plan.service.latency must be milliseconds, or a distribution as of lognormal()',
    ],
    [
      { service: { latency: 1, failureRate: 5 } },
      'RangeError: plan.service.failureRate must be in [0, 1], got 5',
    ],
    [
      { service: { latency: 1, workers: 1.5 } },
      'RangeError: plan.service.workers must be a whole number from 1 to 65536, got 1.5',
    ],
    [
      { service: { latency: 1, queue: 5 } },
      'TypeError: plan.service.queue needs plan.service.workers',
    ],
    [
      { service: { latency: 1, thrash: 5 } },
      'TypeError: plan.service.thrash needs plan.service.workers',
    ],
    [
      { service: { latency: 1, crash: { waiting: 5, for: 5 } } },
      'TypeError: plan.service.crash needs plan.service.workers',
    ],
    [
      { service: { latency: 1, workers: 1, crash: { waiting: 0, for: 5 } } },
      'RangeError: plan.service.crash.waiting must be',
    ],
    [
      { service: { latency: 1, cold: { factor: 0, calls: 5 } } },
      'RangeError: plan.service.cold.factor must be',
    ],
    [{ service: { latency: 1, cold: 5 } }, 'TypeError: plan.service.cold must be an object, got 5'],
    [
      { service: { latency: 1, incidents: [{ at: 5 }] } },
      'RangeError: plan.service.incidents[0] must be an incident as of outage()',
    ],
    [
      { service: { latency: 1, incidents: outage({ at: 1, for: 1 }) } },
      'plan.service.incidents must be an array of incidents',
    ],
    [
      { service: { latency: 1, incidents: [hang({ at: 1, for: 1 })] } },
      'TypeError: plan.clients.timeout is missing: in a hang() no call is answered',
    ],
    [
      { clients: { processes: 0 } },
      'RangeError: plan.clients.processes must be a whole number from 1 to 100000, got 0',
    ],
    [{ clients: { timeout: Number.NaN } }, 'RangeError: plan.clients.timeout must be'],
    [{ clients: { retries: 1 } }, 'TypeError: plan.clients has an unknown field "retries"'],
    [
      { clients: { retry: { count: 16, delay: 1 } } },
      'RangeError: plan.clients.retry.count must be a whole number from 1 to 15, got 16',
    ],
    [{ clients: { retry: { count: 1 } } }, 'TypeError: plan.clients.retry.delay is missing'],
    [
      { clients: { retry: { count: 1, delay: 1, refused: 1 } } },
      'TypeError: plan.clients.retry.refused must be true or false, got 1',
    ],
  ])('%j', (wrong, expected) => {
    expect(message(wrong)).toContain(expected);
  });

  it('and so are the parts of which plans are made', () => {
    const parts: [() => unknown, string][] = [
      [() => steady(0), 'steady rate must be a finite number, more than 0, got 0'],
      [() => poisson(Number.POSITIVE_INFINITY), 'poisson rate must be a finite number'],
      [
        () => bursty({ rate: 1, burst: 2, every: 5, for: 6 }),
        'bursty.for must be at most every, got 6',
      ],
      [() => diurnal({ low: 5, high: 1 }), 'diurnal.high must be at least low, got 1'],
      [() => lognormal({ p50: 5, p99: 1 }), 'lognormal.p99 must be at least p50, got 1'],
      [() => memoryless(0), 'memoryless mean must be'],
      [() => empirical([]), 'empirical needs at least one latency of an answered call, got none'],
      [
        () => empirical([1, Number.NaN]),
        'empirical[1] must be a finite number of milliseconds, 0 or more, got NaN',
      ],
      [() => outage({ at: -1, for: 1 }), 'outage.at must be'],
      [() => outage({ at: 1 } as never), 'outage.for is missing'],
      [
        () => outage({ at: 1, for: 1, expect: 'half-open' as never }),
        'outage.expect must be "open", "closed" or "either", got "half-open"',
      ],
      [() => errors({ at: 1, for: 1, rate: 2 }), 'errors.rate must be in [0, 1], got 2'],
      [() => slow({ at: 1, for: 1 } as never), 'slow needs factor or latency, one of both'],
      [
        () => slow({ at: 1, for: 1, factor: -2 }),
        'slow.factor must be a finite number, more than 0, got -2',
      ],
      [() => new World(fine, { it: null }, Number.NaN), 'seed must be a finite number, got NaN'],
      [() => new World(fine, { it: { retryTimeout: -1 } }, 1), 'retryTimeout must be'],
      [
        () => new World(fine, {}, 1).advance(Number.NaN),
        'to must be a number of milliseconds, got NaN',
      ],
      [() => new World(fine, 5 as never, 1), 'lanes must be an object, got 5'],
      [
        () => new World(fine, { it: 5 as never }, 1),
        'candidate "it" must be options of a breaker, null, or',
      ],
      [() => new World(fine, { it: undefined as never }, 1), 'lanes.it is missing'],
      [
        () => new World(fine, { it: circuitBreaker() as never }, 1),
        'candidate "it" goes by another clock',
      ],
      [
        () => new World(fine, { it: () => 5 as never }, 1),
        'candidate "it" must return a circuit breaker, got 5',
      ],
    ];
    for (const [make, expected] of parts) expect(make).toThrow(expected);
  });
});
