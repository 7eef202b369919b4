import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import { TimeoutError, throwError } from 'rxjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CircuitBreakerOptions,
  CircuitOpenError,
  circuitBreaker,
  classifyHttpError,
  classifyHttpResponse,
  httpStatusOf,
} from '../../src/index.ts';

const error = (fields: object, message = 'x'): Error => Object.assign(new Error(message), fields);

describe('the status of an error', () => {
  test.each([
    ['status', { status: 404 }],
    ['statusCode', { statusCode: 404 }],
    ['response.status', { response: { status: 404 } }],
    ['response.statusCode', { response: { statusCode: 404 } }],
    ['$metadata.httpStatusCode', { $metadata: { httpStatusCode: 404 } }],
    ['cause', { cause: new Response(null, { status: 404 }) }],
    ['the fifth error of a chain', { cause: { cause: { cause: { cause: { status: 404 } } } } }],
  ])('is found in %s', (_, fields) => {
    expect(httpStatusOf(error(fields))).toBe(404);
  });

  test('is the one nearest to the caller', () => {
    expect(httpStatusOf(error({ status: 503, cause: { status: 404 } }))).toBe(503);
    expect(httpStatusOf(error({ response: { status: 503 }, cause: { status: 404 } }))).toBe(503);
  });

  test.each([
    ['a word', { status: 'error' }],
    ['an exit code', { status: 1 }],
    ['below three digits', { status: 99 }],
    ['above three digits', { status: 1_000 }],
    ['a fraction', { status: 404.5 }],
    ['NaN', { status: Number.NaN }],
    ['missing', {}],
    [
      'in the sixth error of a chain',
      { cause: { cause: { cause: { cause: { cause: { status: 404 } } } } } },
    ],
  ])('is undefined where it is %s', (_, fields) => {
    expect(httpStatusOf(error(fields))).toBeUndefined();
  });

  test.each([undefined, null, 'text', 404, Symbol('x')])('is undefined for %s', (value) => {
    expect(httpStatusOf(value)).toBeUndefined();
  });

  test('is looked for in a circle of causes once', () => {
    const circle = error({});
    circle.cause = circle;
    expect(httpStatusOf(circle)).toBeUndefined();
  });

  test('0 is no answer, 100 and 999 are statuses', () => {
    expect([0, 100, 999].map((status) => httpStatusOf(error({ status })))).toEqual([0, 100, 999]);
  });
});

describe('an error with a status', () => {
  // both sides of every boundary
  test.each([
    [0, 'failure', 'failure'],
    [100, 'ignored', 'ignored'],
    [200, 'ignored', 'ignored'],
    [299, 'ignored', 'ignored'],
    [300, 'success', 'success'],
    [304, 'success', 'success'],
    [399, 'success', 'success'],
    [400, 'ignored', 'success'],
    [401, 'ignored', 'success'],
    [404, 'ignored', 'success'],
    [407, 'ignored', 'success'],
    [408, 'failure', 'failure'],
    [409, 'ignored', 'success'],
    [428, 'ignored', 'success'],
    [429, 'ignored', 'ignored'],
    [430, 'ignored', 'success'],
    [499, 'ignored', 'success'],
    [500, 'failure', 'failure'],
    [503, 'failure', 'failure'],
    [599, 'failure', 'failure'],
    [999, 'failure', 'failure'],
  ])('of %i is judged %s while closed and %s in half-open', (status, closed, halfOpen) => {
    expect(classifyHttpError(error({ status }), 'closed')).toBe(closed);
    expect(classifyHttpError(error({ status }), 'disabled')).toBe(closed);
    expect(classifyHttpError(error({ status }), 'half-open')).toBe(halfOpen);
  });

  test('is judged by the status before anything else', () => {
    expect(classifyHttpError(error({ status: 404, code: 'ECONNRESET' }), 'closed')).toBe('ignored');
    expect(classifyHttpError(error({ status: 503, name: 'AbortError' }), 'closed')).toBe('failure');
  });
});

describe('an error without a status', () => {
  test.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ECONNABORTED',
    'ETIMEDOUT',
    'ESOCKETTIMEDOUT',
    'EHOSTUNREACH',
    'EHOSTDOWN',
    'ENETUNREACH',
    'ENETDOWN',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EPIPE',
    'EPROTO',
    'ERR_NETWORK',
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_HEADERS_TIMEOUT',
    'UND_ERR_BODY_TIMEOUT',
    'UND_ERR_SOCKET',
  ])('with the code %s is a failure, also as the cause of a TypeError', (code) => {
    const cause = error({ code });
    // as a TypeError it would be a bug of the app, if nothing knew the code
    expect(classifyHttpError(new TypeError('x', { cause }), 'closed')).toBe('failure');
    expect(classifyHttpError(cause, 'half-open')).toBe('failure');
  });

  test.each([
    'ABORT_ERR',
    'ERR_CANCELED',
    'ERR_INVALID_URL',
    'ERR_BAD_OPTION',
    'ERR_BAD_OPTION_VALUE',
    'UND_ERR_ABORTED',
    'UND_ERR_INVALID_ARG',
    'UND_ERR_NOT_SUPPORTED',
    'UND_ERR_CLOSED',
    'UND_ERR_DESTROYED',
  ])('with the code %s is the doing of the caller, and ignored', (code) => {
    expect(classifyHttpError(error({ code }), 'closed')).toBe('ignored');
    expect(classifyHttpError(error({ code }), 'half-open')).toBe('ignored');
  });

  test.each([
    'fetch failed',
    'terminated',
    'Failed to fetch',
    'Failed to fetch (api.example)',
    'network error',
    'NetworkError when attempting to fetch resource.',
    'Load failed',
    'The Internet connection appears to be offline.',
    'Network request failed',
    'Network connection lost.',
  ])('that fetch words "%s" is a failure', (message) => {
    expect(classifyHttpError(new TypeError(message), 'closed')).toBe('failure');
  });

  test.each(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'URIError', 'EvalError'])(
    'of the name %s is a bug of the app, and ignored',
    (name) => {
      const bug = error({ name }, "Cannot read properties of undefined (reading 'id')");
      expect(classifyHttpError(bug, 'closed')).toBe('ignored');
      expect(classifyHttpError(bug, 'half-open')).toBe('ignored');
    },
  );

  test('that is a timeout is a failure, also under an AbortError', () => {
    expect(classifyHttpError(new TimeoutError(), 'closed')).toBe('failure');
    const timeout = new DOMException('x', 'TimeoutError');
    expect(classifyHttpError(timeout, 'closed')).toBe('failure');
    expect(classifyHttpError(error({ name: 'AbortError', cause: timeout }), 'closed')).toBe(
      'failure',
    );
  });

  test('of a caller that gave up is ignored', () => {
    expect(classifyHttpError(new DOMException('x', 'AbortError'), 'half-open')).toBe('ignored');
  });

  test('of a caller that gave up is ignored, whatever its words are', () => {
    expect(classifyHttpError(new DOMException('terminated', 'AbortError'), 'closed')).toBe(
      'ignored',
    );
  });

  test('that refuses a call of another breaker is ignored, also as a cause', () => {
    const refusal = new CircuitOpenError('other', 'open', 1_000, error({ status: 503 }));
    expect(classifyHttpError(refusal, 'closed')).toBe('ignored');
    expect(classifyHttpError(new Error('x', { cause: refusal }), 'half-open')).toBe('ignored');
  });

  test.each([[new Error('x')], [error({ code: '23505' })], ['text'], [undefined], [{}]])(
    'that nobody knows (%s) is a failure, as without a classifier',
    (unknown) => {
      expect(classifyHttpError(unknown, 'closed')).toBe('failure');
    },
  );
});

describe('a value', () => {
  const answer = (status: number): object => ({ status, headers: {} });

  test.each([
    [200, 'success', 'success'],
    [304, 'success', 'success'],
    [399, 'success', 'success'],
    [400, 'undecided', 'success'],
    [404, 'undecided', 'success'],
    [408, 'failure', 'failure'],
    [429, 'undecided', 'undecided'],
    [499, 'undecided', 'success'],
    [500, 'failure', 'failure'],
    [503, 'failure', 'failure'],
  ])(
    'of the status %i is judged %s while closed and %s in half-open',
    (status, closed, halfOpen) => {
      expect(classifyHttpResponse(new Response(null, { status }), 'closed')).toBe(closed);
      expect(classifyHttpResponse(answer(status), 'half-open')).toBe(halfOpen);
      expect(classifyHttpResponse({ statusCode: status, headers: {} }, 'closed')).toBe(closed);
    },
  );

  test('of status 0 is a failure where fetch says error, and a success where it hides the status', () => {
    expect(classifyHttpResponse(Response.error(), 'closed')).toBe('failure');
    expect(classifyHttpResponse({ ...answer(0), type: 'opaque' }, 'closed')).toBe('success');
  });

  test.each([
    [undefined],
    [null],
    ['text'],
    [{ status: 503 }],
    [{ status: 503, headers: 'x' }],
    [{ headers: {} }],
  ])('that is no HTTP answer (%j) is a success', (value) => {
    expect(classifyHttpResponse(value, 'closed')).toBe('success');
  });
});

describe('against a real server', () => {
  let server: Server;
  let url: string;
  /** A port that nobody listens on. */
  let nobody: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const status = Number(request.url?.slice(1));
      if (status === 0) request.socket.destroy();
      else if (status > 0) response.writeHead(status).end();
    });
    const gone = createServer();
    for (const each of [server, gone]) {
      await new Promise<void>((listening) => each.listen(0, '127.0.0.1', listening));
    }
    const address = (of: Server): string =>
      `http://127.0.0.1:${(of.address() as AddressInfo).port}`;
    [url, nobody] = [address(server), address(gone)];
    await new Promise((closed) => gone.close(closed));
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const clients: Record<string, (url: string, signal?: AbortSignal) => Promise<unknown>> = {
    fetch: async (url, signal) => {
      const response = await fetch(url, signal ? { signal } : {});
      if (!response.ok) throw new Error(`HTTP ${response.status}`, { cause: response });
    },
    axios: (url, signal) => axios.get(url, signal ? { signal } : {}),
  };

  describe.each(Object.entries(clients))('%s', (_, get) => {
    const verdict = async (...call: Parameters<typeof get>): Promise<string> => {
      const told = await get(...call).catch((error: unknown) => error);
      expect(told).toBeInstanceOf(Error);
      return classifyHttpError(told, 'closed');
    };

    test('fails where nobody listens, where the connection breaks, and for 503', async () => {
      expect(await verdict(nobody)).toBe('failure');
      expect(await verdict(`${url}/0`)).toBe('failure');
      expect(await verdict(`${url}/503`)).toBe('failure');
    });

    test('is ignored for 404, 429, an invalid URL and a caller that gave up', async () => {
      expect(await verdict(`${url}/404`)).toBe('ignored');
      expect(await verdict(`${url}/429`)).toBe('ignored');
      expect(await verdict('http://[')).toBe('ignored');
      expect(await verdict(url, AbortSignal.abort())).toBe('ignored');
    });
  });

  test('fails by a timeout', async () => {
    const signal = AbortSignal.timeout(1);
    const told = await fetch(`${url}/-1`, { signal }).catch((error: unknown) => error);
    expect(classifyHttpError(told, 'closed')).toBe('failure');
    const slow = await axios.get(`${url}/-1`, { timeout: 1 }).catch((error: unknown) => error);
    expect(classifyHttpError(slow, 'closed')).toBe('failure');
  });
});

describe('a breaker that judges by it', () => {
  const options: CircuitBreakerOptions = {
    classifyError: classifyHttpError,
    classifyValue: classifyHttpResponse,
    consecutiveFailureThreshold: 3,
  };

  test('stays closed under twelve 404s, and opens under three 503s', () => {
    const breaker = circuitBreaker(options);
    const answer = (status: number): void => {
      throwError(() => error({ status }))
        .pipe(breaker)
        .subscribe({ error: () => {} });
    };
    for (let i = 0; i < 12; i++) answer(404);
    expect(breaker.state).toBe('closed');
    for (let i = 0; i < 3; i++) answer(503);
    expect(breaker.state).toBe('open');
  });

  test('opens under three answers of 503 that fetch hands out as values', async () => {
    const breaker = circuitBreaker(options);
    const answer = (status: number) => breaker.execute(() => new Response(null, { status }));
    for (let i = 0; i < 12; i++) await answer(404);
    expect(breaker.state).toBe('closed');
    for (let i = 0; i < 3; i++) await answer(503);
    expect(breaker.state).toBe('open');
  });
});

test('a code that is no text is no code', () => {
  const code = {
    toString: () => {
      throw new Error('a hostile code');
    },
  };
  expect(classifyHttpError({ code }, 'closed')).toBe('failure');
});

test('a bug of the app with a code of its own is ignored', () => {
  const bug = Object.assign(new TypeError('x'), { code: 'ERR_INVALID_ARG_TYPE' });
  expect(classifyHttpError(bug, 'closed')).toBe('ignored');
});
