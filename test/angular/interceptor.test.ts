import { PlatformLocation } from '@angular/common';
import {
  HttpContext,
  HttpErrorResponse,
  HttpEventType,
  type HttpInterceptorFn,
  HttpRequest,
  HttpResponse,
} from '@angular/common/http';
import { PLATFORM_ID } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import {
  config,
  EMPTY,
  forkJoin,
  Observable,
  retry,
  Subject,
  switchMap,
  takeUntil,
  tap,
  throwError,
} from 'rxjs';
import { afterEach, expect, test, vi } from 'vitest';
import {
  CIRCUIT_BYPASS,
  CIRCUIT_CLASSIFY,
  CIRCUIT_FALLBACK,
  CIRCUIT_KEY,
  CIRCUIT_PROBE,
  type CircuitBreakerInterceptorOptions,
  circuitBreakerInterceptor,
  classifyHttp,
  type HttpClassifier,
} from '../../src/angular/index.ts';
import {
  type CircuitOpenError,
  circuitBreaker,
  circuitBreakers,
  isCircuitOpenError,
  unlessRefused,
} from '../../src/index.ts';
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

test('on a server the key is the origin of the page that is rendered', () => {
  const rendered = (href: string): readonly string[] => {
    const { get, breakers, backend } = app(
      {},
      {},
      {
        providers: [
          { provide: PLATFORM_ID, useValue: 'server' },
          { provide: PlatformLocation, useValue: { href } },
        ],
      },
    );
    get('/api/x');
    backend.match(() => true);
    const keys = [...breakers.keys()];
    TestBed.resetTestingModule();
    return keys;
  };
  expect(rendered('https://shop.test/orders?page=1')).toEqual(['https://shop.test']);
  expect(rendered('')).toEqual(['http://localhost']); // it may render without a URL
});

test('a scheme that only resembles HTTP passes by', () => {
  const { get, breakers, backend } = app();
  for (const url of ['git+https://a.test/x', 'httpx://a.test/x']) get(url);
  backend.match(() => true);
  expect(breakers.size).toBe(0);
});

test('what is no URL passes by, for the request itself will tell', () => {
  const { get, breakers, backend } = app();
  get('https://');
  backend.expectOne('https://');
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

test.each<unknown>([
  Object.assign(new Error('x'), { name: 'QuotaExceededError' }),
  'a text',
  undefined,
])('the error %s, which no backend sends, is ignored in both states', (error) => {
  const own: HttpInterceptorFn = (request, next) =>
    request.url.endsWith('/own') ? throwError(() => error) : next(request);
  const { get, fail, time, breaker } = app({}, {}, { inside: [own] });
  get('https://api.test/own');
  expect(breaker().snapshot().counts).toMatchObject({ failures: 0, successes: 0, ignored: 1 });
  fail(3);
  time.pass(5_000);
  get('https://api.test/own');
  expect(breaker().state).toBe('half-open');
  expect(breaker().snapshot().counts).toMatchObject({ failures: 0, successes: 0, ignored: 1 });
});

test('no answer while the browser is offline is a failure, unless the option says otherwise', () => {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  const { fail, breaker } = app();
  fail(3, 0);
  expect(breaker().state).toBe('open');
});

test('where there is no navigator, no answer is a failure', () => {
  vi.stubGlobal('navigator', undefined);
  const { get, answer, breaker } = app({}, { ignoreOffline: true });
  const seen = get();
  answer(0);
  vi.unstubAllGlobals();
  expect((seen[0] as HttpErrorResponse).status).toBe(0);
  expect(breaker().snapshot().counts.failures).toBe(1);
});

test('no answer while the browser is offline is ignored where that is asked for', () => {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  const { fail, breaker } = app({}, { ignoreOffline: true });
  fail(5, 0);
  expect(breaker().state).toBe('closed');
  fail(3, 503);
  expect(breaker().state).toBe('open');
});

test('a classifier is given the state that admitted the request, and the request', () => {
  const seen: unknown[] = [];
  const classify: HttpClassifier = (result, state, request) => {
    seen.push([state, request.url, (result as HttpErrorResponse).status]);
    return classifyHttp(result, state);
  };
  const { fail, get, answer, backend, time, breaker } = app({}, { classify });
  get('https://api.test/slow');
  const [slow] = backend.match(() => true);
  fail(3);
  slow?.flush({}); // the circuit is open by now
  expect(breaker().state).toBe('open');
  time.pass(5_000);
  get();
  answer(404);
  expect(seen).toEqual([
    ...Array(3).fill(['closed', 'https://api.test/x', 503]),
    ['closed', 'https://api.test/slow', 200],
    ['half-open', 'https://api.test/x', 404],
  ]);
  expect(breaker().state).toBe('closed');
});

test('a classifier may open the circuit at once, by a response as well', () => {
  const { get, answer, breaker } = app({}, { classify: () => 'trip' });
  get();
  answer(200);
  expect(breaker().state).toBe('open');
});

test('an answer that is none of a classifier is told to the caller, and is a failure', () => {
  const { get, answer, breaker } = app({}, { classify: () => 'maybe' as 'success' });
  const seen = get();
  answer(200);
  expect(String(seen[0])).toBe(
    "RangeError: the answer of classify must be 'success', 'failure', 'ignored' or 'trip', got \"maybe\"",
  );
  expect(breaker().snapshot().counts.failures).toBe(1);
});

test('no answer is a failure while the browser is online', () => {
  const { fail, breaker } = app({}, { ignoreOffline: true });
  fail(3, 0);
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

test('a 429 of one backend opens no other, whatever listeners call meanwhile', () => {
  const other: HttpInterceptorFn = (request, next) =>
    request.url.startsWith('https://b.test')
      ? throwError(() => new HttpErrorResponse({ status: 503 }))
      : next(request);
  const { breakers, breaker, get, answer } = app(
    { honourRetryAfter: true },
    {},
    { inside: [other] },
  );
  let called = 0;
  breakers.events$.subscribe(({ key }) => {
    if (key === 'https://api.test' && called++ === 0) get('https://b.test/x');
  });
  get();
  answer(429, { 'Retry-After': '20' });
  expect(called).toBeGreaterThan(0);
  expect([breaker().state, breaker('https://b.test').state]).toEqual(['open', 'closed']);
  expect(breaker('https://b.test').snapshot().counts.failures).toBe(1);
});

test('a probe answered with a 429 that says for how long opens, however many probes may fail', () => {
  const { fail, time, get, answer, breaker } = app({
    honourRetryAfter: true,
    successThreshold: 3,
    probeFailureThreshold: 3,
  });
  fail(3);
  time.pass(5_000);
  get();
  answer(429, { 'Retry-After': '20' });
  expect([breaker().state, breaker().retryAfter]).toEqual(['open', 20_000]);
});

test('only a 429 whose header can be read opens', () => {
  const { get, answer, breaker } = app({ honourRetryAfter: true });
  for (const [status, header] of [
    [429, 'soon'],
    [404, '20'],
    [200, '20'],
  ] as const) {
    get();
    answer(status, { 'Retry-After': header });
  }
  expect(breaker().state).toBe('closed');
});

test('without the option a 429 is ignored, whatever it says', () => {
  for (const options of [{}, circuitBreakers()]) {
    const { get, answer, breaker } = app(options);
    get();
    answer(429, { 'Retry-After': '20' });
    expect(breaker().state).toBe('closed');
    TestBed.resetTestingModule();
  }
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

test('the guard knows a refusal, which says so itself and carries the fields of a refusal', () => {
  const { fail, get } = app();
  fail(3);
  const [error] = get() as [HttpErrorResponse & CircuitOpenError];
  expect(isCircuitOpenError(error)).toBe(true);
  expect(error).toMatchObject({
    breaker: 'https://api.test',
    code: 'ECIRCUITOPEN',
    state: 'open',
    retryAfter: 5_000,
  });
  expect(error.message).toBe(
    'Http failure response for https://api.test/x: 503 Service Unavailable: the circuit breaker "https://api.test" is open',
  );
  for (const text of [JSON.stringify(error), JSON.stringify({ ...error })]) {
    expect(text).not.toContain('"cause"');
  }
});

test('a guard inside tells a retry that a refusal is none of its business', () => {
  const again: HttpInterceptorFn = (request, next) =>
    next(request).pipe(retry(unlessRefused({ count: 5 })));
  const { get, answer, backend } = app({}, {}, { outside: [again] });
  const seen = get();
  for (let i = 0; i < 3; i++) answer(503);
  backend.expectNone(() => true);
  expect(isCircuitOpenError(seen[0])).toBe(true);
});

test('a refusal by another circuit on the way is no failure of this one', () => {
  const endpoint = circuitBreaker({ name: 'endpoint' });
  endpoint.trip();
  const inner: HttpInterceptorFn = (request, next) => next(request).pipe(endpoint);
  const { get, breaker } = app({}, {}, { inside: [inner] });
  for (let i = 0; i < 5; i++) get();
  expect(breaker().snapshot().counts).toMatchObject({ failures: 0, ignored: 5, inFlight: 0 });
});

test('a refusal may be the plain error', () => {
  const { fail, get } = app({}, { openError: 'plain' });
  fail(3);
  const [error] = get();
  expect(isCircuitOpenError(error)).toBe(true);
  expect(error).not.toBeInstanceOf(HttpErrorResponse);
});

test.each<[string, CircuitBreakerInterceptorOptions]>([
  ['mayProbe', { mayProbe: () => expect.fail('a bug of mayProbe') }],
  ['key', { key: () => expect.fail('a bug of key') }],
])('an error of %s is told to the caller as it is', (name, options) => {
  const { get, backend } = app({}, options);
  expect(get()).toEqual([expect.objectContaining({ message: `a bug of ${name}` })]);
  backend.expectNone(() => true);
});

test('a key that is too short is told to the caller', () => {
  const { get } = app({}, { key: () => '' });
  expect(String(get()[0])).toBe('RangeError: key must be a string of 1 to 1000 characters, got ""');
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

test('a request refused in half-open is told as rejected, and its refusal has the cause', () => {
  const { http, breakers, fail, time } = app();
  fail(3);
  time.pass(5_000);
  const told: unknown[] = [];
  breakers.events$.subscribe((event) => told.push(event));
  let refused: HttpErrorResponse | undefined;
  http.post('https://api.test/pay', {}).subscribe({ error: (error) => (refused = error) });
  expect(refused?.error.cause.status).toBe(503);
  expect(told).toEqual([
    expect.objectContaining({
      type: 'rejected',
      state: 'half-open',
      retryAfter: 10_000,
      context: expect.objectContaining({ method: 'POST' }),
    }),
  ]);
});

test('a probe that is given up is told as cancelled', () => {
  const { http, breakers, fail, time } = app();
  fail(3);
  time.pass(5_000);
  const told: string[] = [];
  breakers.events$.subscribe(({ type }) => told.push(type));
  http.get('https://api.test/x').subscribe().unsubscribe();
  expect(told).toEqual(['cancelled']);
});

test('a backend that takes POST only recovers: any request may probe after a while without one', () => {
  const { http, fail, time, answer, breaker } = app();
  const seen: unknown[] = [];
  const post = (): void => {
    http.post('https://api.test/graphql', {}).subscribe({
      next: (body) => seen.push(body),
      error: ({ status, retryAfter }) => seen.push([status, retryAfter]),
    });
  };
  fail(3);
  time.pass(5_000);
  post();
  time.pass(9_999);
  post();
  time.pass(1);
  post();
  answer(200);
  expect(seen).toEqual([[503, 10_000], [503, 1], { ok: true }]);
  expect(breaker().state).toBe('closed');
});

test.each([
  ['GET', true],
  ['HEAD', true],
  ['OPTIONS', true],
  ['POST', false],
  ['PUT', false],
  ['PATCH', false],
  ['DELETE', false],
])('may %s probe by default? %s', (method, mayProbe) => {
  const { http, fail, time, backend } = app();
  fail(3);
  time.pass(5_000);
  http.request(method, 'https://api.test/x').subscribe({ error: () => {} });
  expect(backend.match(() => true)).toHaveLength(mayProbe ? 1 : 0);
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

test('an interceptor without an end stops when its subscriber leaves while it subscribes', () => {
  const leave = new Subject<void>();
  let sent = 0;
  const endless: HttpInterceptorFn = () =>
    new Observable((subscriber) => {
      while (!subscriber.closed && sent < 1_000) {
        if (++sent === 5) leave.next();
        subscriber.next({ type: HttpEventType.Sent });
      }
    });
  const { http, breaker } = app({}, {}, { inside: [endless] });
  http
    .request('GET', 'https://api.test/x', { observe: 'events' })
    .pipe(takeUntil(leave))
    .subscribe();
  expect(sent).toBe(5);
  expect(breaker().snapshot().counts.inFlight).toBe(0);
});

test('a response that comes after the subscriber has left is none', () => {
  const leave = new Subject<void>();
  const late: HttpInterceptorFn = () =>
    new Observable((subscriber) => {
      leave.next();
      subscriber.next(new HttpResponse({ body: 1 }));
      subscriber.complete();
    });
  const { http, breaker } = app({}, {}, { inside: [late] });
  http.get('https://api.test/x').pipe(takeUntil(leave)).subscribe();
  expect(breaker().snapshot().counts).toMatchObject({ successes: 0, inFlight: 0 });
});

test('an interceptor that throws leaves no place taken', () => {
  const broken: HttpInterceptorFn = () => {
    throw new TypeError('bug');
  };
  const { get, breaker } = app({}, {}, { inside: [broken] });
  expect(get()).toEqual([new TypeError('bug')]);
  expect(breaker().snapshot().counts).toMatchObject({ ignored: 1, inFlight: 0 });
});

test('an end without a response is no success', () => {
  const { get, breaker } = app({}, {}, { inside: [() => EMPTY] });
  get();
  expect(breaker().snapshot().counts).toMatchObject({ successes: 0, ignored: 1, inFlight: 0 });
});

test('who has left before the request began makes no call', () => {
  const { breakers } = app();
  const request = new HttpRequest('GET', 'https://api.test/x');
  const response = TestBed.runInInjectionContext(() =>
    circuitBreakerInterceptor()(request, () => EMPTY),
  );
  forkJoin([throwError(() => 'over'), response]).subscribe({ error: () => {} });
  expect(breakers.size).toBe(0);
});

test('a slow request that is given up is a failure, and an error of a rule over it is reported', async () => {
  const reported = new Promise((told) => {
    config.onUnhandledError = told;
  });
  const { http, time, breaker } = app({
    ...({ consecutiveFailureThreshold: undefined } as object), // none of those of these tests
    slowCallDuration: 1_000,
    tripWhen: ({ failures }) => {
      if (failures > 0) throw new Error('broken rule');
      return false;
    },
  });
  const request = http.get('https://api.test/x').subscribe();
  time.pass(2_000);
  request.unsubscribe();
  expect(breaker().snapshot().counts).toMatchObject({ failures: 1, inFlight: 0 });
  expect(await reported).toEqual(new Error('broken rule'));
  config.onUnhandledError = null;
});

test('a request that nobody subscribes to is no call', () => {
  const { http, breakers } = app();
  http.get('https://api.test/x');
  expect(breakers.size).toBe(0);
});

test.each([
  [null, 'circuitBreakerInterceptor options must be an object, got null'],
  [{ classify: 1 }, 'classify must be a function, got 1'],
  [{ mayProbe: true }, 'mayProbe must be a function, got true'],
  [{ openError: 1 }, "openError must be 'http' or 'plain', got 1"],
  [
    { keys: () => null },
    'unknown option "keys"; the options are key, classify, mayProbe, ignoreOffline, openError',
  ],
  [{ key: 1 }, 'key must be a function, got 1'],
  [{ openError: 'x' }, "openError must be 'http' or 'plain', got \"x\""],
  [{ ignoreOffline: 1 }, 'ignoreOffline must be a boolean, got 1'],
])('tells at once that %j is wrong', (options, message) => {
  expect(() => app({}, options as never)).toThrow(message);
});
