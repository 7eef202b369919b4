import 'reflect-metadata';
import {
  type DynamicModule,
  type FactoryProvider,
  Injectable,
  Module,
  type ModuleMetadata,
} from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { of, throwError } from 'rxjs';
import { expect, test } from 'vitest';
import { type CircuitBreaker, circuitBreaker } from '../../src/index.ts';
import {
  CircuitBreakerModule,
  type CircuitBreakerModuleOptions,
  CircuitBreakerRegistry,
  getCircuitBreakerToken,
  InjectCircuitBreaker,
} from '../../src/nestjs/index.ts';

const quiet: CircuitBreakerModuleOptions = { logging: false };

@Injectable()
class Shop {
  @InjectCircuitBreaker('prices') readonly prices!: CircuitBreaker;

  constructor(@InjectCircuitBreaker('stock') readonly stock: CircuitBreaker) {}
}

function compile(...imports: NonNullable<ModuleMetadata['imports']>): Promise<TestingModule> {
  return Test.createTestingModule({ imports, providers: [] }).compile();
}

/** A module of its own class, so that Nest takes it for another one. */
function feature(...features: Parameters<typeof CircuitBreakerModule.forFeature>): DynamicModule {
  @Module({})
  class Feature {}
  return {
    module: Feature,
    imports: [CircuitBreakerModule.forFeature(...features)],
    providers: [Shop],
  };
}

function fail(breaker: CircuitBreaker, times = 1, error: unknown = new Error('down')): void {
  for (let i = 0; i < times; i++) {
    throwError(() => error)
      .pipe(breaker)
      .subscribe({ error: () => {} });
  }
}

test('a provider is given its breakers, by parameter and by property', async () => {
  const app = await compile(
    CircuitBreakerModule.forRoot(quiet),
    feature('stock', { name: 'prices', retryTimeout: 5_000 }),
  );
  const { stock, prices } = app.get(Shop, { strict: false });
  expect([stock.name, prices.name]).toEqual(['stock', 'prices']);
  let seen = 0;
  of(7)
    .pipe(stock)
    .subscribe((value) => (seen = value));
  expect(seen).toBe(7);
  expect(stock.snapshot().counts.successes).toBe(1);
  await app.close();
});

test('a breaker has the shared options, over them those of optionsFor, over them its own', async () => {
  const app = await compile(
    CircuitBreakerModule.forRoot({
      ...quiet,
      consecutiveFailureThreshold: 1,
      retryTimeout: 1_000,
      optionsFor: (name) => (name === 'shared' ? undefined : { retryTimeout: 2_000 }),
    }),
    CircuitBreakerModule.forFeature('shared', 'for', { name: 'own', retryTimeout: 3_000 }),
  );
  const registry = app.get(CircuitBreakerRegistry);
  for (const [, breaker] of registry) fail(breaker);
  const times = [...registry].map(([name, { retryAfter }]) => [
    name,
    Math.ceil(retryAfter / 1_000),
  ]);
  expect(Object.fromEntries(times)).toEqual({ shared: 1, for: 2, own: 3 });
  await app.close();
});

test('the options may come from another provider', async () => {
  const settings: FactoryProvider = {
    provide: 'SETTINGS',
    useFactory: async () => ({ ...quiet, consecutiveFailureThreshold: 2 }),
  };
  @Module({ providers: [settings], exports: [settings] })
  class Settings {}
  class Factory {
    createCircuitBreakerOptions(): CircuitBreakerModuleOptions {
      return { ...quiet, consecutiveFailureThreshold: 2 };
    }
  }
  for (const root of [
    CircuitBreakerModule.forRootAsync({
      imports: [Settings],
      inject: ['SETTINGS'],
      useFactory: (options: CircuitBreakerModuleOptions) => options,
    }),
    CircuitBreakerModule.forRootAsync({ useClass: Factory }),
  ]) {
    const app = await compile(root, CircuitBreakerModule.forFeature('stock'));
    const stock = app.get(CircuitBreakerRegistry).get('stock');
    fail(stock);
    expect(stock.state).toBe('closed');
    fail(stock);
    expect(stock.state).toBe('open');
    await app.close();
  }
});

test('the same name in two modules is the same breaker, whichever module Nest makes first', async () => {
  const named = feature('stock', 'prices');
  const optioned = feature({ name: 'stock', retryTimeout: 7_000, failureThreshold: 1 }, 'prices');
  for (const modules of [
    [named, optioned],
    [optioned, named],
  ]) {
    const app = await compile(CircuitBreakerModule.forRoot(quiet), ...modules);
    const [one, other] = modules.map((module) => app.select(module).get(Shop).stock);
    expect(one).toBe(other);
    fail(one as CircuitBreaker);
    expect(Math.ceil((other as CircuitBreaker).retryAfter / 1_000)).toBe(7);
    expect(app.get(CircuitBreakerRegistry).size).toBe(2);
    await app.close();
  }
});

test('a module that is loaded later brings its breakers', async () => {
  const app = await compile(CircuitBreakerModule.forRoot(quiet));
  const registry = app.get(CircuitBreakerRegistry);
  expect(registry.size).toBe(0);
  await app
    .get(LazyModuleLoader)
    .load(() => feature({ name: 'stock', failureThreshold: 1 }, 'prices'));
  expect([...registry].map(([name]) => name).sort()).toEqual(['prices', 'stock']);
  fail(registry.get('stock'));
  expect(registry.get('stock').state).toBe('open');
  await app.close();
});

test('the registry is a Map to look at', async () => {
  const app = await compile(
    CircuitBreakerModule.forRoot(quiet),
    CircuitBreakerModule.forFeature('stock', 'prices'),
  );
  const registry = app.get(CircuitBreakerRegistry);
  expect(registry.size).toBe(2);
  expect([registry.has('stock'), registry.has('stok')]).toEqual([true, false]);
  for (const [name, breaker] of registry) expect(breaker).toBe(registry.get(name));
  expect(() => registry.get('stok')).toThrow(
    'no CircuitBreakerModule.forFeature has the name "stok"; known is "stock", "prices"',
  );
  await app.close();
});

test('a breaker in a testing module is overridden by its token', async () => {
  const fake = circuitBreaker({ name: 'fake' });
  const app = await Test.createTestingModule({
    imports: [CircuitBreakerModule.forRoot(quiet), feature('stock', 'prices')],
  })
    .overrideProvider(getCircuitBreakerToken('stock'))
    .useValue(fake)
    .compile();
  const { stock, prices } = app.get(Shop, { strict: false });
  expect(stock).toBe(fake);
  expect(prices.name).toBe('prices');
  await app.close();
});

// --- what is wrong is told, with the name of what is wrong ---

test.each([
  [
    { failureRateThreshold: 50 },
    'CircuitBreakerModule.forRoot: failureRateThreshold must be in (0, 1], got 50',
  ],
  [{ logging: 'no' }, 'CircuitBreakerModule.forRoot: logging must be a boolean, got "no"'],
  [{ optionsFor: {} }, 'CircuitBreakerModule.forRoot: optionsFor must be a function, got {}'],
  [{ name: 'x' }, 'CircuitBreakerModule.forRoot: name belongs to forFeature'],
  [{ restore: {} }, 'CircuitBreakerModule.forRoot: restore belongs to forFeature'],
  [{ retryTime: 1 }, 'CircuitBreakerModule.forRoot: unknown option "retryTime"'],
  [null, 'CircuitBreakerModule.forRoot: options must be an object, got null'],
])('forRoot(%j) is told when the app starts', async (options, message) => {
  await expect(compile(CircuitBreakerModule.forRoot(options as never))).rejects.toThrow(message);
});

test('a wrong option of one breaker is told with its name', async () => {
  const root = CircuitBreakerModule.forRoot(quiet);
  const wrong = CircuitBreakerModule.forFeature({ name: 'prices', retryTimeout: -1 });
  const starting = compile(root, wrong);
  await expect(starting).rejects.toThrow(RangeError);
  await expect(starting).rejects.toThrow('the circuit breaker "prices": retryTimeout must be');
  const settings = CircuitBreakerModule.forRoot({
    ...quiet,
    optionsFor: () => ({ maxProbes: 0 }),
  });
  await expect(compile(settings, CircuitBreakerModule.forFeature('stock'))).rejects.toThrow(
    'the circuit breaker "stock": maxProbes must be',
  );
});

test.each([
  ['', RangeError],
  [5, TypeError],
  [{}, TypeError],
  [null, TypeError],
])('a name of %j is told at once', (name, kind) => {
  expect(() => CircuitBreakerModule.forFeature(name as never)).toThrow(kind);
  expect(() => CircuitBreakerModule.forFeature(name as never)).toThrow(
    'CircuitBreakerModule.forFeature: name must be a string that is not empty',
  );
  expect(() => InjectCircuitBreaker(name as never)).toThrow('the name of a circuit breaker');
});

test('options of two modules for one name are told, unless they are alike', async () => {
  const root = CircuitBreakerModule.forRoot(quiet);
  const one = feature({ name: 'stock', retryTimeout: 1_000 }, 'prices');
  await expect(
    compile(root, one, feature({ name: 'stock', retryTimeout: 2_000 }, 'prices')),
  ).rejects.toThrow('the circuit breaker "stock" has different options in two');
  await expect(
    compile(root, one, feature({ name: 'stock', retryTimeout: 1_000, maxProbes: 1 }, 'prices')),
  ).rejects.toThrow('different options');
  const app = await compile(root, one, feature({ name: 'stock', retryTimeout: 1_000 }, 'prices'));
  await app.close();
});

test('forFeature without forRoot, and forRoot in two modules, are told', async () => {
  await expect(compile(feature('stock', 'prices'))).rejects.toThrow(
    'CircuitBreakerModule.forFeature needs CircuitBreakerModule.forRoot()',
  );
  await expect(
    compile(CircuitBreakerModule.forRoot(quiet), CircuitBreakerModule.forRoot({ ...quiet })),
  ).rejects.toThrow('CircuitBreakerModule.forRoot is imported 2 times');
});

test('a breaker that no forFeature of the module has is told by Nest, with its name', async () => {
  await expect(compile(CircuitBreakerModule.forRoot(quiet), feature('stock'))).rejects.toThrow(
    'CircuitBreaker(prices)',
  );
});
