import {
  type HttpEvent,
  type HttpInterceptorFn,
  type HttpRequest,
  HttpResponse,
} from '@angular/common/http';
import { inject } from '@angular/core';
import { Observable } from 'rxjs';
import type { Permit } from '../core/index.js';
import { callback, ensure, isCircuitOpenError, show } from '../core/index.js';
import { injectBase } from './base.js';
import { classifyHttp, type HttpClassifier } from './classify.js';
import {
  CIRCUIT_BYPASS,
  CIRCUIT_CLASSIFY,
  CIRCUIT_FALLBACK,
  CIRCUIT_KEY,
  CIRCUIT_PROBE,
} from './context.js';
import { CIRCUITS, type Circuits } from './provide.js';
import { toHttpError, withoutCause } from './refusal.js';

/**
 * The options of `circuitBreakerInterceptor`.
 *
 * @example
 * ```ts
 * const options: CircuitBreakerInterceptorOptions = {
 *   key: (request, url) => (url.pathname.startsWith('/reports') ? 'reports' : url.origin),
 *   ignoreOffline: true,
 * };
 * circuitBreakerInterceptor(options);
 * ```
 */
export interface CircuitBreakerInterceptorOptions {
  /**
   * Returns the key of the circuit breaker that guards a request; `null` means no breaker. `url` is the whole URL of the
   * request, without its query. Leave ids out of the key: a breaker for each order never trips.
   * @default the origin of the URL; null for a URL that is not HTTP
   */
  readonly key?: (request: HttpRequest<unknown>, url: URL) => string | null;
  /**
   * Judges a response or an error.
   * @default classifyHttp
   */
  readonly classify?: HttpClassifier;
  /**
   * Returns true if a request may be a probe. Half-open refuses the other requests, as open does. A backend that gets
   * only POST (GraphQL) needs a function of its own: with the default the circuit closes late.
   * @default the safe methods: GET, HEAD and OPTIONS
   */
  readonly mayProbe?: (request: HttpRequest<unknown>) => boolean;
  /**
   * `true`: a request without an answer is ignored while the browser is offline. The device has failed, the backend has
   * not.
   * @default false
   */
  readonly ignoreOffline?: boolean;
  /**
   * The error of a refused request. `'http'`: an `HttpErrorResponse` with status 503, a `Retry-After` header and the
   * `CircuitOpenError` as its `error`. `'plain'`: the `CircuitOpenError`.
   * @default 'http'
   */
  readonly openError?: 'http' | 'plain';
}

/**
 * Guards the requests of `HttpClient` with a circuit breaker for each backend; `provideCircuitBreakers` takes the options
 * of the breakers.
 *
 * Each subscription is a call: a retry outside of the interceptor asks the breaker each time. A call succeeds with its
 * response; earlier events (progress, headers) settle nothing.
 *
 * @throws TypeError or RangeError that names the option, for an unknown option or a bad value.
 * @example
 * ```ts
 * const providers = [
 *   provideHttpClient(withInterceptors([circuitBreakerInterceptor()])),
 *   provideCircuitBreakers(),
 * ];
 * ```
 */
export function circuitBreakerInterceptor(
  options: CircuitBreakerInterceptorOptions = {},
): HttpInterceptorFn {
  const settings = checked(options);
  return (request, next) => {
    const circuits = inject(CIRCUITS);
    const base = injectBase();
    return new Observable((subscriber) => {
      const key = keyOf(request, settings, base);
      const guarded = key === null ? next(request) : call(circuits, key, request, settings, next);
      return guarded.subscribe(subscriber);
    });
  };
}

type Settings = Required<CircuitBreakerInterceptorOptions>;

function checked(options: CircuitBreakerInterceptorOptions): Settings {
  const defaults: Settings = {
    key: (_, url) => (/^https?:$/.test(url.protocol) ? url.origin : null),
    classify: classifyHttp,
    mayProbe: ({ method }) => ['GET', 'HEAD', 'OPTIONS'].includes(method),
    ignoreOffline: false,
    openError: 'http',
  };
  for (const name of Object.keys(options)) {
    if (!(name in defaults)) {
      const known = Object.keys(defaults).join(', ');
      throw new TypeError(`unknown option ${show(name)}; the options are ${known}`);
    }
  }
  const settings: Settings = { ...defaults, ...options };
  for (const name of ['key', 'classify', 'mayProbe'] as const) {
    ensure(name, settings[name], callback);
  }
  if (typeof settings.ignoreOffline !== 'boolean') {
    throw new TypeError(`ignoreOffline must be a boolean, got ${show(settings.ignoreOffline)}`);
  }
  ensure('openError', settings.openError, [
    "'http' or 'plain'",
    (value: string) => value === 'http' || value === 'plain',
    'string',
  ]);
  return settings;
}

function keyOf(request: HttpRequest<unknown>, { key }: Settings, base: string): string | null {
  if (request.context.get(CIRCUIT_BYPASS)) return null;
  const own = request.context.get(CIRCUIT_KEY);
  if (own !== undefined) return own;
  const url = new URL(request.url, base);
  url.search = url.hash = '';
  return key(request, url);
}

/** One guarded request; to be subscribed to at once. */
function call(
  { breakers, isShared, asksToWait }: Circuits,
  key: string,
  request: HttpRequest<unknown>,
  { classify: classifyAll, mayProbe, ignoreOffline, openError }: Settings,
  next: Parameters<HttpInterceptorFn>[1],
): Observable<HttpEvent<unknown>> {
  const breaker = breakers.get(key);
  const classify = request.context.get(CIRCUIT_CLASSIFY) ?? classifyAll;

  return new Observable((subscriber) => {
    let permit: Permit;
    try {
      permit = breaker.acquire({
        mayProbe: request.context.get(CIRCUIT_PROBE) ?? mayProbe(request),
        context: request,
        // responses are judged like errors
        classifyError: (result, state) => {
          if (ignoreOffline && isOffline(result)) return 'ignored';
          if (asksToWait(result)) return 'trip';
          return classify(result, state, request);
        },
      });
    } catch (error) {
      if (!isCircuitOpenError(error)) throw error;
      const body = request.context.get(CIRCUIT_FALLBACK);
      const refusal = isShared ? withoutCause(error) : error;
      if (body === undefined) {
        subscriber.error(openError === 'plain' ? refusal : toHttpError(refusal, request));
      } else {
        subscriber.next(new HttpResponse({ body, url: request.urlWithParams }));
        subscriber.complete();
      }
      return;
    }

    const source = next(request).subscribe({
      next: (event) => {
        try {
          if (event instanceof HttpResponse) permit.failure(event);
        } catch (thrown) {
          subscriber.error(thrown);
          return;
        }
        subscriber.next(event);
      },
      error: (error) => {
        try {
          permit.failure(error);
        } catch (thrown) {
          subscriber.error(thrown);
          return;
        }
        subscriber.error(error);
      },
      complete: () => {
        permit.ignore(); // without a response the end says nothing
        subscriber.complete();
      },
    });
    return () => {
      source.unsubscribe();
      permit.cancel(); // given up, if there was no end before
    };
  });
}

function isOffline(result: unknown): boolean {
  const { status } = Object(result);
  return status === 0 && globalThis.navigator?.onLine === false;
}
