import { HttpContextToken } from '@angular/common/http';
import type { HttpClassifier } from './classify.js';

/**
 * `true`: the request passes by all circuit breakers, and no breaker counts the request.
 *
 * @default false
 * @example
 * ```ts
 * const context = new HttpContext().set(CIRCUIT_BYPASS, true);
 * new HttpRequest('GET', '/health', { context });
 * ```
 */
export const CIRCUIT_BYPASS: HttpContextToken<boolean> = /* @__PURE__ */ new HttpContextToken(
  () => false,
);

/**
 * The key of the request's circuit breaker, instead of the result of the interceptor's `key`.
 *
 * @default undefined: the interceptor's `key` decides
 * @example
 * ```ts
 * const context = new HttpContext().set(CIRCUIT_KEY, 'reports');
 * new HttpRequest('GET', '/reports/2026', { context });
 * ```
 */
export const CIRCUIT_KEY: HttpContextToken<string | undefined> =
  /* @__PURE__ */ new HttpContextToken<string | undefined>(() => undefined);

/**
 * The classifier of this request, instead of the interceptor's `classify`.
 *
 * @default undefined: the interceptor's `classify` decides
 * @example
 * ```ts
 * const lenient: HttpClassifier = (result) => (httpStatusOf(result) === 500 ? 'ignored' : 'success');
 * const context = new HttpContext().set(CIRCUIT_CLASSIFY, lenient);
 * new HttpRequest('GET', '/flaky', { context });
 * ```
 */
export const CIRCUIT_CLASSIFY: HttpContextToken<HttpClassifier | undefined> =
  /* @__PURE__ */ new HttpContextToken<HttpClassifier | undefined>(() => undefined);

/**
 * `true` if this request may be a probe, instead of the result of the interceptor's `mayProbe`.
 *
 * @default undefined: the interceptor's `mayProbe` decides
 * @example
 * ```ts
 * const context = new HttpContext().set(CIRCUIT_PROBE, true);
 * new HttpRequest('POST', '/graphql', { query: '{ me }' }, { context });
 * ```
 */
export const CIRCUIT_PROBE: HttpContextToken<boolean | undefined> =
  /* @__PURE__ */ new HttpContextToken<boolean | undefined>(() => undefined);

/**
 * The body of the response that a refused request gets instead of an error.
 *
 * @default undefined: a refused request ends with an error
 * @example
 * ```ts
 * const context = new HttpContext().set(CIRCUIT_FALLBACK, { EUR: 0.9 });
 * new HttpRequest('GET', '/rates', { context });
 * ```
 */
export const CIRCUIT_FALLBACK: HttpContextToken<unknown> =
  /* @__PURE__ */ new HttpContextToken<unknown>(() => undefined);
