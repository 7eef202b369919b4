// An Angular consumer's program, which the matrix compiles beside each Angular. It is compiled, not run.
import {
  HttpContext,
  type HttpInterceptorFn,
  provideHttpClient,
  withInterceptors,
} from '@angular/common/http';
import type { EnvironmentProviders, Signal } from '@angular/core';
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
import { type CircuitBreakers, type CircuitState, circuitBreakers } from '../../src/index.ts';

const limits: RetryAfterLimits = { min: 100, max: 60_000 };
const options: ProvideCircuitBreakersOptions = {
  failureRateThreshold: 0.5,
  scope: 'platform',
  honourRetryAfter: limits,
};
const classify: HttpClassifier = (result, state, request): HttpVerdict | 'trip' =>
  request.url === '/trip'
    ? 'trip'
    : request.method === 'GET'
      ? classifyHttp(result, state)
      : 'ignored';
const settings: CircuitBreakerInterceptorOptions = {
  key: (request, url) => (request.reportProgress ? null : url.host),
  classify,
  mayProbe: ({ method }) => method === 'GET',
  openError: 'plain',
};

const guard: HttpInterceptorFn = circuitBreakerInterceptor(settings);
export const providers: EnvironmentProviders[] = [
  provideHttpClient(withInterceptors([guard])),
  provideCircuitBreakers(options),
  provideCircuitBreakers(circuitBreakers()),
];

export const context: HttpContext = new HttpContext()
  .set(CIRCUIT_BYPASS, true)
  .set(CIRCUIT_KEY, 'orders')
  .set(CIRCUIT_CLASSIFY, classify)
  .set(CIRCUIT_PROBE, false)
  .set(CIRCUIT_FALLBACK, []);

export class Banner {
  readonly api: Circuit = injectCircuit('https://api.example');
  readonly state: Signal<CircuitState> = this.api.state;
  readonly seconds: Signal<number> = this.api.retryIn;
  readonly breakers: CircuitBreakers = injectCircuitBreakers();
}
