import { type CircuitSource, sourcesOf } from '../telemetry/sources.js';
import { Board } from './board.js';
import { page, policy } from './page.js';
import { type DashboardOptions, settingsOf } from './settings.js';

/**
 * A handler of the Web standard: answers a `Request` with a `Response`.
 *
 * @example
 * ```ts
 * const handler: Handler = dashboard({ payments });
 * const page = await handler(new Request('http://localhost/'));
 * console.log(page.status); // 200
 * ```
 */
export type Handler = (request: Request) => Promise<Response>;

/**
 * Makes a live page about breakers and groups of breakers, as a handler of the Web standard. Hono, Deno, Bun and
 * Workers take the handler directly, `node:http`, Express and Fastify by `toNode`.
 *
 * The page shows the state of each breaker and the rest of the open time, the calls of the last minute, calls in
 * flight, and each change with the reason; breakers that are not closed come first. The page shows one process and
 * keeps no history: use Prometheus or OpenTelemetry for that.
 *
 * The page only reads. Errors stay in the process, unless `describeError` puts them into words. While no page is
 * open, the dashboard has no subscription and no timer. Serve the page behind your login, or give `authorize`.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { circuitBreaker, circuitBreakers } from 'rxjs-circuit-breaker';
 * import { dashboard, toNode } from 'rxjs-circuit-breaker/dashboard';
 *
 * const payments = circuitBreaker({ name: 'payments' });
 * const hosts = circuitBreakers();
 * const server = createServer(toNode(dashboard({ payments, hosts })));
 * ```
 *
 * @param sources Breakers and groups by name.
 * @throws TypeError or RangeError naming the argument.
 */
export function dashboard(
  sources: Readonly<Record<string, CircuitSource>>,
  options: DashboardOptions = {},
): Handler {
  const settings = settingsOf(options);
  const board = new Board(sourcesOf(sources), settings);
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return answer(405, 'This page can only be read.', { allow: 'GET, HEAD' });
    }
    const allowed = await settings.authorize(request);
    if (typeof allowed === 'object' && allowed !== null) return allowed;
    if (allowed !== true) return answer(403, 'You may not see this page.');
    const { pathname, search } = new URL(request.url);
    const place = pathname.slice(pathname.lastIndexOf('/') + 1);
    if (place === '') return show(request);
    // relative, so that the address holds behind a proxy too
    if (place !== 'events') return answer(308, '', { location: `./${place}/${search}` });
    if (board.isFull) return answer(503, 'Too many pages are open.', { 'retry-after': '5' });
    return stream(request, board);
  };
}

const safe = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

function answer(status: number, text: string, headers: Record<string, string> = {}): Response {
  const type = { 'content-type': 'text/plain; charset=utf-8' };
  return new Response(text || null, { status, headers: { ...safe, ...type, ...headers } });
}

function show({ method }: Request): Response {
  const nonce = crypto.randomUUID();
  const headers = {
    ...safe,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy(nonce),
    'x-frame-options': 'DENY',
  };
  return new Response(method === 'HEAD' ? null : page(nonce), { headers });
}

function stream({ method, headers: asked }: Request, board: Board): Response {
  const lastChange = Number(asked.get('last-event-id') ?? 0) || 0;
  const headers = {
    ...safe,
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no', // nginx would hold the stream back
  };
  return new Response(method === 'HEAD' ? null : board.open(lastChange), { headers });
}
