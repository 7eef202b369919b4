import 'reflect-metadata';
import { ModulesContainer } from '@nestjs/core';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { throwError } from 'rxjs';
import { expect, onTestFinished, test } from 'vitest';
import {
  CircuitBreakerHealthIndicator,
  type CircuitBreakerHealthOptions,
  CircuitBreakerModule,
  CircuitBreakerRegistry,
} from '../../src/nestjs/index.ts';
import { Time } from '../rxjs/handTime.ts';

const time = new Time();

async function start() {
  const app = await Test.createTestingModule({
    imports: [
      TerminusModule.forRoot({ logger: false }),
      CircuitBreakerModule.forRoot({
        logging: false,
        scheduler: time,
        consecutiveFailureThreshold: 1,
        retryTimeout: 4_000,
      }),
      CircuitBreakerModule.forFeature('stock', 'status'),
    ],
  }).compile();
  onTestFinished(() => app.close());
  const indicator = app.get(CircuitBreakerHealthIndicator);
  const terminus = app.get(HealthCheckService, { strict: false });
  const registry = app.get(CircuitBreakerRegistry);
  const check = (options?: CircuitBreakerHealthOptions) =>
    terminus
      .check([() => indicator.check('circuits', options)])
      .catch((error) => error.getResponse()); // Terminus throws what it answers with 503
  const fail = (): void => {
    throwError(() => new Error('down'))
      .pipe(registry.get('stock'))
      .subscribe({ error: () => {} });
  };
  return { registry, check, fail };
}

const closed = { state: 'closed', retryAfter: 0 };
const open = { state: 'open', retryAfter: 4_000 };

test('closed circuits are up, whatever their names', async () => {
  const { check } = await start();
  expect(await check()).toEqual({
    status: 'ok',
    info: { circuits: { status: 'up', circuits: { stock: closed, status: closed } } },
    error: {},
    details: { circuits: { status: 'up', circuits: { stock: closed, status: closed } } },
  });
});

test('an open circuit is degraded, and the app stays in service', async () => {
  const { check, fail } = await start();
  fail();
  expect(await check()).toMatchObject({
    status: 'degraded',
    info: { circuits: { status: 'degraded', circuits: { stock: open, status: closed } } },
    error: {},
  });
});

test('a circuit in half-open is degraded, a disabled one is up', async () => {
  const { check, fail, registry } = await start();
  fail();
  time.pass(4_000);
  expect((await check()).info.circuits.circuits.stock).toEqual({
    state: 'half-open',
    retryAfter: 0,
  });
  expect((await check()).status).toBe('degraded');
  registry.get('stock').disable();
  expect((await check()).status).toBe('ok');
});

test('an isolated circuit is degraded, and nobody knows for how long', async () => {
  const { check, registry } = await start();
  registry.get('stock').isolate();
  expect(await check()).toMatchObject({
    status: 'degraded',
    info: { circuits: { circuits: { stock: { state: 'isolated', retryAfter: null } } } },
  });
});

test('an open circuit is down or up where that is asked for', async () => {
  const { check, fail } = await start();
  expect((await check({ whenOpen: 'down' })).status).toBe('ok');
  fail();
  expect(await check({ whenOpen: 'up' })).toMatchObject({
    status: 'ok',
    info: { circuits: { status: 'up', circuits: { stock: open } } },
  });
  expect(await check({ whenOpen: 'down' })).toMatchObject({
    status: 'error',
    error: { circuits: { status: 'down', circuits: { stock: open } } },
  });
});

test('only the circuits that are named are looked at', async () => {
  const { check, fail } = await start();
  fail();
  expect(await check({ names: ['status'], whenOpen: 'down' })).toMatchObject({
    status: 'ok',
    info: { circuits: { circuits: { status: closed } } },
  });
  expect((await check({ names: ['stock'], whenOpen: 'down' })).status).toBe('error');
});

test('a wrong option is told', async () => {
  const { registry } = await start();
  const indicator = new CircuitBreakerHealthIndicator(registry, new ModulesContainer());
  const check = (options: object) => () => indicator.check('circuits', options);
  expect(check({ names: ['stok'] })).toThrow('has the name "stok"');
  expect(check({ whenOpen: 'degraded' })).toThrow(
    "whenOpen must be 'up' or 'down', got \"degraded\"",
  );
});

// Terminus 10 has no HealthIndicatorService, Terminus 11 one without degraded; the matrix runs them

class HealthIndicatorService {
  check() {
    return { up() {}, down() {} };
  }
}

function terminus11(): ModulesContainer {
  const providers = new Map([[HealthIndicatorService, { instance: new HealthIndicatorService() }]]);
  return new Map([['terminus', { providers }]]) as unknown as ModulesContainer;
}

test('before Terminus 12 an open circuit is up, with the details', async () => {
  const { registry, fail } = await start();
  fail();
  for (const modules of [new ModulesContainer(), terminus11()]) {
    expect(new CircuitBreakerHealthIndicator(registry, modules).check('circuits')).toEqual({
      circuits: { status: 'up', circuits: { stock: open, status: closed } },
    });
  }
});

test('Terminus 10 is told of down by an error of its own shape, Terminus 11 by a result', async () => {
  const { registry, fail } = await start();
  fail();
  const down = { circuits: { status: 'down', circuits: { stock: open, status: closed } } };
  const check = (modules: ModulesContainer) =>
    new CircuitBreakerHealthIndicator(registry, modules).check('circuits', { whenOpen: 'down' });
  expect(check(terminus11())).toEqual(down);
  expect(() => check(new ModulesContainer())).toThrow(
    expect.objectContaining({ isHealthCheckError: true, causes: down }),
  );
});
