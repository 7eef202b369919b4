import type { HttpErrorResponse } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { expect, test } from 'vitest';
import { injectCircuitBreakers, provideCircuitBreakers } from '../../src/angular/index.ts';
import { circuitBreaker } from '../../src/index.ts';
import { app } from './app.ts';

test.each([
  [null, 'provideCircuitBreakers options must be an object, got null'],
  [circuitBreaker(), 'provideCircuitBreakers options must be an object, got a function'],
  [{ failureRateThreshold: 50 }, 'failureRateThreshold must be in (0, 1], got 50'],
  [{ honourRetryAfter: true, maxKeys: 0 }, 'maxKeys must be'],
  [{ scope: 'request' }, "scope must be 'app' or 'platform', got \"request\""],
  [{ scope: 1 }, "scope must be 'app' or 'platform', got 1"],
  [{ honourRetryAfter: 60_000 }, 'honourRetryAfter must be a boolean or { min, max }, got 60000'],
  [{ honourRetryAfter: null }, 'honourRetryAfter must be a boolean or { min, max }, got null'],
  [{ honourRetryAfter: { max: -1 } }, 'max must be'],
  [{ classifyError: () => 'failure' }, 'classifyError has no effect on requests'],
  [{ classifyValue: () => 'failure' }, 'classifyValue has no effect on requests'],
  [{ successOn: 'first-value' }, 'successOn has no effect on requests; give circuitBreaker'],
])('tells at once that %j is wrong', (options, message) => {
  expect(() => provideCircuitBreakers(options as never)).toThrow(message);
});

test('without provideCircuitBreakers there are circuits with the defaults', () => {
  const breaker = TestBed.runInInjectionContext(injectCircuitBreakers).get('https://api.test');
  for (let i = 0; i < 6; i++) breaker.acquire().failure();
  expect([breaker.state, breaker.retryAfter > 0]).toEqual(['open', true]);
});

test.each([{ retryTimeout: 7_000 }, { honourRetryAfter: true }])(
  'an app has circuits of its own, which carry the cause: %j',
  (options) => {
    const first = app(options);
    first.fail(3);
    expect((first.get()[0] as HttpErrorResponse).error.cause.status).toBe(503);
    TestBed.resetTestingModule();
    expect(app(options).breaker().state).toBe('closed');
  },
);

test('Retry-After goes over the open time of a key, and of all keys', () => {
  const { get, answer, breaker } = app({
    honourRetryAfter: true,
    retryTimeout: 9_000,
    optionsFor: (key) =>
      key === 'https://own.test' ? { retryTimeout: 4_000 } : key.endsWith('7') ? {} : undefined,
  });
  const opened = (url: string, headers: Record<string, string>): number => {
    breaker(url).reset();
    for (let i = 0; i < 3; i++) {
      get(`${url}/x`);
      answer(503, headers);
    }
    return breaker(url).retryAfter;
  };
  const asked = { 'Retry-After': '2' };
  expect(
    ['https://own.test', 'https://api.test', 'https://api7'].map((url) => opened(url, {})),
  ).toEqual([4_000, 9_000, 9_000]);
  expect(
    ['https://own.test', 'https://api.test', 'https://api7'].map((url) => opened(url, asked)),
  ).toEqual([2_000, 2_000, 2_000]);
});

test('without an open time of the app Retry-After goes over the default one', () => {
  const { fail, get, answer, breaker } = app({
    ...({ retryTimeout: undefined } as object), // not that of these tests
    honourRetryAfter: true,
  });
  fail(3);
  expect(breaker().retryAfter).toBe(1_000);
  breaker().reset();
  fail(2);
  get();
  answer(503, { 'Retry-After': '400' });
  expect(breaker().retryAfter).toBe(300_000); // the longest open time that a server may ask for
});

test('apps of a page that share circuits have the options of the first', () => {
  const first = app({ scope: 'platform', retryTimeout: 7_000 });
  first.fail(3);
  TestBed.resetTestingModule();
  const second = app({ scope: 'platform', retryTimeout: 9_000 });
  expect(second.breaker().retryAfter).toBe(7_000);
});
