import {
  type MonoTypeOperatorFunction,
  map,
  type Observable,
  type OperatorFunction,
  of,
  pipe,
  retry,
  type Subscription,
} from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import {
  anyOf,
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitEvent,
  type CircuitOpenError,
  type CircuitSnapshot,
  type CircuitState,
  circuitBreaker,
  exponential,
  failureRate,
  failures,
  isCircuitOpenError,
  type Permit,
} from '../../src/index.ts';

const breaker = circuitBreaker();

describe('one breaker', () => {
  it('keeps the element type of each of many streams', () => {
    expectTypeOf(of(1).pipe(breaker)).toEqualTypeOf<Observable<number>>();
    expectTypeOf(of('a', 1).pipe(breaker)).toEqualTypeOf<Observable<string | number>>();
    expectTypeOf(of(1).pipe(map(String), breaker, retry(1), breaker)).toEqualTypeOf<
      Observable<string>
    >();
    expectTypeOf(of({ id: 1 } as const).pipe(breaker)).toEqualTypeOf<
      Observable<{ readonly id: 1 }>
    >();
  });

  it('is an operator function of every type', () => {
    expectTypeOf(breaker).toExtend<MonoTypeOperatorFunction<number>>();
    expectTypeOf(breaker).toExtend<OperatorFunction<Date, Date>>();
    expectTypeOf(pipe(map(Number), breaker)(of('1'))).toEqualTypeOf<Observable<number>>();
    // @ts-expect-error it changes no type
    const wrong: OperatorFunction<number, string> = breaker;
    expectTypeOf(wrong).not.toBeAny();
  });

  it('takes Observables only', () => {
    // @ts-expect-error
    breaker(Promise.resolve(1));
    // @ts-expect-error
    breaker();
  });

  it('is made by a call, and by nothing else', () => {
    expectTypeOf(circuitBreaker).toEqualTypeOf<
      (options?: CircuitBreakerOptions) => CircuitBreaker
    >();
    // @ts-expect-error the parentheses were forgotten
    of(1).pipe(circuitBreaker);
    // @ts-expect-error it is no class
    new circuitBreaker();
    // @ts-expect-error a name alone is no options
    circuitBreaker('payments');
  });
});

describe('the handle', () => {
  it('has the types of the contract', () => {
    expectTypeOf(breaker.name).toEqualTypeOf<string>();
    expectTypeOf(breaker.state).toEqualTypeOf<CircuitState>();
    expectTypeOf(breaker.state$).toEqualTypeOf<Observable<CircuitState>>();
    expectTypeOf(breaker.events$).toEqualTypeOf<Observable<CircuitEvent>>();
    expectTypeOf(breaker.retryAfter).toEqualTypeOf<number>();
    expectTypeOf(breaker.acquire()).toEqualTypeOf<Permit>();
    expectTypeOf(breaker.isolate()).toEqualTypeOf<Subscription>();
    expectTypeOf(breaker.disable()).toEqualTypeOf<Subscription>();
    expectTypeOf(breaker.reset()).toEqualTypeOf<void>();
    expectTypeOf(breaker.snapshot()).toEqualTypeOf<CircuitSnapshot>();
  });

  it('has permits that are settled without an answer', () => {
    const permit = breaker.acquire();
    expectTypeOf(permit.success).toEqualTypeOf<() => void>();
    expectTypeOf(permit.failure).toEqualTypeOf<(error?: unknown) => void>();
    expectTypeOf(permit.ignore).toEqualTypeOf<() => void>();
    // @ts-expect-error a success carries nothing
    permit.success(1);
    expectTypeOf(permit.cancel).toEqualTypeOf<() => void>();
    expectTypeOf(permit).toExtend<Disposable>();
    // @ts-expect-error there is no such end
    permit.done();
  });

  it('cannot be written to', () => {
    // @ts-expect-error
    breaker.state = 'open';
    // @ts-expect-error
    breaker.name = 'other';
    // @ts-expect-error
    breaker.retryAfter = 0;
    // @ts-expect-error
    breaker.state$.next('open');
  });

  it('gives what a task gives', () => {
    expectTypeOf(breaker.execute(() => 1)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(breaker.execute(async () => 'a')).toEqualTypeOf<Promise<string>>();
    breaker.execute((signal) => {
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    });
    breaker.execute(() => 1, new AbortController());
    breaker.execute(() => 1, new AbortController().signal);
    // @ts-expect-error a caller is told of by a signal
    breaker.execute(() => 1, 'caller');
    // @ts-expect-error a task is a function
    breaker.execute(Promise.resolve(1));
  });
});

describe('options', () => {
  it('know their names and types', () => {
    circuitBreaker({ tripWhen: anyOf(failures(3), failureRate(0.5)), retryTimeout: exponential() });
    circuitBreaker({ rollingWindow: { calls: 10 } });
    circuitBreaker({ rollingWindow: Number.POSITIVE_INFINITY });
    circuitBreaker({ restore: breaker.snapshot() });
    // @ts-expect-error an unknown name
    circuitBreaker({ failureTreshold: 3 });
    // @ts-expect-error a wrong type
    circuitBreaker({ failureThreshold: '3' });
    // @ts-expect-error a window is of time or of calls
    circuitBreaker({ rollingWindow: { duration: 1, calls: 1 } });
    // @ts-expect-error there is no such answer
    circuitBreaker({ classifyError: () => 'maybe' });
    // @ts-expect-error a rule answers yes or no
    circuitBreaker({ tripWhen: () => 'yes' });
  });

  it('tell a classifier the states that a call can have been admitted in', () => {
    circuitBreaker({
      classifyError: (error, state) => {
        expectTypeOf(error).toBeUnknown();
        expectTypeOf(state).toEqualTypeOf<'closed' | 'half-open' | 'disabled'>();
        return 'ignored';
      },
    });
  });
});

describe('events and errors', () => {
  it('are told apart by their type', () => {
    const tell = (event: CircuitEvent): void => {
      if (event.type === 'state-change') expectTypeOf(event.to).toEqualTypeOf<CircuitState>();
      if (event.type === 'rejected') expectTypeOf(event.retryAfter).toEqualTypeOf<number>();
      // @ts-expect-error a success has no error
      if (event.type === 'success') expectTypeOf(event.error).toBeUnknown();
    };
    expectTypeOf(tell).toBeFunction();
  });

  it('are narrowed by the guard', () => {
    const error: unknown = null;
    if (isCircuitOpenError(error)) {
      expectTypeOf(error).toEqualTypeOf<CircuitOpenError>();
      expectTypeOf(error).toExtend<Error>();
      expectTypeOf(error.code).toEqualTypeOf<'ECIRCUITOPEN'>();
    }
  });
});
