import {
  HttpClient,
  type HttpInterceptorFn,
  provideHttpClient,
  withInterceptors,
} from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import type { EnvironmentProviders, Provider } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import {
  type CircuitBreakerInterceptorOptions,
  circuitBreakerInterceptor,
  injectCircuitBreakers,
  type ProvideCircuitBreakersOptions,
  provideCircuitBreakers,
} from '../../src/angular/index.ts';
import type { CircuitBreaker, CircuitBreakers } from '../../src/index.ts';
import { Time } from '../rxjs/handTime.ts';

export { Time };

/** An app with the interceptor and a backend in the test's hand. */
export function app(
  options: ProvideCircuitBreakersOptions | CircuitBreakers = {},
  interceptor: CircuitBreakerInterceptorOptions = {},
  {
    outside = [],
    inside = [],
    providers = [],
  }: {
    outside?: HttpInterceptorFn[];
    inside?: HttpInterceptorFn[];
    providers?: (Provider | EnvironmentProviders)[];
  } = {},
) {
  const time = new Time();
  const given =
    'guard' in options
      ? options
      : { consecutiveFailureThreshold: 3, retryTimeout: 5_000, scheduler: time, ...options };
  const chain = [...outside, circuitBreakerInterceptor(interceptor), ...inside];
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(withInterceptors(chain)),
      provideHttpClientTesting(),
      provideCircuitBreakers(given),
      ...providers,
    ],
  });
  const http = TestBed.inject(HttpClient);
  const backend = TestBed.inject(HttpTestingController);
  const breakers = TestBed.runInInjectionContext(injectCircuitBreakers);
  const breaker = (key = 'https://api.test'): CircuitBreaker => breakers.get(key);

  /** What a GET ends with: the body, or the error. */
  const get = (url = 'https://api.test/x', options: object = {}): unknown[] => {
    const seen: unknown[] = [];
    http.get(url, options).subscribe({ next: (v) => seen.push(v), error: (e) => seen.push(e) });
    return seen;
  };
  /** Answers the one request that is waiting. */
  const answer = (status: number, headers: Record<string, string> = {}): void => {
    const request = backend.expectOne(() => true);
    if (status === 0) request.error(new ProgressEvent('error'));
    else request.flush(status < 300 ? { ok: true } : 'no', { status, statusText: 'x', headers });
  };
  const fail = (times = 3, status = 503): void => {
    for (let i = 0; i < times; i++) {
      get();
      answer(status);
    }
  };
  return { time, http, backend, breakers, breaker, get, answer, fail };
}
