import 'reflect-metadata';
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  type INestApplication,
  Module,
  NotFoundException,
  type Type,
} from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { Args, GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { lastValueFrom, type Observable, throwError } from 'rxjs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type CircuitBreaker, CircuitOpenError } from '../../src/index.ts';
import {
  CircuitBreakerModule,
  CircuitBreakerRegistry,
  CircuitOpenFilter,
  classifyUpstream,
  InjectCircuitBreaker,
} from '../../src/nestjs/index.ts';
import { Time } from '../rxjs/handTime.ts';

const time = new Time();
const secret = new Error('password: hunter2');

@Controller()
class Shop {
  constructor(@InjectCircuitBreaker('stock') private readonly stock: CircuitBreaker) {}

  @Get('stock')
  @MessagePattern('stock')
  left(): Observable<number> {
    return throwError(() => secret).pipe(this.stock);
  }

  @Get('missing')
  missing(): never {
    throw new NotFoundException();
  }
}

@Resolver()
class StockResolver {
  constructor(@InjectCircuitBreaker('stock') private readonly stock: CircuitBreaker) {}

  @Query(() => String)
  left(@Args('id') _id: string): Observable<string> {
    return throwError(() => secret).pipe(this.stock);
  }
}

/** An app's own filter for all that is left. */
@Catch()
class Everything implements ExceptionFilter {
  catch(_: unknown, host: ArgumentsHost): void {
    host.switchToHttp().getResponse().status(418).send({ own: true });
  }
}

@Module({
  imports: [
    CircuitBreakerModule.forRoot({
      logging: false,
      scheduler: time,
      consecutiveFailureThreshold: 1,
      retryTimeout: 4_200,
    }),
    CircuitBreakerModule.forFeature('stock'),
  ],
  controllers: [Shop],
  providers: [{ provide: APP_FILTER, useClass: CircuitOpenFilter }],
})
class AppModule {}

@Module({
  imports: [
    AppModule,
    CircuitBreakerModule.forFeature('stock'),
    GraphQLModule.forRoot<MercuriusDriverConfig>({
      driver: MercuriusDriver,
      autoSchemaFile: true,
      graphiql: false,
    }),
  ],
  providers: [StockResolver],
})
class GraphModule {}

let app: INestApplication;
afterEach(() => app?.close());

const adapters = {
  Express: () => new ExpressAdapter(),
  Fastify: () => new FastifyAdapter(),
};

async function listen(module: Type, adapter: keyof typeof adapters): Promise<string> {
  // its two faces differ in what they call their request
  const http = adapters[adapter]() as ExpressAdapter;
  app = await NestFactory.create(module, http, { logger: false });
  await app.listen(0, '127.0.0.1');
  return (await app.getUrl()).replace('[::1]', '127.0.0.1');
}

const breaker = (): CircuitBreaker => app.get(CircuitBreakerRegistry).get('stock');

describe.each(Object.keys(adapters) as (keyof typeof adapters)[])('HTTP on %s', (adapter) => {
  test('a refusal is answered with 503 and Retry-After, and tells nothing of the failure', async () => {
    const url = await listen(AppModule, adapter);
    expect((await fetch(`${url}/stock`)).status, 'the failure itself').toBe(500);
    const refused = await fetch(`${url}/stock`);
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '5']);
    expect(refused.headers.get('Content-Type')).toContain('application/json');
    const body = await refused.text();
    expect(JSON.parse(body)).toEqual({
      statusCode: 503,
      message: 'Service Unavailable',
      code: 'ECIRCUITOPEN',
      retryAfter: 4_200,
    });
    time.pass(4_199.5);
    const soon = await fetch(`${url}/stock`);
    expect([soon.status, soon.headers.get('Retry-After')], 'never 0').toEqual([503, '1']);
  });

  test('a refusal by an isolated breaker has no Retry-After', async () => {
    const url = await listen(AppModule, adapter);
    breaker().isolate();
    const refused = await fetch(`${url}/stock`);
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, null]);
    expect(await refused.json()).toMatchObject({ code: 'ECIRCUITOPEN', retryAfter: null });
  });

  test('all other errors go to the other filters', async () => {
    const url = await listen(AppModule, adapter);
    expect((await fetch(`${url}/missing`)).status).toBe(404);
    app.useGlobalFilters(new Everything());
    expect((await fetch(`${url}/stock`)).status).toBe(500);
  });

  test('the filter stands beside a filter for everything, and needs nothing of the container', async () => {
    @Module({
      imports: [
        CircuitBreakerModule.forRoot({ logging: false, scheduler: time }),
        CircuitBreakerModule.forFeature('stock'),
      ],
      controllers: [Shop],
    })
    class Plain {}
    app = await NestFactory.create(Plain, adapters[adapter]() as ExpressAdapter, { logger: false });
    app.useGlobalFilters(new Everything(), new CircuitOpenFilter());
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    breaker().isolate();
    expect((await fetch(`${url}/stock`)).status).toBe(503);
    expect((await fetch(`${url}/missing`)).status).toBe(418);
  });
});

test.each([true, false])(
  'a microservice tells its refusals in a hybrid app (inheritAppConfig: %s)',
  async (inheritAppConfig) => {
    app = await NestFactory.create(AppModule, { logger: false });
    const options = { host: '127.0.0.1', port: 0 };
    const service = app.connectMicroservice(
      { transport: Transport.TCP, options },
      { inheritAppConfig },
    );
    await app.startAllMicroservices();
    const { port } = service.unwrap<import('node:net').Server>().address() as { port: number };
    const client = ClientProxyFactory.create({
      transport: Transport.TCP,
      options: { ...options, port },
    });
    const ask = () => lastValueFrom(client.send('stock', {})).catch((error: unknown) => error);
    const failed = await ask();
    expect(failed).toEqual({ status: 'error', message: 'Internal server error' });
    expect(classifyUpstream(failed, 'half-open')).toBe('failure');
    const refused = await ask();
    if (inheritAppConfig) {
      expect(refused).toEqual({
        status: 'error',
        statusCode: 503,
        message: 'Service Unavailable',
        code: 'ECIRCUITOPEN',
        retryAfter: 4_200,
      });
      expect(classifyUpstream(refused, 'half-open')).toBe('failure');
    } else {
      expect(refused, 'as Nest has it: global filters are left out').toEqual(failed);
    }
    client.close();
  },
);

test('GraphQL gets an error with extensions', async () => {
  const url = await listen(GraphModule, 'Fastify');
  const ask = async () => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: '{ left(id: "7") }' }),
    });
    return (await response.json()).errors;
  };
  expect(await ask()).toMatchObject([{ message: secret.message }]);
  const refused = await ask();
  expect(refused).toMatchObject([
    {
      message: 'Service Unavailable',
      path: ['left'],
      extensions: { code: 'ECIRCUITOPEN', retryAfter: 4_200 },
    },
  ]);
  expect(JSON.stringify(refused)).not.toContain('hunter2');
});

// --- hosts that are not started here ---

const refusal = new CircuitOpenError('stock', 'open', 4_200, secret);
const host = (type: string, ...args: unknown[]) =>
  ({ getType: () => type, getArgByIndex: (at: number) => args[at] }) as unknown as ArgumentsHost;

test('gRPC gets the code UNAVAILABLE', () => {
  let told: unknown;
  const metadata = { getMap: () => ({}) };
  const answer = new CircuitOpenFilter().catch(refusal, host('rpc', {}, metadata));
  (answer as Observable<never>).subscribe({ error: (error) => (told = error) });
  expect(told).toEqual({
    code: 14,
    message: 'Service Unavailable',
    details: 'Service Unavailable',
  });
});

test('a WebSocket client gets an exception event', () => {
  const emit = vi.fn();
  new CircuitOpenFilter().catch(refusal, host('ws', { emit }, {}));
  expect(emit).toHaveBeenCalledWith(
    'exception',
    expect.objectContaining({ status: 'error', code: 'ECIRCUITOPEN', retryAfter: 4_200 }),
  );
});

test('a kind of host that nobody knows gets the refusal itself', () => {
  expect(() => new CircuitOpenFilter().catch(refusal, host('telegraf'))).toThrow(refusal);
});

test.each([
  ['Express', { headersSent: true, end: vi.fn() }],
  ['Fastify', { raw: { headersSent: true, end: vi.fn() } }],
])('an answer of %s that has begun is ended, for nothing more can be told', (_, response) => {
  new CircuitOpenFilter().catch(refusal, host('http', {}, response));
  const { end } = 'raw' in response ? response.raw : response;
  expect(end).toHaveBeenCalledOnce();
});

test('a refusal of another copy of the library is known by its brand', () => {
  const [kind] = Reflect.getMetadata('__filterCatchExceptions__', CircuitOpenFilter);
  expect([refusal instanceof kind, secret instanceof kind]).toEqual([true, false]);
  const brand = Symbol.for('rxjs-circuit-breaker/CircuitOpenError');
  expect({ [brand]: true } instanceof kind).toBe(true);
});
