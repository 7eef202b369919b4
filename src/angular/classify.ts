import type { HttpErrorResponse, HttpRequest, HttpResponse } from '@angular/common/http';
import { type AdmittingState, httpVerdict, type HttpVerdict as Verdict } from '../core/index.js';

/**
 * The verdict on a backend, from the end of a request.
 *
 * @example
 * ```ts
 * const verdict: HttpVerdict = classifyHttp(new HttpErrorResponse({ status: 503 }), 'closed');
 * console.log(verdict); // failure
 * ```
 */
export type HttpVerdict = Verdict;

/**
 * Judges the end of a request: its response, or its error. `state` is the state that admitted the request. `'trip'`
 * opens the circuit at once.
 *
 * @example
 * ```ts
 * const strict: HttpClassifier = (result, state) =>
 *   httpStatusOf(result) === 429 ? 'trip' : classifyHttp(result, state);
 * circuitBreakerInterceptor({ classify: strict });
 * ```
 */
export type HttpClassifier = (
  result: HttpResponse<unknown> | HttpErrorResponse | unknown,
  state: AdmittingState,
  request: HttpRequest<unknown>,
) => HttpVerdict | 'trip';

/**
 * The default classifier: the rule of `classifyHttpError` from the main entry.
 *
 * | The end of the request | Verdict |
 * |---|---|
 * | a response | `'success'` |
 * | no answer (status 0), 408, 500 and above, a timeout | `'failure'` |
 * | 429 | `'ignored'`: the backend works and asks for fewer requests |
 * | other 4xx | `'ignored'` while closed, `'success'` in half-open: the backend is back |
 * | anything else | `'ignored'`: a bug of the app, an unreadable body, a refusal by another circuit breaker |
 *
 * `HttpClient` reports every transport error by an `HttpErrorResponse`, so every other error is an error of the app.
 *
 * @example
 * ```ts
 * console.log(classifyHttp(new HttpErrorResponse({ status: 404 }), 'half-open')); // success
 * ```
 */
export function classifyHttp(result: unknown, state: AdmittingState): HttpVerdict {
  if (Object(result).ok === true) return 'success';
  return httpVerdict(result, state) ?? 'ignored';
}
