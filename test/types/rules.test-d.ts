import { describe, expectTypeOf, it } from 'vitest';
import {
  allOf,
  anyOf,
  type CircuitSnapshot,
  type Counts,
  circuitBreaker,
  consecutiveFailures,
  exponential,
  failureRate,
  failures,
  jittered,
  type RetryTimeout,
  type RetryTimeoutContext,
  type RollingWindow,
  retryAfterHeader,
  slowCallRate,
  type TripPredicate,
} from '../../src/index.ts';

describe('trip rules', () => {
  it('are made of numbers, and of one another', () => {
    expectTypeOf(failureRate).toEqualTypeOf<(rate: number, minimum?: number) => TripPredicate>();
    expectTypeOf(slowCallRate).toEqualTypeOf<(rate: number, minimum?: number) => TripPredicate>();
    expectTypeOf(failures).toEqualTypeOf<(threshold: number) => TripPredicate>();
    expectTypeOf(consecutiveFailures).toEqualTypeOf<(threshold: number) => TripPredicate>();
    expectTypeOf(anyOf).toEqualTypeOf<(...of: readonly TripPredicate[]) => TripPredicate>();
    expectTypeOf(allOf).toEqualTypeOf<typeof anyOf>();
    // @ts-expect-error a rate is a number
    failureRate('50%');
    // @ts-expect-error a threshold has to be given
    failures();
    // @ts-expect-error rules, not a list of them
    anyOf([failures(1)]);
    // @ts-expect-error a threshold is no rule
    allOf(failures(1), 2);
  });

  it('see counts that they cannot change', () => {
    expectTypeOf<TripPredicate>().toEqualTypeOf<(counts: Counts) => boolean>();
    type Numbers = Readonly<Record<keyof Counts, number>>;
    expectTypeOf<{ readonly [K in keyof Counts]: Counts[K] }>().toEqualTypeOf<Numbers>();
    circuitBreaker({
      tripWhen: (counts) => {
        // @ts-expect-error
        counts.failures = 0;
        // @ts-expect-error there is no such count
        return counts.errors > 3;
      },
    });
  });
});

describe('open times', () => {
  it('are numbers or functions', () => {
    expectTypeOf<RetryTimeout>().toEqualTypeOf<(context: RetryTimeoutContext) => number>();
    expectTypeOf<RetryTimeoutContext>().toEqualTypeOf<{
      readonly attempt: number;
      readonly error: unknown;
      readonly snapshot: CircuitSnapshot;
      readonly now: number;
    }>();
    // @ts-expect-error a promise is no time
    circuitBreaker({ retryTimeout: async () => 1 });
    // @ts-expect-error neither is a text
    circuitBreaker({ retryTimeout: '5s' });
  });

  it('are composed', () => {
    expectTypeOf(exponential({ initial: 1, factor: 2, max: 3 })).toEqualTypeOf<RetryTimeout>();
    expectTypeOf(jittered(1, { ratio: 0.1, random: () => 0 })).toEqualTypeOf<RetryTimeout>();
    expectTypeOf(retryAfterHeader()).toEqualTypeOf<RetryTimeout>();
    retryAfterHeader(jittered(exponential()), { min: 1, max: 2 });
    retryAfterHeader(5_000);
    // @ts-expect-error there is no such setting
    exponential({ base: 2 });
    // @ts-expect-error what is to be jittered has to be given
    jittered();
    // @ts-expect-error a limit is a number
    retryAfterHeader(5_000, { max: '60s' });
  });
});

describe('windows', () => {
  it('are of time or of calls', () => {
    expectTypeOf<number>().toExtend<RollingWindow>();
    expectTypeOf<{ duration: number; buckets: number }>().toExtend<RollingWindow>();
    expectTypeOf<{ duration: number }>().toExtend<RollingWindow>();
    expectTypeOf<{ calls: number }>().toExtend<RollingWindow>();
    expectTypeOf<{ calls: number; buckets: number }>().not.toExtend<RollingWindow>();
    expectTypeOf<{ buckets: number }>().not.toExtend<RollingWindow>();
    expectTypeOf<string>().not.toExtend<RollingWindow>();
  });
});
