import {
  type MonoTypeOperatorFunction,
  type Observable,
  type ObservableInput,
  of,
  type RetryConfig,
  type SchedulerLike,
} from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type AdmittingState,
  type CallOptions,
  type CircuitBreakerOptions,
  type CircuitSnapshot,
  type CircuitState,
  type CircuitTotals,
  circuitBreaker,
  type ErrorVerdict,
  excessFailures,
  type JudgeOptions,
  type RetryTimeout,
  type RollingWindow,
  type TripPredicate,
  unlessRefused,
  type ValueVerdict,
  type WaitWhileOpenOptions,
  waitWhileOpen,
} from '../../src/index.ts';

/** As the design has them. */
interface Designed {
  readonly name?: string;
  readonly excessFailureThreshold?: number;
  readonly excessDuration?: number;
  readonly failureRateThreshold?: number;
  readonly minimumCalls?: number;
  readonly failureThreshold?: number;
  readonly consecutiveFailureThreshold?: number;
  readonly slowCallDuration?: number;
  readonly slowCallRateThreshold?: number;
  readonly tripWhen?: TripPredicate;
  readonly rollingWindow?: RollingWindow;
  readonly retryTimeout?: number | RetryTimeout;
  readonly probeGrowth?: number;
  readonly probe?: () => ObservableInput<unknown>;
  readonly successThreshold?: number;
  readonly maxProbes?: number;
  readonly probeFailureThreshold?: number;
  readonly probeTimeout?: number;
  readonly successOn?: 'complete' | 'first-value' | { readonly after: number };
  readonly classifyError?: (
    error: unknown,
    state: AdmittingState,
    context: unknown,
  ) => 'failure' | 'success' | 'ignored' | 'trip';
  readonly classifyValue?: (
    value: unknown,
    state: AdmittingState,
    context: unknown,
  ) => 'success' | 'failure' | 'undecided' | 'trip';
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

describe('the options of a call', () => {
  it('are those that a call can have of its own', () => {
    expectTypeOf<Plain<CallOptions>>().toEqualTypeOf<
      Plain<JudgeOptions & { readonly mayProbe?: boolean; readonly context?: unknown }>
    >();
    expectTypeOf<JudgeOptions['classifyError']>().toEqualTypeOf<Designed['classifyError']>();
    expectTypeOf<ErrorVerdict>().toEqualTypeOf<'failure' | 'success' | 'ignored' | 'trip'>();
    expectTypeOf<ValueVerdict>().toEqualTypeOf<'success' | 'failure' | 'undecided' | 'trip'>();
  });

  it('make an operator that keeps the type', () => {
    const breaker = circuitBreaker();
    expectTypeOf(of(1).pipe(breaker.with({ mayProbe: false }))).toEqualTypeOf<Observable<number>>();
    // @ts-expect-error the name belongs to the breaker
    breaker.with({ name: 'other' });
    // @ts-expect-error a rule belongs to the breaker
    breaker.acquire({ failureThreshold: 1 });
    breaker.execute(() => 1, { context: 'order', signal: new AbortController().signal });
    // @ts-expect-error made once
    breaker.configure({ name: 'other' });
    breaker.trip(new Error('boom'));
    breaker.halfOpen();
    expectTypeOf(breaker.totals()).toEqualTypeOf<CircuitTotals>();
    expectTypeOf<CircuitTotals['time']['half-open']>().toEqualTypeOf<number>();
  });
});

describe('the operators beside a breaker', () => {
  it('wait, and keep the type', () => {
    const breaker = circuitBreaker();
    const options: WaitWhileOpenOptions = { maxWait: 1, maxWaiting: 1 };
    expectTypeOf(of(1).pipe(breaker, waitWhileOpen(breaker, options))).toEqualTypeOf<
      Observable<number>
    >();
    expectTypeOf(waitWhileOpen<string>).returns.toEqualTypeOf<MonoTypeOperatorFunction<string>>();
  });

  it('configure a retry', () => {
    expectTypeOf(unlessRefused({ count: 3, delay: 5 })).toEqualTypeOf<RetryConfig>();
    // @ts-expect-error a config, not a count
    unlessRefused(3);
  });

  it('have the default rule as a predicate', () => {
    expectTypeOf(excessFailures).toEqualTypeOf<
      (threshold?: number, duration?: number) => TripPredicate
    >();
  });
});
