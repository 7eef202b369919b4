import type { SchedulerLike } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type AdmittingState,
  type CircuitBreakerOptions,
  type CircuitSnapshot,
  type CircuitState,
  circuitBreaker,
  type RetryTimeout,
  type RollingWindow,
  type TripPredicate,
} from '../../src/index.ts';

/** As the design has them. */
interface Designed {
  readonly name?: string;
  readonly failureRateThreshold?: number;
  readonly minimumCalls?: number;
  readonly failureThreshold?: number;
  readonly consecutiveFailureThreshold?: number;
  readonly slowCallDuration?: number;
  readonly slowCallRateThreshold?: number;
  readonly tripWhen?: TripPredicate;
  readonly rollingWindow?: RollingWindow;
  readonly retryTimeout?: number | RetryTimeout;
  readonly successThreshold?: number;
  readonly maxProbes?: number;
  readonly probeFailureThreshold?: number;
  readonly probeTimeout?: number;
  readonly successOn?: 'complete' | 'first-value';
  readonly classifyError?: (
    error: unknown,
    state: AdmittingState,
  ) => 'failure' | 'success' | 'ignored';
  readonly classifyValue?: (
    value: unknown,
    state: AdmittingState,
  ) => 'success' | 'failure' | 'undecided';
  readonly restore?: CircuitSnapshot;
  readonly scheduler?: SchedulerLike;
}

type Plain<T> = { [K in keyof T]: T[K] };

describe('options', () => {
  it('are those of the design, each of them optional and read only', () => {
    expectTypeOf<Plain<CircuitBreakerOptions>>().toEqualTypeOf<Plain<Designed>>();
  });

  it('are not to be written to', () => {
    const options: CircuitBreakerOptions = { failureThreshold: 1 };
    // @ts-expect-error
    options.failureThreshold = 2;
    // @ts-expect-error left out is left out: undefined is no threshold
    circuitBreaker({ failureThreshold: undefined });
  });

  it('take the words that they know', () => {
    circuitBreaker({ successOn: 'first-value' });
    // @ts-expect-error
    circuitBreaker({ successOn: 'next' });
    // @ts-expect-error an error is never undecided
    circuitBreaker({ classifyError: () => 'undecided' });
    // @ts-expect-error a value is never ignored
    circuitBreaker({ classifyValue: () => 'ignored' });
    // @ts-expect-error a classifier always answers
    circuitBreaker({ classifyValue: () => {} });
    // @ts-expect-error a snapshot, not its text
    circuitBreaker({ restore: JSON.stringify(circuitBreaker().snapshot()) });
    // @ts-expect-error a clock alone schedules nothing
    circuitBreaker({ scheduler: Date });
  });

  it('tell calls apart by the states that admit them', () => {
    expectTypeOf<CircuitState>().toEqualTypeOf<
      'closed' | 'open' | 'half-open' | 'isolated' | 'disabled'
    >();
    expectTypeOf<AdmittingState>().toEqualTypeOf<'closed' | 'half-open' | 'disabled'>();
  });
});
