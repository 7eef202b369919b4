import {
  HttpContext,
  HttpErrorResponse,
  HttpEventType,
  type HttpInterceptorFn,
} from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { retry, Subject, switchMap, tap, throwError } from 'rxjs';
import { afterEach, expect, test, vi } from 'vitest';
import {
  CIRCUIT_BYPASS,
  CIRCUIT_CLASSIFY,
  CIRCUIT_FALLBACK,
  CIRCUIT_KEY,
  CIRCUIT_PROBE,
} from '../../src/angular/index.ts';
import { circuitBreaker, circuitBreakers, isCircuitOpenError } from '../../src/index.ts';
import { app } from './app.ts';

afterEach(() => vi.restoreAllMocks());

// --- traps: each first shows that the naive version falls into it ---

test('Sent is no success: failures in a row are counted as such', () => {
  let streak = 0;
  let longest = 0;
  const naive: HttpInterceptorFn = (request, next) =>
    next(request).pipe(
      tap({
        next: () => {
          streak = 0;
        },
        error: () => {
          longest = Math.max(longest, ++streak);
        },
      }),
    );
  const { fail, breaker } = app({}, {}, { outside: [naive] });
  fail(3);
  expect(longest).toBe(1);
  expect(breaker().state).toBe('open');
});

test('the check is made at each subscription, so a retry outside is refused once it is open', () => {
  let checks = 0;
  const naive: HttpInterceptorFn = (request, next) => {
    checks++;
    return next(request);
  };
  const again: HttpInterceptorFn = (request, next) => next(request).pipe(retry(5));
  const { get, answer, backend, breaker } = app({}, {}, { outside: [again, naive] });
  const seen = get();
  for (let i = 0; i < 3; i++) answer(503);
  backend.expectNone(() => true);
  expect(checks).toBe(1);
  expect(breaker().state).toBe('open');
  expect((seen[0] as HttpErrorResponse).error.code).toBe('ECIRCUITOPEN');
});

test('a request given up by switchMap is neither success nor failure, and gives a probe its place back', () => {
  let naiveSuccesses = 0;
  const naive: HttpInterceptorFn = (request, next) =>
    next(request).pipe(tap({ next: () => naiveSuccesses++ }));
  const { http, time, fail, breaker, backend } = app({}, {}, { outside: [naive] });
  fail(3);
  time.pass(5_000);
  const before = naiveSuccesses;
  const terms = new Subject<string>();
  terms.pipe(switchMap((term) => http.get(`https://api.test/find?q=${term}`))).subscribe();
  terms.next('a');
  expect(breaker().snapshot().counts.inFlight).toBe(1);
  terms.next('ab'); // the only probe is given up, and its place is free for this one
  expect(naiveSuccesses).toBeGreaterThan(before);
  expect(breaker().state).toBe('half-open');
  expect(breaker().snapshot().counts).toMatchObject({ successes: 0, failures: 0, inFlight: 1 });
  for (const request of backend.match(({ urlWithParams }) => urlWithParams.endsWith('=ab'))) {
    request.flush({});
  }
  expect(breaker().state).toBe('closed');
});

test('two apps share no state, where a breaker in a module does', () => {
  const inModule = circuitBreaker({ consecutiveFailureThreshold: 3 });
  const naive: HttpInterceptorFn = (request, next) => next(request).pipe(inModule);
  const first = app({}, {}, { inside: [naive] });
  first.fail(3);
  expect(first.breaker().state).toBe('open');
  TestBed.resetTestingModule();
  const second = app({}, {});
  expect(inModule.state).toBe('open');
  expect(second.breaker().state).toBe('closed');
});

test('ids in paths make one key, not endless ones', () => {
  const naive = new Map<string, number>();
  const count: HttpInterceptorFn = (request, next) => {
    naive.set(request.url, 1);
    return next(request);
  };
  const { get, backend, breakers } = app({}, {}, { outside: [count] });
  for (let i = 0; i < 50; i++) get(`https://api.test/orders/${i}?page=${i}`);
  for (const request of backend.match(() => true)) request.flush({});
  expect(naive.size).toBe(50);
  expect([...breakers.keys()]).toEqual(['https://api.test']);
});

test('even keys with ids in them stay within the limit', () => {
  const { get, backend, breakers } = app({ maxKeys: 20 }, { key: (_, url) => url.href });
  for (let i = 0; i < 100; i++) {
    get(`https://api.test/orders/${i}`);
    for (const request of backend.match(() => true)) request.flush({});
  }
  expect(breakers.size).toBe(20);
});

// --- keys ---

test('keys are origins; a relative URL is of the document', () => {
  const { get, breakers, backend } = app();
  for (const url of ['https://a.test/1?q=1', 'http://a.test:81/', '/api', 'assets/x.json'])
    get(url);
  get('data:application/json,{}');
  backend.match(() => true);
  expect([...breakers.keys()]).toEqual(['https://a.test', 'http://a.test:81', location.origin]);
});

test('a key function gets the whole URL without its query; null passes by', () => {
  const seen: string[] = [];
  const { get, breakers, backend } = app(
    {},
    {
      key: (request, url) => {
        seen.push(url.href);
        return request.method === 'GET' ? null : 'x';
      },
    },
  );
  get('/api/orders?token=secret#top');
  backend.expectOne(() => true);
  expect(seen).toEqual([`${location.origin}/api/orders`]);
  expect(breakers.size).toBe(0);
});

// --- what counts ---

test.each([0, 408, 500, 502, 503, 504, 599])('%i is a failure', (status) => {
  const { fail, breaker } = app();
  fail(3, status);
  expect(breaker().state).toBe('open');
});

test.each([400, 401, 404, 409, 422, 429])('%i is neutral while closed', (status) => {
  const { fail, breaker } = app();
  fail(2);
  fail(5, status);
  expect(breaker().snapshot().counts).toMatchObject({ failures: 2, successes: 0, ignored: 5 });
  fail(1);
  expect(breaker().state).toBe('open');
});

test.each([
  [404, 'closed'],
  [429, 'half-open'],
  [503, 'open'],
  [200, 'closed'],
] as const)('a probe answered with %i leaves the circuit %s', (status, state) => {
  const { fail, time, get, answer, breaker } = app();
  fail(3);
  time.pass(5_000);
  get();
  answer(status);
  expect(breaker().state).toBe(state);
});

test('a timeout is a failure, an error of the app itself is not', () => {
  const named =
    (name: string): HttpInterceptorFn =>
    () =>
      throwError(() => Object.assign(new Error('x'), { name }));
  const slow = app({}, {}, { inside: [named('TimeoutError')] });
  for (let i = 0; i < 3; i++) slow.get();
  expect(slow.breaker().state).toBe('open');
  TestBed.resetTestingModule();
  const broken = app({}, {}, { inside: [named('TypeError')] });
  for (let i = 0; i < 3; i++) broken.get();
  expect(broken.breaker().snapshot().counts.ignored).toBe(3);
});

test('no answer while the browser is offline is ignored where that is asked for', () => {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  const { fail, breaker } = app({}, { ignoreOffline: true });
  fail(5, 0);
  expect(breaker().state).toBe('closed');
  fail(3, 503);
  expect(breaker().state).toBe('open');
});

test('one classifier replaces all of that', () => {
  const { fail, breaker } = app(
    {},
    { classify: (result) => (result instanceof HttpErrorResponse ? 'failure' : 'success') },
  );
  fail(3, 404);
  expect(breaker().state).toBe('open');
});

test('a classifier that throws makes a failure, and the caller is told', () => {
  const { get, answer, breaker } = app(
    {},
    {
      classify: () => {
        throw new Error('bug');
      },
    },
  );
  const seen = get();
  answer(200);
  expect((seen[0] as Error).message).toBe('bug');
  expect(breaker().snapshot().counts).toMatchObject({ failures: 1, inFlight: 0 });
});

// --- Retry-After ---

test('a 429 opens for as long as it says, where that is asked for', () => {
  const { get, answer, breaker } = app({ honourRetryAfter: true });
  get();
  answer(429);
  expect(breaker().state).toBe('closed');
  get();
  answer(429, { 'Retry-After': '20' });
  expect([breaker().state, breaker().retryAfter]).toEqual(['open', 20_000]);
});

test('what it says may be a date, and is kept within limits', () => {
  const { get, answer, breaker, time } = app({ honourRetryAfter: { min: 2_000, max: 60_000 } });
  get();
  answer(429, { 'Retry-After': new Date(time.now() + 30_000).toUTCString() });
  expect(breaker().retryAfter).toBe(30_000);
  breaker().reset();
  get();
  answer(429, { 'Retry-After': '86400' });
  expect(breaker().retryAfter).toBe(60_000);
});

test('the other rules hold beside it, and a failure may say for how long too', () => {
  const { get, fail, answer, breaker } = app({ honourRetryAfter: true });
  fail(2);
  expect(breaker().state).toBe('closed');
  get();
  answer(503, { 'Retry-After': '7' });
  expect([breaker().state, breaker().retryAfter]).toEqual(['open', 7_000]);
});

test("a rule of the app's own holds beside it", () => {
  const { get, fail, answer, breaker } = app({
    ...({ consecutiveFailureThreshold: undefined } as object), // none of those of these tests
    honourRetryAfter: true,
    tripWhen: ({ failures }) => failures >= 2,
  });
  fail(1);
  expect(breaker().state).toBe('closed');
  fail(1);
  expect(breaker().state).toBe('open');
  breaker().reset();
  get();
  answer(429, { 'Retry-After': '20' });
  expect([breaker().state, breaker().retryAfter]).toEqual(['open', 20_000]);
});

// --- refusals ---

test('a refusal is a 503 with Retry-After in whole seconds, and the reason as its error', () => {
  const { fail, time, get, backend } = app();
  fail(3);
  time.pass(700);
  const [error] = get('https://api.test/x?q=1') as [HttpErrorResponse];
  backend.expectNone(() => true);
  expect(error).toBeInstanceOf(HttpErrorResponse);
  expect([error.status, error.url]).toEqual([503, 'https://api.test/x?q=1']);
  expect(error.headers.get('Retry-After')).toBe('5');
  expect(isCircuitOpenError(error.error)).toBe(true);
  expect(error.error.cause.status).toBe(503);
});

test('a refusal may be the plain error', () => {
  const { fail, get } = app({}, { openError: 'plain' });
  fail(3);
  expect(isCircuitOpenError(get()[0])).toBe(true);
});

test('isolated says nothing of when to come back', () => {
  const { breakers, get } = app();
  breakers.isolate('https://api.test');
  const [error] = get() as [HttpErrorResponse];
  expect([error.status, error.headers.has('Retry-After')]).toEqual([503, false]);
});

test('shared breakers do not show one user what failed for another', () => {
  const shared = circuitBreakers({ consecutiveFailureThreshold: 3 });
  const first = app(shared);
  first.fail(3);
  TestBed.resetTestingModule();
  const second = app(shared);
  const [error] = second.get() as [HttpErrorResponse];
  expect(error.status).toBe(503);
  expect(error.error.cause).toBeUndefined();
});

test('scope platform is shared by apps, and by them only', () => {
  const first = app({ scope: 'platform' });
  first.fail(3);
  TestBed.resetTestingModule();
  const second = app({ scope: 'platform' });
  expect(second.breaker().state).toBe('open');
  expect((second.get()[0] as HttpErrorResponse).error.cause).toBeUndefined();
});

// --- probes ---

test('a POST meets half-open as if it were open, and takes no place', () => {
  const { http, fail, time, get, answer, breaker } = app();
  fail(3);
  time.pass(5_000);
  let refused: HttpErrorResponse | undefined;
  http.post('https://api.test/pay', {}).subscribe({ error: (error) => (refused = error) });
  expect([refused?.status, refused?.error.state]).toEqual([503, 'half-open']);
  expect(refused?.headers.get('Retry-After')).toBe('10'); // then any request may probe
  expect(breaker().snapshot().counts.inFlight).toBe(0);
  get();
  answer(200);
  expect(breaker().state).toBe('closed');
});

test('a POST may probe where it is told so, and a GET may be told not to', () => {
  const { http, fail, time, get, answer, breaker } = app();
  fail(3);
  time.pass(5_000);
  expect(get(undefined, { context: new HttpContext().set(CIRCUIT_PROBE, false) })).toHaveLength(1);
  http
    .post('https://api.test/q', {}, { context: new HttpContext().set(CIRCUIT_PROBE, true) })
    .subscribe();
  answer(200);
  expect(breaker().state).toBe('closed');
});

// --- per request ---

test('a request that passes by is not checked and not counted', () => {
  const { fail, get, answer, breaker } = app();
  fail(3);
  const seen = get(undefined, { context: new HttpContext().set(CIRCUIT_BYPASS, true) });
  answer(200);
  expect(seen).toEqual([{ ok: true }]);
  expect(breaker().state).toBe('open');
});

test('a request may have a key and a classifier of its own', () => {
  const { get, answer, breaker } = app({ consecutiveFailureThreshold: 1 });
  const context = new HttpContext()
    .set(CIRCUIT_KEY, 'search')
    .set(CIRCUIT_CLASSIFY, () => 'failure');
  get(undefined, { context });
  answer(200);
  expect([breaker('search').state, breaker().state]).toEqual(['open', 'closed']);
});

test('a refused request gets its fallback, a failed one does not', () => {
  const { fail, get, answer } = app();
  const context = new HttpContext().set(CIRCUIT_FALLBACK, []);
  fail(2);
  const failed = get(undefined, { context });
  answer(503);
  expect((failed[0] as HttpErrorResponse).error).toBe('no');
  expect(get(undefined, { context })).toEqual([[]]);
});

// --- the stream ---

test('all events pass as they came, and the call has succeeded at the response', () => {
  const { http, backend, breaker } = app();
  const types: HttpEventType[] = [];
  http.get('https://api.test/x', { observe: 'events', reportProgress: true }).subscribe((event) => {
    types.push(event.type);
    if (event.type !== HttpEventType.Response) expect(breaker().snapshot().counts.inFlight).toBe(1);
    else expect(breaker().snapshot().counts).toMatchObject({ successes: 1, inFlight: 0 });
  });
  const request = backend.expectOne(() => true);
  request.event({ type: HttpEventType.DownloadProgress, loaded: 1 });
  request.flush({});
  expect(types).toEqual([
    HttpEventType.Sent,
    HttpEventType.DownloadProgress,
    HttpEventType.Response,
  ]);
});

test('a request that nobody subscribes to is no call', () => {
  const { http, breakers } = app();
  http.get('https://api.test/x');
  expect(breakers.size).toBe(0);
});

test.each([
  [{ key: 1 }, 'key must be a function, got 1'],
  [{ openError: 'x' }, "openError must be 'http' or 'plain', got \"x\""],
  [{ ignoreOffline: 1 }, 'ignoreOffline must be a boolean, got 1'],
  [{ keys: () => null }, 'unknown option "keys"'],
])('tells at once that %j is wrong', (options, message) => {
  expect(() => app({}, options as never)).toThrow(message);
});
