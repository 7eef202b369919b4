import '@angular/compiler'; // the page is compiled as it runs
import {
  HttpClient,
  HttpErrorResponse,
  type HttpInterceptorFn,
  HttpResponse,
  provideHttpClient,
  withInterceptors,
} from '@angular/common/http';
import {
  Component,
  type EnvironmentProviders,
  enableProdMode,
  inject,
  type Provider,
  runInInjectionContext,
  signal,
} from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideServerRendering, renderApplication } from '@angular/platform-server';
import { asyncScheduler, of, throwError } from 'rxjs';
import {
  circuitBreakerInterceptor,
  injectCircuit,
  injectCircuitBreakers,
  provideCircuitBreakers,
} from '../../../src/angular/index.ts';
import {
  type CircuitBreakers,
  type CircuitBreakersOptions,
  isCircuitOpenError,
} from '../../../src/index.ts';

enableProdMode();

export const API = 'https://api.test';

/** Circuits that open at the first failure, for an hour. Their timers are real; their clock stands still. */
export const options: CircuitBreakersOptions = {
  consecutiveFailureThreshold: 1,
  retryTimeout: 3_600_000,
  scheduler: { now: () => 0, schedule: asyncScheduler.schedule.bind(asyncScheduler) },
};

/** A page that asks the backend once, and shows what it got beside the circuit. */
class Page {
  readonly api = injectCircuit(API);
  readonly own = injectCircuit();
  answer = '';
  /** What a timer in the zone of the page has done: with zone.js the response waits for such a timer. */
  readonly waited = signal('');

  constructor() {
    setTimeout(() => this.waited.set('waited'));
    inject(HttpClient)
      .get<string>(`${API}/me`)
      .subscribe({
        next: (body) => {
          this.answer = body;
        },
        error: (error: HttpErrorResponse) => {
          this.answer = isCircuitOpenError(error)
            ? `refused ${error.breaker} ${JSON.stringify(error)} ${error.error.cause}`
            : `failed ${error.error}`;
        },
      });
  }
}
const PageComponent = Component({
  selector: 'test-page',
  template: `<b>{{ api.state() }} {{ api.retryIn() }} {{ api.counts().calls }}</b><i>{{ answer }}</i>{{ waited() }}`,
})(Page) as typeof Page;

/** The page as a server renders it for one request. The backend answers for its user, or fails with its user's data. */
export async function render(
  user: string,
  given: Parameters<typeof provideCircuitBreakers>[0],
  isDown: boolean,
  ...providers: (Provider | EnvironmentProviders)[]
): Promise<{ html: string; breakers: CircuitBreakers }> {
  const backend: HttpInterceptorFn = () =>
    isDown
      ? throwError(() => new HttpErrorResponse({ status: 503, error: `secret of ${user}` }))
      : of(new HttpResponse({ body: `letters of ${user}` }));
  let breakers: CircuitBreakers | undefined;
  const html = await renderApplication(
    async (context) => {
      const app = await bootstrapApplication(
        PageComponent,
        {
          providers: [
            provideServerRendering(),
            provideHttpClient(withInterceptors([circuitBreakerInterceptor(), backend])),
            provideCircuitBreakers(given),
            ...providers,
          ],
        },
        context,
      );
      breakers = runInInjectionContext(app.injector, injectCircuitBreakers);
      return app;
    },
    {
      document: '<html><head></head><body><test-page></test-page></body></html>',
      url: 'https://app.test/',
      allowedHosts: ['app.test'],
    },
  );
  return { html, breakers: breakers as CircuitBreakers };
}
