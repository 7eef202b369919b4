import 'reflect-metadata';
import type { LoggerService } from '@nestjs/common';
import { type ClientProxy, ClientProxyFactory, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { connectable, defer, NEVER, of, throwError } from 'rxjs';
import { expect, test } from 'vitest';
import { type CircuitBreaker, circuitBreaker } from '../../src/index.ts';
import {
  CircuitBreakerModule,
  type CircuitBreakerModuleOptions,
  CircuitBreakerRegistry,
} from '../../src/nestjs/index.ts';
import { Time } from '../rxjs/handTime.ts';

async function start(options: CircuitBreakerModuleOptions = {}) {
  const lines: string[] = [];
  const write =
    (level: string) =>
    (message: unknown, context: unknown): void => {
      if (context === 'CircuitBreaker') lines.push(`${level} ${message}`);
    };
  const logger: LoggerService = { log: write('log'), warn: write('warn'), error: write('error') };
  const time = new Time();
  const app = await Test.createTestingModule({
    imports: [
      CircuitBreakerModule.forRoot({
        scheduler: time,
        consecutiveFailureThreshold: 1,
        retryTimeout: 5_000,
        ...options,
      }),
      CircuitBreakerModule.forFeature('stock'),
    ],
  })
    .setLogger(logger)
    .compile();
  const stock = app.get(CircuitBreakerRegistry).get('stock');
  return { app, lines, time, stock };
}

function fail(breaker: CircuitBreaker, message = 'down'): void {
  throwError(() => new Error(message))
    .pipe(breaker)
    .subscribe({ error: () => {} });
}

test('each change of state is logged, a bad one as a warning', async () => {
  const { app, lines, time, stock } = await start();
  expect(lines).toEqual([]);
  fail(stock);
  time.pass(5_000);
  of(1).pipe(stock).subscribe();
  const hold = stock.isolate();
  hold.unsubscribe();
  expect(lines).toEqual([
    'warn stock: closed -> open for 5000 ms (consecutive-failures, "down")',
    'warn stock: open -> half-open',
    'log stock: half-open -> closed',
    'warn stock: closed -> isolated',
    'log stock: isolated -> closed',
  ]);
  await app.close();
});

test('what a failure says is quoted, on one line, and a trip by hand has nothing to quote', async () => {
  const { app, lines, stock } = await start({ retryTimeout: Number.POSITIVE_INFINITY });
  fail(stock, 'a\nb');
  stock.reset();
  stock.trip();
  expect(lines).toEqual([
    String.raw`warn stock: closed -> open (consecutive-failures, "a\nb")`,
    'log stock: open -> closed',
    'warn stock: closed -> open (trip)',
  ]);
  await app.close();
});

test('nothing is left running when the app has closed', async () => {
  const { app, lines, time, stock } = await start();
  fail(stock);
  expect(time.timers).toBe(1);
  await app.close();
  expect(time.timers).toBe(0);
  time.pass(5_000);
  expect(stock.state).toBe('half-open');
  expect(lines).toHaveLength(1);
});

test('without logging nobody watches the breakers', async () => {
  const { app, lines, time, stock } = await start({ logging: false });
  fail(stock);
  expect([lines, time.timers]).toEqual([[], 0]);
  await app.close();
});

// --- hot sources ---

const warning = expect.stringContaining('stock: a hot Observable');

test('an event of ClientProxy.emit() is warned of once, and guarded as it is', async () => {
  const { app, lines, stock } = await start();
  const client: ClientProxy = ClientProxyFactory.create({
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port: 1 },
  });
  for (let i = 0; i < 2; i++) {
    await new Promise((ended) => client.emit('sold', 1).pipe(stock).subscribe({ error: ended }));
  }
  expect(lines.filter((line) => line.includes('hot'))).toEqual([warning]);
  client.close();
  await app.close();
});

test('a source that waits for its subscriber is not warned of', async () => {
  const { app, lines, stock } = await start();
  const hot = connectable(NEVER);
  defer(() => hot)
    .pipe(stock)
    .subscribe()
    .unsubscribe();
  of(1).pipe(stock).subscribe();
  expect(lines).toEqual([]);
  hot.pipe(stock).subscribe().unsubscribe();
  expect(lines).toEqual([warning]);
  await app.close();
});

test('calls with options of their own are warned of, too, and guarded with these options', async () => {
  const { app, lines, stock } = await start();
  const guard = stock.with({ classifyError: () => 'ignored' });
  fail(guard as CircuitBreaker);
  expect([stock.state, lines]).toEqual(['closed', []]);
  connectable(NEVER).pipe(guard).subscribe().unsubscribe();
  expect(lines).toEqual([warning]);
  await app.close();
});

test('a breaker that tells of hot sources is a breaker in all other ways', async () => {
  const { app, stock } = await start();
  const plain = circuitBreaker({ name: 'stock' });
  const names = [
    'state',
    'retryAfter',
    'state$',
    'events$',
    'acquire',
    'execute',
    'reset',
    'totals',
  ];
  for (const name of names) {
    expect(typeof stock[name as keyof CircuitBreaker], name).toBe(typeof plain[name as never]);
  }
  expect([stock.name, typeof stock, stock instanceof Function]).toEqual([
    'stock',
    'function',
    true,
  ]);
  expect(await stock.execute(() => 7)).toBe(7);
  stock.acquire().success();
  expect(stock.snapshot()).toMatchObject({ name: 'stock', counts: { successes: 2, inFlight: 0 } });
  await app.close();
});
