import { createServer, request as httpRequest } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type DashboardOptions, dashboard, toNode } from '../../src/dashboard/index.ts';
import { circuitBreaker } from '../../src/index.ts';
import type { CircuitSource } from '../../src/telemetry/sources.ts';
import { fail } from '../telemetry/calls.ts';
import { Reader } from './read.ts';
import { listen, type Served } from './shop.ts';

type Sources = Record<string, CircuitSource>;
type Serve = (sources: Sources, options?: DashboardOptions) => Promise<Served>;

// each as the documentation has it
const servers: [name: string, serve: Serve][] = [
  ['node:http', (sources, options) => listen(createServer(toNode(dashboard(sources, options))))],
  [
    'Express',
    (sources, options) => {
      const app = express();
      app.use('/breakers', toNode(dashboard(sources, options)));
      return listen(createServer(app));
    },
  ],
  [
    'Fastify',
    async (sources, options) => {
      const app = fastify();
      const handler = toNode(dashboard(sources, options));
      const route = (request: { raw: unknown }, reply: { hijack(): void; raw: unknown }) => {
        reply.hijack();
        handler(request.raw as never, reply.raw as never);
      };
      app.all('/breakers', route as never);
      app.all('/breakers/*', route as never);
      await app.ready();
      return listen(app.server);
    },
  ],
  [
    'Hono',
    (sources, options) => {
      const app = new Hono();
      const handler = dashboard(sources, options);
      app.all('/breakers/*', ({ req }) => handler(req.raw));
      return listen(createServer(getRequestListener(app.fetch)));
    },
  ],
];

const trips = { consecutiveFailureThreshold: 3 } as const;

describe.each(servers)('on %s', (_, serve) => {
  let served: Served;
  afterEach(() => served.close());

  test('the page, the redirect to it and the answer to other methods are the same', async () => {
    served = await serve({ payments: circuitBreaker() });
    const page = await fetch(served.url.slice(0, -1)); // redirected
    expect(page.url).toBe(served.url);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(await page.text()).toContain('<title>Circuit breakers</title>');
    for (const method of ['POST', 'DELETE']) {
      expect((await fetch(served.url, { method })).status).toBe(405);
    }
  });

  test('the stream tells a change while it is open, and its place is free when the page has gone', async () => {
    const payments = circuitBreaker(trips);
    served = await serve({ payments }, { viewers: 1 });
    const leaving = new AbortController();
    const answer = await fetch(`${served.url}events`, { signal: leaving.signal });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const reader = new Reader(answer);
    expect((await reader.picture()).total).toBe(1);
    fail(payments, 3);
    expect(await reader.change()).toMatchObject({ label: 'payments', to: 'open' });
    expect((await fetch(`${served.url}events`)).status).toBe(503);
    leaving.abort();
    await vi.waitFor(
      async () => {
        const again = await fetch(`${served.url}events`);
        const { status } = again;
        await again.body?.cancel();
        expect(status).toBe(200);
      },
      { timeout: 20_000 },
    );
  });

  test('authorize sees the headers and the whole path, and may answer itself', async () => {
    const seen: string[] = [];
    const authorize = ({ headers, url }: Request): boolean | Response => {
      seen.push(new URL(url).pathname);
      if (headers.get('authorization') === 'Bearer me') return true;
      const answer = new Response('who are you?', { status: 401 });
      answer.headers.append('set-cookie', 'a=1');
      answer.headers.append('set-cookie', 'b=2');
      return answer;
    };
    served = await serve({}, { authorize });
    const stranger = await fetch(served.url);
    expect(stranger.status).toBe(401);
    expect(await stranger.text()).toBe('who are you?');
    expect(stranger.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    const me = await fetch(served.url, { headers: { authorization: 'Bearer me' } });
    expect(me.status).toBe(200);
    expect(seen).toEqual(['/breakers/', '/breakers/']);
  });
});

describe('toNode', () => {
  let served: Served;
  afterEach(() => served.close());

  /** A request as fetch would not send it. */
  function send(options: Parameters<typeof httpRequest>[1]): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      httpRequest(served.url, options as object, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
  }

  test('answers 405 to TRACE, of which no Request can be made', async () => {
    served = await listen(createServer(toNode(dashboard({}))));
    expect(await send({ method: 'TRACE' })).toBe(405);
  });

  test('takes a host that is none for no part of the path', async () => {
    const paths: string[] = [];
    const authorize = ({ url }: Request): boolean => paths.push(new URL(url).pathname) > 0;
    served = await listen(createServer(toNode(dashboard({}, { authorize }))));
    for (const host of ['evil/events?', 'a b', '', '[', 'x:99999']) {
      expect(await send({ headers: { host } }), host).toBe(200);
    }
    expect(new Set(paths)).toEqual(new Set(['/breakers/']));
  });

  test('answers 500 without a text where authorize fails, and logs the error', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const error = new Error('password=hunter2');
    const authorize = () => Promise.reject(error);
    served = await listen(createServer(toNode(dashboard({}, { authorize }))));
    const answer = await fetch(served.url);
    expect(answer.status).toBe(500);
    expect(await answer.text()).toBe('');
    expect(log).toHaveBeenCalledExactlyOnceWith(error);
    log.mockRestore();
  });

  test('ends the answer where its body fails, and logs the error', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const error = new Error('the file is gone');
    const body = new ReadableStream({ pull: () => Promise.reject(error) });
    served = await listen(createServer(toNode(async () => new Response(body))));
    const answer = await fetch(served.url);
    expect(await answer.text()).toBe('');
    expect(log).toHaveBeenCalledExactlyOnceWith(error);
    log.mockRestore();
  });

  test('hands the error to the framework where there is one', async () => {
    const app = express();
    const authorize = () => Promise.reject(new Error('the directory is down'));
    app.use('/breakers', toNode(dashboard({}, { authorize })));
    app.use(((error, _request, response, _next) => {
      response.status(418).send(error.message);
    }) as express.ErrorRequestHandler);
    served = await listen(createServer(app));
    const answer = await fetch(served.url);
    expect(answer.status).toBe(418);
    expect(await answer.text()).toBe('the directory is down');
  });

  test('a page that stops reading leaves the memory of the process as it is', async () => {
    const payments = circuitBreaker(trips);
    served = await listen(createServer(toNode(dashboard({ payments }, { viewers: 1 }))));
    const answer = await fetch(`${served.url}events`);
    await new Reader(answer).hello(); // and nothing more is read
    await vi.waitFor(
      async () => {
        for (let i = 0; i < 2_000; i++) payments.isolate().unsubscribe();
        const again = await fetch(`${served.url}events`);
        await again.body?.cancel();
        expect(again.status).toBe(200); // the one that does not read was hung up on
      },
      { timeout: 20_000 },
    );
  });
});
