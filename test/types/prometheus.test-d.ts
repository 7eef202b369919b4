import { Registry as SuccessorRegistry } from '@prometheus-io/client';
import { Registry, register } from 'prom-client';
import { Registry as Registry14 } from 'prom-client-14';
import type { Subscription } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import { type CircuitBreaker, type CircuitBreakers, circuitBreaker } from '../../src/index.ts';
import {
  type CircuitSource,
  type CollectOptions,
  collectCircuitBreakers,
  type MetricRegistry,
} from '../../src/prometheus/index.ts';

const payments = circuitBreaker();

describe('collectCircuitBreakers', () => {
  it('takes every registry of the shape, and answers with what ends it', () => {
    for (const registry of [register, new Registry(), new Registry14(), new SuccessorRegistry()]) {
      expectTypeOf(registry).toExtend<MetricRegistry>();
    }
    expectTypeOf(collectCircuitBreakers(register, { payments })).toEqualTypeOf<Subscription>();
    // @ts-expect-error a registry has to be given
    collectCircuitBreakers({ payments });
    // @ts-expect-error a number is no breaker
    collectCircuitBreakers(register, { payments: 5 });
  });

  it('takes breakers under names', () => {
    expectTypeOf<CircuitSource>().toEqualTypeOf<CircuitBreaker | CircuitBreakers>();
    const breakers: Record<string, CircuitBreaker> = { payments };
    collectCircuitBreakers(register, breakers);
    // @ts-expect-error a breaker without a name
    collectCircuitBreakers(register, payments);
  });

  it('has options, all of them optional', () => {
    expectTypeOf<CollectOptions>().toEqualTypeOf<{
      readonly prefix?: string;
      readonly keys?: boolean;
      readonly durations?: boolean | readonly number[];
    }>();
    collectCircuitBreakers(register, { payments }, { durations: [0.1, 1] as const });
    // @ts-expect-error there is no such option
    collectCircuitBreakers(register, { payments }, { key: true });
  });
});
