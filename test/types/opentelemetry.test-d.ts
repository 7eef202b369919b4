import { metrics, trace } from '@opentelemetry/api';
import type { Subscription } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import { circuitBreaker } from '../../src/index.ts';
import {
  type ObserveOptions,
  observeCircuitBreakers,
  type TraceOptions,
  traceRefusals,
} from '../../src/opentelemetry/index.ts';

const payments = circuitBreaker();

describe('observeCircuitBreakers', () => {
  it('takes breakers under names and a meter, and answers with what ends it', () => {
    const meter = metrics.getMeter('shop');
    const observed = observeCircuitBreakers({ payments }, { meter, durations: true });
    expectTypeOf(observed).toEqualTypeOf<Subscription>();
    expectTypeOf<ObserveOptions['durations']>().toEqualTypeOf<
      boolean | readonly number[] | undefined
    >();
    // @ts-expect-error no series by key
    observeCircuitBreakers({ payments }, { keys: true });
    // @ts-expect-error a tracer is no meter
    observeCircuitBreakers({ payments }, { meter: trace.getTracer('shop') });
  });
});

describe('traceRefusals', () => {
  it('takes a tracer, and answers with what ends it', () => {
    expectTypeOf(traceRefusals()).toEqualTypeOf<Subscription>();
    const options: TraceOptions = { tracer: trace.getTracer('shop') };
    traceRefusals(options);
    // @ts-expect-error a meter is no tracer
    traceRefusals({ tracer: metrics.getMeter('shop') });
  });
});
