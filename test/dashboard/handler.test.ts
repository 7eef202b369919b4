import { describe, expect, test, vi } from 'vitest';
import { dashboard } from '../../src/dashboard/index.ts';
import { circuitBreaker } from '../../src/index.ts';
import { fail } from '../telemetry/calls.ts';
import { Reader } from './read.ts';

const sources = { payments: circuitBreaker() };

function get(handler: (request: Request) => Promise<Response>, path = '/', init: RequestInit = {}) {
  return handler(new Request(`http://shop.example${path}`, init));
}

describe('the page', () => {
  test('is HTML that nothing keeps, that nobody frames, and that runs its own script only', async () => {
    const page = await get(dashboard(sources), '/breakers/');
    expect(page.status).toBe(200);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    });
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    const [, nonce] = /script-src 'nonce-([^']+)'/.exec(policy) ?? [];
    const html = await page.text();
    expect(html.match(/<(script|style)\b[^>]*>/g)).toEqual([
      `<style nonce="${nonce}">`,
      `<script nonce="${nonce}">`,
    ]);
  });

  test('has another nonce each time', async () => {
    const handler = dashboard(sources);
    const [one, two] = [await get(handler), await get(handler)];
    const policy = 'content-security-policy';
    expect(one.headers.get(policy)).not.toBe(two.headers.get(policy));
  });

  test('holds nothing of the breakers itself', async () => {
    expect(await (await get(dashboard(sources))).text()).not.toContain('payments');
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'cannot be asked to %s',
    async (method) => {
      const answer = await get(dashboard(sources), '/', { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('GET, HEAD');
    },
  );

  test('answers HEAD without a body, and opens no stream for it', async () => {
    const handler = dashboard(sources, { viewers: 1 });
    for (const path of ['/', '/events', '/events']) {
      const answer = await get(handler, path, { method: 'HEAD' });
      expect(answer.status).toBe(200);
      expect(answer.body).toBeNull();
    }
  });

  test.each([
    ['/breakers', './breakers/'],
    ['/admin/breakers?x=1', './breakers/?x=1'],
    ['//evil.example', './evil.example/'], // not to another host
    ['/javascript:alert(1)', './javascript:alert(1)/'],
  ])('at %s without the slash sends to %s', async (path, target) => {
    const answer = await dashboard(sources)(new Request(`http://shop.example${path}`));
    expect(answer.status).toBe(308);
    expect(answer.headers.get('location')).toBe(target);
    const url = new URL(target, `http://shop.example${path}`);
    expect(url.host).toBe('shop.example');
    expect(url.pathname).toMatch(/\/$/);
  });
});

describe('authorize', () => {
  test('is asked for the page and for the stream; false is 403', async () => {
    const authorize = vi.fn(({ headers }: Request) => headers.get('cookie') === 'me');
    const handler = dashboard(sources, { authorize });
    for (const path of ['/', '/events', '/breakers']) {
      const answer = await get(handler, path);
      expect(answer.status).toBe(403);
      expect(await answer.text()).not.toContain('payments');
    }
    expect(authorize).toHaveBeenCalledTimes(3);
    const allowed = await get(handler, '/', { headers: { cookie: 'me' } });
    expect(allowed.status).toBe(200);
  });

  test('may answer itself, and later', async () => {
    const authorize = async () =>
      new Response(null, { status: 302, headers: { location: '/login' } });
    const answer = await get(dashboard(sources, { authorize }));
    expect(answer.headers.get('location')).toBe('/login');
  });

  test.each([undefined, null, 'yes', 1])('that answers %s is no permission', async (answer) => {
    const authorize = (() => answer) as never;
    expect((await get(dashboard(sources, { authorize }))).status).toBe(403);
  });

  test('that fails fails the request', async () => {
    const authorize = () => Promise.reject(new Error('the directory is down'));
    await expect(get(dashboard(sources, { authorize }))).rejects.toThrow('the directory is down');
  });
});

describe('what leaves the process', () => {
  const options = {
    name: 'payments',
    consecutiveFailureThreshold: 3,
    retryTimeout: 5_000,
  } as const;

  test('is nothing of an error', async () => {
    const payments = circuitBreaker(options);
    const handler = dashboard({ payments });
    fail(payments, 1, new Error('password=hunter2'));
    const reader = new Reader(await get(handler, '/events'));
    fail(payments, 3, new Error('password=hunter2'));
    const change = await reader.change();
    expect(change).toMatchObject({ label: 'payments', from: 'closed', to: 'open', error: '' });
    const again = new Reader(await get(handler, '/events'));
    for (const stream of [reader, again]) {
      for (let i = 0; i < 2; i++) {
        const { data } = (await stream.next()) ?? {};
        expect(JSON.stringify(data)).not.toContain('hunter2');
      }
      await stream.leave();
    }
  });
});

test.each([
  ['no sources', undefined, {}, 'sources must be an object'],
  ['a source that is none', { payments: {} }, {}, 'sources.payments must be'],
  ['an option that is none', {}, { evry: 5 }, 'evry is no option; the options are every,'],
  [
    'too fast a page',
    {},
    { every: 50 },
    'every must be a number of milliseconds from 500 to 60000',
  ],
  ['a time that is none', {}, { every: '1s' }, 'every must be'],
  ['no viewers', {}, { viewers: 0 }, 'viewers must be a whole number from 1 on'],
  ['authorize that is none', {}, { authorize: true }, 'authorize must be a function'],
  ['a label that is none', {}, { label: 'x' }, 'label must be a function'],
  ['describeError that is none', {}, { describeError: true }, 'describeError must be a function'],
])('dashboard says what is wrong with %s', (_, given, options, message) => {
  expect(() => dashboard(given as never, options as never)).toThrow(message);
});
