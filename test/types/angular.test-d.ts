import {
  HttpContext,
  type HttpContextToken,
  type HttpErrorResponse,
  type HttpHeaders,
  type HttpInterceptorFn,
  type HttpRequest,
  type HttpResponse,
} from '@angular/common/http';
import type { EnvironmentProviders, Signal } from '@angular/core';
import { describe, expectTypeOf, it } from 'vitest';
import {
  CIRCUIT_BYPASS,
  CIRCUIT_CLASSIFY,
  CIRCUIT_FALLBACK,
  CIRCUIT_KEY,
  CIRCUIT_PROBE,
  type Circuit,
  type CircuitBreakerInterceptorOptions,
  circuitBreakerInterceptor,
  classifyHttp,
  type HttpClassifier,
  type HttpVerdict,
  injectCircuit,
  injectCircuitBreakers,
  type ProvideCircuitBreakersOptions,
  provideCircuitBreakers,
  type RetryAfterLimits,
} from '../../src/angular/index.ts';
import {
  type AdmittingState,
  type CircuitBreakers,
  type CircuitBreakersOptions,
  type CircuitState,
  type Counts,
  circuitBreaker,
  circuitBreakers,
  isCircuitOpenError,
} from '../../src/index.ts';

describe('the interceptor', () => {
  it('is one for withInterceptors', () => {
    expectTypeOf(circuitBreakerInterceptor()).toEqualTypeOf<HttpInterceptorFn>();
    const options: CircuitBreakerInterceptorOptions = {
      key: (request, url) => {
        expectTypeOf(request).toEqualTypeOf<HttpRequest<unknown>>();
        expectTypeOf(url).toEqualTypeOf<URL>();
        return null;
      },
      mayProbe: ({ method }) => method === 'GET',
      ignoreOffline: true,
      openError: 'plain',
    };
    circuitBreakerInterceptor(options);
    // @ts-expect-error there is no such option
    circuitBreakerInterceptor({ retryTimeout: 1 });
    // @ts-expect-error there is no such word
    circuitBreakerInterceptor({ openError: 'json' });
    // @ts-expect-error undefined is no key: null passes by
    circuitBreakerInterceptor({ key: () => undefined });
    // @ts-expect-error
    options.openError = 'http';
  });

  it('judges by a classifier', () => {
    expectTypeOf<HttpVerdict>().toEqualTypeOf<'success' | 'failure' | 'ignored'>();
    expectTypeOf<HttpClassifier>().toEqualTypeOf<
      (
        result: unknown,
        state: AdmittingState,
        request: HttpRequest<unknown>,
      ) => HttpVerdict | 'trip'
    >();
    expectTypeOf(classifyHttp).toEqualTypeOf<
      (result: unknown, state: AdmittingState) => HttpVerdict
    >();
    expectTypeOf(classifyHttp).toExtend<HttpClassifier>();
    expectTypeOf<HttpResponse<unknown> | HttpErrorResponse>().toExtend<
      Parameters<HttpClassifier>[0]
    >();
    // @ts-expect-error a response is never undecided
    circuitBreakerInterceptor({ classify: () => 'undecided' });
  });
});

describe('a refusal', () => {
  it('is known to the guard, whatever type the handler gives the error', () => {
    const handle = (error: unknown, response: HttpErrorResponse): void => {
      if (isCircuitOpenError(error)) expectTypeOf(error.retryAfter).toEqualTypeOf<number>();
      if (isCircuitOpenError(response)) {
        expectTypeOf(response.retryAfter).toEqualTypeOf<number>();
        expectTypeOf(response.breaker).toEqualTypeOf<string>();
        expectTypeOf(response.state).toEqualTypeOf<'open' | 'half-open' | 'isolated'>();
        expectTypeOf(response.status).toEqualTypeOf<number>();
        expectTypeOf(response.headers).toEqualTypeOf<HttpHeaders>();
      }
    };
    expectTypeOf(handle).toBeFunction();
  });
});

describe('the providers', () => {
  it('take options, or breakers made elsewhere', () => {
    expectTypeOf(provideCircuitBreakers()).toEqualTypeOf<EnvironmentProviders>();
    expectTypeOf<
      Omit<CircuitBreakersOptions, 'classifyError' | 'classifyValue' | 'successOn'>
    >().toExtend<ProvideCircuitBreakersOptions>();
    // @ts-expect-error requests are judged by the interceptor
    provideCircuitBreakers({ classifyError: () => 'failure' });
    expectTypeOf<RetryAfterLimits>().toEqualTypeOf<{
      readonly min?: number;
      readonly max?: number;
    }>();
    provideCircuitBreakers(circuitBreakers());
    provideCircuitBreakers({ scope: 'platform', honourRetryAfter: { max: 1 }, maxKeys: 3 });
    // @ts-expect-error
    provideCircuitBreakers({ scope: 'request' });
    // @ts-expect-error
    provideCircuitBreakers({ honourRetryAfter: 60_000 });
    // @ts-expect-error one breaker is not breakers by key
    provideCircuitBreakers(circuitBreaker());
  });

  it('are asked for', () => {
    expectTypeOf(injectCircuitBreakers).toEqualTypeOf<() => CircuitBreakers>();
    expectTypeOf(injectCircuit).toEqualTypeOf<(key?: string) => Circuit>();
    expectTypeOf<Circuit>().toEqualTypeOf<{
      readonly state: Signal<CircuitState>;
      readonly retryIn: Signal<number>;
      readonly counts: Signal<Counts>;
    }>();
    // @ts-expect-error the state is to be read
    injectCircuit().state.set('open');
  });
});

describe('the tokens', () => {
  it('have the types of what they set', () => {
    expectTypeOf(CIRCUIT_BYPASS).toEqualTypeOf<HttpContextToken<boolean>>();
    expectTypeOf(CIRCUIT_KEY).toEqualTypeOf<HttpContextToken<string | undefined>>();
    expectTypeOf(CIRCUIT_CLASSIFY).toEqualTypeOf<HttpContextToken<HttpClassifier | undefined>>();
    expectTypeOf(CIRCUIT_PROBE).toEqualTypeOf<HttpContextToken<boolean | undefined>>();
    expectTypeOf(CIRCUIT_FALLBACK).toEqualTypeOf<HttpContextToken<unknown>>();
    // @ts-expect-error
    new HttpContext().set(CIRCUIT_BYPASS, 'yes');
    // @ts-expect-error
    new HttpContext().set(CIRCUIT_KEY, 1);
    // @ts-expect-error
    new HttpContext().set(CIRCUIT_CLASSIFY, () => 'maybe');
    // @ts-expect-error
    new HttpContext().set(CIRCUIT_PROBE, 'GET');
  });
});
