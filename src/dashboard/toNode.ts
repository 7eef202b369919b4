import type { Handler } from './dashboard.js';

/**
 * The parts of Node's `IncomingMessage` that `toNode` reads.
 *
 * @example
 * ```ts
 * import type { IncomingMessage } from 'node:http';
 *
 * const asRequest = (message: IncomingMessage): NodeRequest => message;
 * ```
 */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The whole url; a router of Express cuts the beginning off `url`. */
  readonly originalUrl?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * The parts of Node's `ServerResponse` that `toNode` uses.
 *
 * @example
 * ```ts
 * import type { ServerResponse } from 'node:http';
 *
 * const asResponse = (response: ServerResponse): NodeResponse => response;
 * ```
 */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  setHeader(name: string, value: string | string[]): unknown;
  flushHeaders(): void;
  write(chunk: Uint8Array): boolean;
  end(): unknown;
  once(event: string, listener: () => void): unknown;
  readonly destroyed: boolean;
}

/**
 * Adapts a handler of the Web standard to Node: to `node:http`, to Express by `app.use`, to Fastify by the raw request
 * and response. An error of the handler goes to Express's `next`; without `next` the error is logged and the answer
 * is 500.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { dashboard, toNode } from 'rxjs-circuit-breaker/dashboard';
 *
 * const handler = toNode(dashboard({}));
 * const server = createServer(handler);
 * ```
 */
export function toNode(
  handler: Handler,
): (
  request: NodeRequest,
  response: NodeResponse,
  next?: (error: unknown) => void,
) => Promise<void> {
  return async (request, response, next) => {
    try {
      await send(await answerOf(handler, request), response);
    } catch (error) {
      if (typeof next === 'function') {
        next(error);
        return;
      }
      console.error(error); // for the log only: errors may hold secrets
      if (!response.headersSent) response.statusCode = 500;
      response.end();
    }
  };
}

async function answerOf(handler: Handler, request: NodeRequest): Promise<Response> {
  // `new Request` refuses these methods
  if (/^(connect|trace|track)$/i.test(request.method ?? '')) {
    return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } });
  }
  return handler(toRequest(request));
}

function toRequest({
  method = 'GET',
  url = '/',
  originalUrl = url,
  headers,
}: NodeRequest): Request {
  const copied = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':')) continue; // pseudo-headers of HTTP/2
    for (const each of [value].flat()) copied.append(name, each);
  }
  const target = new URL(`http://localhost${originalUrl.startsWith('/') ? originalUrl : '/'}`);
  target.host = copied.get('host') ?? target.host; // the setter keeps a hostile host from becoming a path
  return new Request(target, { method, headers: copied });
}

async function send(answer: Response, response: NodeResponse): Promise<void> {
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) {
    if (name !== 'set-cookie') response.setHeader(name, value);
  }
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  const reader = answer.body?.getReader();
  if (reader) {
    response.flushHeaders();
    let isOpen = !response.destroyed;
    const closed = new Promise<void>((resolve) => {
      response.once('close', () => {
        isOpen = false;
        reader.cancel().then(resolve, resolve);
      });
    });
    if (!isOpen) await reader.cancel();
    while (isOpen) {
      const { done, value } = await reader.read();
      if (done || !isOpen) break;
      if (response.write(value)) continue;
      // a slow page: the rest waits in the stream, and the stream counts the waiting bytes
      await Promise.race([closed, new Promise<void>((resolve) => response.once('drain', resolve))]);
    }
  }
  response.end();
}
