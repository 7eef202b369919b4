// A whole Nest app, as the matrix compiles and runs it with every supported Nest, on Express and on Fastify, as
// CommonJS and as an ES module. It ends with the number of what it has seen to hold.
import 'reflect-metadata';
import { deepStrictEqual, rejects } from 'node:assert';
import type { AddressInfo, Server } from 'node:net';
import { HttpModule, HttpService } from '@nestjs/axios';
import {
  Controller,
  Get,
  HttpException,
  type INestApplication,
  Inject,
  Injectable,
  type LoggerService,
  Module,
  Param,
} from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import {
  type ClientProxy,
  ClientProxyFactory,
  MessagePattern,
  type MicroserviceOptions,
  Transport,
} from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { lastValueFrom, map, type Observable, Subscription } from 'rxjs';
import { type CircuitBreaker, circuitBreaker, isCircuitOpenError } from '../../src/index.ts';
import {
  CircuitBreakerHealthIndicator,
  CircuitBreakerModule,
  CircuitBreakerRegistry,
  CircuitOpenFilter,
  classifyUpstream,
  getCircuitBreakerToken,
  InjectCircuitBreaker,
  UseCircuitBreaker,
} from '../../src/nestjs/index.ts';

const [, , adapter = 'express', terminus = '12'] = process.argv;
let held = 0;
function holds(got: unknown, wanted: unknown): void {
  deepStrictEqual(got, wanted);
  held++;
}

// --- time by hand ---

let now = 1_000_000;
const timers = new Set<object>();
const scheduler = {
  now: () => now,
  schedule() {
    const timer = {};
    timers.add(timer);
    return new Subscription(() => timers.delete(timer));
  },
};

// --- the other service ---

let sick = false;
const where = { http: 0, tcp: 0 };

@Controller()
class WarehouseController {
  @Get('stock/:item')
  stock(@Param('item') item: string): { left: number } {
    if (sick) throw new HttpException('sick', 500);
    if (item !== 'tea') throw new HttpException('none', 404);
    return { left: 7 };
  }

  @MessagePattern('price')
  price(item: string): number {
    if (sick) throw new Error('sick');
    return item.length;
  }
}

@Module({ controllers: [WarehouseController] })
class WarehouseModule {}

// --- the service with circuit breakers ---

@Injectable()
class ShopService {
  constructor(
    private readonly http: HttpService,
    @Inject('PRICES') private readonly prices: ClientProxy,
    @InjectCircuitBreaker('stock') private readonly stock: CircuitBreaker,
    @InjectCircuitBreaker('prices') private readonly pricing: CircuitBreaker,
  ) {}

  left(item: string): Observable<number> {
    return this.http.get<{ left: number }>(`http://127.0.0.1:${where.http}/stock/${item}`).pipe(
      map(({ data }) => data.left),
      this.stock,
    );
  }

  price(item: string): Observable<number> {
    return this.prices.send<number>('price', item).pipe(this.pricing);
  }

  @UseCircuitBreaker('ledger')
  async post(entry: string): Promise<string> {
    if (sick) throw new Error('sick');
    return entry;
  }
}

@Controller()
class ShopController {
  constructor(private readonly shop: ShopService) {}

  @Get('left/:item')
  @MessagePattern('left')
  left(@Param('item') item: string): Observable<number> {
    return this.shop.left(item);
  }

  @Get('price/:item')
  price(@Param('item') item: string): Observable<number> {
    return this.shop.price(item);
  }
}

const features = CircuitBreakerModule.forFeature('stock', 'ledger', {
  name: 'prices',
  retryTimeout: 7_000,
});

@Module({
  imports: [
    HttpModule,
    TerminusModule,
    CircuitBreakerModule.forRootAsync({
      useFactory: async () => ({ scheduler, consecutiveFailureThreshold: 2, retryTimeout: 4_200 }),
    }),
    features,
  ],
  controllers: [ShopController],
  providers: [
    ShopService,
    { provide: APP_FILTER, useClass: CircuitOpenFilter },
    {
      provide: 'PRICES',
      useFactory: () => ClientProxyFactory.create(tcp(where.tcp)),
    },
  ],
})
class ShopModule {}

function tcp(port: number): { transport: Transport.TCP; options: { host: string; port: number } } {
  return { transport: Transport.TCP, options: { host: '127.0.0.1', port } };
}

const logged: string[] = [];
const note = (message: unknown, context: unknown): void => {
  if (context === 'CircuitBreaker') logged.push(String(message));
};
const logger: LoggerService = { log: note, warn: note, error() {} };

async function start(
  module: typeof ShopModule | typeof WarehouseModule,
): Promise<INestApplication> {
  // its two faces differ in what they call their request
  const http = (
    adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter()
  ) as ExpressAdapter;
  const app = await NestFactory.create(module, http, { logger, abortOnError: false });
  const port = await freePort();
  app.connectMicroservice<MicroserviceOptions>(tcp(port), { inheritAppConfig: true });
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  where.tcp = port;
  return app;
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

function portOf(app: INestApplication): number {
  return ((app.getHttpServer() as Server).address() as AddressInfo).port;
}

async function main(): Promise<void> {
  const warehouse = await start(WarehouseModule);
  where.http = portOf(warehouse);
  const shop = await start(ShopModule);
  const client = ClientProxyFactory.create(tcp(where.tcp));
  const url = `http://127.0.0.1:${portOf(shop)}`;
  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`);
    return [response.status, response.headers.get('Retry-After'), await response.text()] as const;
  };
  const circuits = shop.get(CircuitBreakerRegistry);
  const states = (): string =>
    [...circuits]
      .map(([name, { state }]) => `${name} ${state}`)
      .sort()
      .join();
  const service = shop.get(ShopService);
  const health = () => {
    const indicator = shop.get(CircuitBreakerHealthIndicator);
    return shop.get(HealthCheckService).check([() => indicator.check('circuits')]);
  };

  holds(await get('/left/tea'), [200, null, '7']);
  holds((await get('/price/tea'))[2], '3');
  holds(await service.post('a'), 'a');
  holds((await health()).status, 'ok');
  for (let i = 0; i < 12; i++) await get('/left/unicorns');
  holds(states(), 'ledger closed,prices closed,stock closed');

  sick = true;
  for (let i = 0; i < 2; i++) {
    holds([(await get('/left/tea'))[0], (await get('/price/tea'))[0]], [500, 500]);
    await rejects(service.post('a'), /sick/);
  }
  holds(states(), 'ledger open,prices open,stock open');
  const [status, after, body] = await get('/left/tea');
  holds([status, after], [503, '5']);
  holds(JSON.parse(body).code, 'ECIRCUITOPEN');
  holds((await get('/price/tea')).slice(0, 2), [503, '7']);
  await rejects(service.post('a'), isCircuitOpenError);
  const refused = await lastValueFrom(client.send('left', 'tea')).catch((error: unknown) => error);
  holds(refused, {
    status: 'error',
    statusCode: 503,
    message: 'Service Unavailable',
    code: 'ECIRCUITOPEN',
    retryAfter: 4_200,
  });
  holds(classifyUpstream(refused, 'half-open'), 'failure');

  const degraded = terminus === '12' ? 'degraded' : 'up';
  const { info } = await health();
  holds(info?.['circuits']?.status, degraded);
  const down = shop
    .get(HealthCheckService)
    .check([() => shop.get(CircuitBreakerHealthIndicator).check('circuits', { whenOpen: 'down' })]);
  await rejects(down, (error: HttpException) => error.getStatus() === 503);

  now += 7_000;
  sick = false;
  holds((await get('/left/tea'))[2], '7');
  holds((await get('/price/tea'))[2], '3');
  holds(await service.post('b'), 'b');
  holds(states(), 'ledger closed,prices closed,stock closed');
  holds(logged.map((line) => line.replace(/ \(.*/, '')).sort(), [
    'ledger: closed -> open for 4200 ms',
    'ledger: half-open -> closed',
    'ledger: open -> half-open',
    'prices: closed -> open for 7000 ms',
    'prices: half-open -> closed',
    'prices: open -> half-open',
    'stock: closed -> open for 4200 ms',
    'stock: half-open -> closed',
    'stock: open -> half-open',
  ]);

  circuits.get('stock').isolate();
  holds((await get('/left/tea')).slice(0, 2), [503, null]);
  circuits.get('prices').acquire().failure();
  circuits.get('prices').acquire().failure();
  holds(timers.size, 1);
  client.close();
  shop.get<ClientProxy>('PRICES').close();
  await shop.close();
  await warehouse.close();
  holds(timers.size, 0);

  const fake = circuitBreaker({ name: 'fake' });
  const testing = await Test.createTestingModule({ imports: [ShopModule] })
    .overrideProvider(getCircuitBreakerToken('ledger'))
    .useValue(fake)
    .compile();
  await testing.get(ShopService).post('a');
  holds(fake.snapshot().counts.successes, 1);
  await testing.close();

  const lonely = Test.createTestingModule({ imports: [features] }).compile();
  await rejects(lonely, /CircuitBreakerModule.forRoot\(\)/);
  console.log(`${adapter}: ${held} claims hold`); // and the process ends, for nothing is left running
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1); // the services may still run
});
