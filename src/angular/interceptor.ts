import {
  type HttpEvent,
  type HttpHandlerFn,
  type HttpInterceptorFn,
  type HttpRequest,
  HttpResponse,
} from '@angular/common/http';
import { inject } from '@angular/core';
import { defer, Observable, of, tap, throwError } from 'rxjs';
import type { CircuitOpenError, Permit } from '../core/index.js';
import { callback, ensure, isCircuitOpenError, object, type Rule, show } from '../core/index.js';
import { surroundings } from '../rxjs/surroundings.js';
import { injectBase, parseUrl } from './base.js';
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
   * The key of the circuit breaker that guards a request; a request with `null` passes by. `url` is the whole URL
   * without its query. Keep ids out of the key: a breaker for each order never trips.
   * @default the origin of the URL; null for a URL that is not HTTP
   */
  readonly key?: (request: HttpRequest<unknown>, url: URL) => string | null;
  /**
   * Judges a response or an error.
   * @default classifyHttp
   */
  readonly classify?: HttpClassifier;
  /**
   * Says whether a request may be a probe. In half-open a request that may not is refused, as in open, but where no
   * probe has come for as long as one may take (`probeTimeout`), any request may be one. For a backend that takes POST
   * only (GraphQL), `() => true` is faster.
   * @default the safe methods: GET, HEAD and OPTIONS
   */
  readonly mayProbe?: (request: HttpRequest<unknown>) => boolean;
  /**
   * Ignores a request without an answer while the browser says that it is offline: the device has failed, not the
   * backend.
   * @default false
   */
  readonly ignoreOffline?: boolean;
  /**
   * The error of a refused request. `'http'`: an `HttpErrorResponse` of status 503 with a `Retry-After` header and the
   * `CircuitOpenError` as its `error`. `'plain'`: the `CircuitOpenError`. `isCircuitOpenError` knows both.
   * @default 'http'
   */
  readonly openError?: 'http' | 'plain';
}

/**
 * Guards the requests of `HttpClient` with a circuit breaker for each backend. The options of the breakers are those
 * of `provideCircuitBreakers`.
 *
 * Each subscription is a call, so each try of a retry outside is a call. The response is the success, not the events
 * before it.
 *
 * @throws TypeError or RangeError that names the option.
 * @example
 * ```ts
 * const again: HttpInterceptorFn = (request, next) =>
 *   next(request).pipe(retry(unlessRefused({ count: 2, delay: 500 })));
 *
 * const providers = [provideHttpClient(withInterceptors([again, circuitBreakerInterceptor()]))];
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
      if (subscriber.closed) return; // forkJoin subscribes on after one of its sources has ended it
      const key = keyOf(request, settings, base);
      const guarded = key === null ? next(request) : call(circuits, key, request, settings, next);
      guarded.subscribe(subscriber);
    });
  };
}

type Settings = Required<CircuitBreakerInterceptorOptions>;

const verdicts: readonly string[] = ['success', 'failure', 'ignored', 'trip'];
const answer: Rule = [
  "'success', 'failure', 'ignored' or 'trip'",
  (value: string) => verdicts.includes(value),
  'string',
];

function checked(options: CircuitBreakerInterceptorOptions): Settings {
  const defaults: Settings = {
    key: (_, url) => (/^https?:/.test(url.protocol) ? url.origin : null),
    classify: classifyHttp,
    mayProbe: ({ method }) => ['GET', 'HEAD', 'OPTIONS'].includes(method),
    ignoreOffline: false,
    openError: 'http',
  };
  ensure('circuitBreakerInterceptor options', options, object);
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

/** The key of a request; null for a request that passes by. */
function keyOf(request: HttpRequest<unknown>, { key }: Settings, base: string): string | null {
  if (request.context.get(CIRCUIT_BYPASS)) return null;
  const own = request.context.get(CIRCUIT_KEY);
  if (own !== undefined) return own;
  const url = parseUrl(request.url, base);
  if (url === null) return null; // the request itself will tell
  url.search = url.hash = '';
  return key(request, url);
}

/** One guarded request; to be subscribed to at once, for it has its place. */
function call(
  { breakers, isShared, asksToWait }: Circuits,
  key: string,
  request: HttpRequest<unknown>,
  { classify: classifyAll, mayProbe, ignoreOffline, openError }: Settings,
  next: HttpHandlerFn,
): Observable<HttpEvent<unknown>> {
  const classify = request.context.get(CIRCUIT_CLASSIFY) ?? classifyAll;
  let permit: Permit;
  try {
    permit = breakers.get(key).acquire({
      mayProbe: request.context.get(CIRCUIT_PROBE) ?? mayProbe(request),
      context: request,
      // responses are judged like errors
      classifyError: (result, state) => {
        if (ignoreOffline && isOffline(result)) return 'ignored';
        if (asksToWait(result)) return 'trip';
        const verdict = classify(result, state, request);
        ensure('the answer of classify', verdict, answer);
        return verdict;
      },
    });
  } catch (error) {
    if (!isCircuitOpenError(error)) throw error;
    return refused(isShared ? withoutCause(error) : error, request, openError);
  }
  // deferred: another interceptor may throw
  return defer(() => next(request)).pipe(
    tap({
      next: (event) => {
        if (event instanceof HttpResponse) permit.failure(event);
      },
      error: permit.failure,
      complete: permit.ignore, // without a response the end says nothing
      unsubscribe: () => giveUp(permit),
    }),
  );
}

function giveUp(permit: Permit): void {
  try {
    permit.cancel();
  } catch (thrown) {
    surroundings.report(thrown); // nobody is left to be told
  }
}

function refused(
  refusal: CircuitOpenError,
  request: HttpRequest<unknown>,
  openError: Settings['openError'],
): Observable<HttpEvent<unknown>> {
  const body = request.context.get(CIRCUIT_FALLBACK);
  if (body !== undefined) return of(new HttpResponse({ body, url: request.urlWithParams }));
  return throwError(() => (openError === 'plain' ? refusal : toHttpError(refusal, request)));
}

function isOffline(result: unknown): boolean {
  return Object(result).status === 0 && globalThis.navigator?.onLine === false;
}
