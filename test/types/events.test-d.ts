import { describe, expectTypeOf, it } from 'vitest';
import {
  type AdmittingState,
  type BucketSnapshot,
  type CancelledEvent,
  type CircuitEvent,
  CircuitOpenError,
  type CircuitSnapshot,
  type CircuitState,
  type Counts,
  circuitBreaker,
  type ExcessSnapshot,
  type FailureEvent,
  type IgnoredEvent,
  type LateEvent,
  type Outcome,
  type ProbeExpiredEvent,
  type ProbesSnapshot,
  type RefusingState,
  type RejectedEvent,
  type ResetEvent,
  type StateChangeEvent,
  type StateChangeReason,
  type SuccessEvent,
  type WhySnapshot,
  type WindowSnapshot,
} from '../../src/index.ts';

type Plain<T> = { [K in keyof T]: T[K] };

describe('events', () => {
  it('are these, told apart by their type', () => {
    type Of<T extends CircuitEvent['type']> = Extract<CircuitEvent, { type: T }>;
    expectTypeOf<Of<'success'>>().toEqualTypeOf<SuccessEvent>();
    expectTypeOf<Of<'failure'>>().toEqualTypeOf<FailureEvent>();
    expectTypeOf<Of<'ignored'>>().toEqualTypeOf<IgnoredEvent>();
    expectTypeOf<Of<'cancelled'>>().toEqualTypeOf<CancelledEvent>();
    expectTypeOf<Of<'late'>>().toEqualTypeOf<LateEvent>();
    expectTypeOf<Of<'rejected'>>().toEqualTypeOf<RejectedEvent>();
    expectTypeOf<Of<'probe-expired'>>().toEqualTypeOf<ProbeExpiredEvent>();
    expectTypeOf<Of<'state-change'>>().toEqualTypeOf<StateChangeEvent>();
    expectTypeOf<Of<'reset'>>().toEqualTypeOf<ResetEvent>();
    expectTypeOf<CircuitEvent['type']>().toEqualTypeOf<
      Outcome | 'late' | 'rejected' | 'probe-expired' | 'state-change' | 'reset'
    >();
    expectTypeOf<CircuitEvent['breaker']>().toEqualTypeOf<string>();
  });

  it('of an end say in which state the call was admitted and how long it took', () => {
    type Ended = SuccessEvent | FailureEvent | IgnoredEvent | CancelledEvent | LateEvent;
    expectTypeOf<Ended['state']>().toEqualTypeOf<AdmittingState>();
    expectTypeOf<Ended['duration']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<FailureEvent['error']>().toBeUnknown();
    expectTypeOf<IgnoredEvent['error']>().toBeUnknown();
    expectTypeOf<LateEvent['error']>().toBeUnknown();
    expectTypeOf<LateEvent['outcome']>().toEqualTypeOf<Outcome>();
    expectTypeOf<SuccessEvent>().not.toHaveProperty('error');
    expectTypeOf<CancelledEvent>().not.toHaveProperty('error');
    expectTypeOf<Ended['slow']>().toEqualTypeOf<boolean>();
    expectTypeOf<Ended['context']>().toBeUnknown();
    expectTypeOf<Plain<ProbeExpiredEvent>>().toEqualTypeOf<{
      readonly type: 'probe-expired';
      readonly breaker: string;
    }>();
  });

  it('of a refusal say by which state, and for how long', () => {
    expectTypeOf<Plain<RejectedEvent>>().toEqualTypeOf<{
      readonly type: 'rejected';
      readonly breaker: string;
      readonly context?: unknown;
      readonly state: RefusingState;
      readonly retryAfter: number;
    }>();
  });

  it('of a change say from where, to where and why', () => {
    expectTypeOf<Plain<StateChangeEvent>>().toEqualTypeOf<{
      readonly type: 'state-change';
      readonly from: CircuitState;
      readonly to: CircuitState;
      readonly reason: StateChangeReason;
      readonly breaker: string;
      readonly error: unknown;
      readonly snapshot: CircuitSnapshot;
    }>();
    expectTypeOf<'probes-failed'>().toExtend<StateChangeReason>();
    expectTypeOf<'because'>().not.toExtend<StateChangeReason>();
  });

  it('are not to be written to', () => {
    circuitBreaker().events$.subscribe((event) => {
      // @ts-expect-error
      event.type = 'success';
      // @ts-expect-error not every event has a state
      event.state;
      // @ts-expect-error there is no such type
      if (event.type === 'opened') return;
    });
  });
});

describe('a snapshot', () => {
  it('is plain data', () => {
    expectTypeOf<CircuitSnapshot>().toEqualTypeOf<{
      readonly version: 1;
      readonly name: string;
      readonly state: CircuitState;
      readonly counts: Counts;
      readonly retryAfter: number | null;
      readonly attempt: number;
      readonly window: WindowSnapshot | null;
      readonly takenAt?: number;
      readonly stateFor?: number;
      readonly why?: WhySnapshot | null;
      readonly excess?: ExcessSnapshot | null;
      readonly probes?: ProbesSnapshot | null;
      readonly openTime?: number | null;
    }>();
    expectTypeOf<WhySnapshot>().toEqualTypeOf<{
      readonly reason: StateChangeReason;
      readonly ago: number;
      readonly counts: Counts;
      readonly message?: string;
    }>();
    expectTypeOf<ExcessSnapshot>().toEqualTypeOf<{
      readonly failures: number;
      readonly ago: number | null;
      readonly balance: number;
    }>();
    expectTypeOf<ProbesSnapshot>().toEqualTypeOf<{ readonly good: number; readonly bad: number }>();
    expectTypeOf<WindowSnapshot>().toEqualTypeOf<
      | { readonly kind: 'time'; readonly buckets: readonly BucketSnapshot[] }
      | { readonly kind: 'calls'; readonly outcomes: string }
    >();
    expectTypeOf<BucketSnapshot>().toEqualTypeOf<{
      readonly ago: number;
      readonly successes: number;
      readonly failures: number;
      readonly ignored: number;
      readonly slow: number;
    }>();
    // @ts-expect-error
    circuitBreaker().snapshot().counts.failures++;
  });
});

describe('the open error', () => {
  it('says who refused, in which state, for how long and why', () => {
    const error = new CircuitOpenError('payments', 'open', 5, new Error('cause'));
    expectTypeOf(error).toExtend<Error>();
    expectTypeOf(error.name).toEqualTypeOf<string>(); // the guard knows refusals of other classes, too
    expectTypeOf(error.code).toEqualTypeOf<'ECIRCUITOPEN'>();
    expectTypeOf(error.breaker).toEqualTypeOf<string>();
    expectTypeOf(error.state).toEqualTypeOf<'open' | 'half-open' | 'isolated'>();
    expectTypeOf(error.retryAfter).toEqualTypeOf<number>();
    expectTypeOf(error.cause).toBeUnknown();
    // @ts-expect-error closed refuses nobody
    new CircuitOpenError('payments', 'closed', 5);
    // @ts-expect-error
    error.retryAfter = 1;
  });
});
