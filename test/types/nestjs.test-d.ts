import type { DynamicModule, ExceptionFilter } from '@nestjs/common';
import { expectTypeOf, test } from 'vitest';
import {
  type CallOptions,
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitOpenError,
  circuitBreaker,
} from '../../src/index.ts';
import {
  type CircuitBreakerFeature,
  type CircuitBreakerHealthIndicator,
  type CircuitBreakerHealthOptions,
  type CircuitBreakerHealthResult,
  CircuitBreakerModule,
  type CircuitBreakerModuleAsyncOptions,
  type CircuitBreakerModuleOptions,
  CircuitBreakerRegistry,
  CircuitOpenFilter,
  classifyUpstream,
  getCircuitBreakerToken,
  InjectCircuitBreaker,
  type PromiseMethodDecorator,
  UseCircuitBreaker,
} from '../../src/nestjs/index.ts';

test('a module is made of options, an asynchronous source of options, or features', () => {
  expectTypeOf(CircuitBreakerModule.forRoot).returns.toEqualTypeOf<DynamicModule>();
  expectTypeOf(CircuitBreakerModule.forRoot)
    .parameter(0)
    .toEqualTypeOf<CircuitBreakerModuleOptions | undefined>();
  expectTypeOf(CircuitBreakerModule.forRootAsync)
    .parameter(0)
    .toEqualTypeOf<CircuitBreakerModuleAsyncOptions>();
  CircuitBreakerModule.forRootAsync({ useFactory: async () => ({ failureThreshold: 3 }) });
  // @ts-expect-error the factory answers with options
  CircuitBreakerModule.forRootAsync({ useFactory: () => ({ failureThreshold: '3' }) });
  // @ts-expect-error a name belongs to a feature
  CircuitBreakerModule.forRoot({ name: 'stock' });

  CircuitBreakerModule.forFeature('stock', { name: 'prices', retryTimeout: 5_000 });
  expectTypeOf<CircuitBreakerFeature>().toEqualTypeOf<
    string | (CircuitBreakerOptions & { readonly name: string })
  >();
  // @ts-expect-error a feature has a name
  CircuitBreakerModule.forFeature({ retryTimeout: 5_000 });
  // @ts-expect-error at least one feature
  CircuitBreakerModule.forFeature();
});

test('the registry is a Map to look at', () => {
  const registry = new CircuitBreakerRegistry({}, () => []);
  expectTypeOf(registry.get).toEqualTypeOf<(name: string) => CircuitBreaker>();
  expectTypeOf(registry.has).toEqualTypeOf<(name: string) => boolean>();
  expectTypeOf([...registry]).toEqualTypeOf<[name: string, breaker: CircuitBreaker][]>();
});

test('decorators are for what they can decorate', () => {
  expectTypeOf(InjectCircuitBreaker).returns.toEqualTypeOf<
    PropertyDecorator & ParameterDecorator
  >();
  expectTypeOf(getCircuitBreakerToken).toEqualTypeOf<(name: string) => string>();
  expectTypeOf(UseCircuitBreaker).toEqualTypeOf<
    (name: string, call?: CallOptions) => PromiseMethodDecorator
  >();
  class Ledger {
    @UseCircuitBreaker('ledger')
    async post(entry: string, copies = 1): Promise<number> {
      return entry.length * copies;
    }

    // @ts-expect-error only a method that answers with a promise
    @UseCircuitBreaker('ledger')
    now(): number {
      return 1;
    }
  }
  expectTypeOf(Ledger.prototype.post).toEqualTypeOf<
    (entry: string, copies?: number) => Promise<number>
  >();
});

test('the filter, the classifier and the health indicator fit where they go', () => {
  expectTypeOf(new CircuitOpenFilter()).toMatchTypeOf<ExceptionFilter<CircuitOpenError>>();
  circuitBreaker({ classifyError: classifyUpstream });
  const indicator = {} as CircuitBreakerHealthIndicator;
  expectTypeOf(indicator.check('circuits')).toEqualTypeOf<CircuitBreakerHealthResult<'circuits'>>();
  expectTypeOf(indicator.check)
    .parameter(1)
    .toEqualTypeOf<CircuitBreakerHealthOptions | undefined>();
  expectTypeOf<CircuitBreakerHealthOptions['whenOpen']>().toEqualTypeOf<
    'up' | 'down' | undefined
  >();
});
