import { HttpErrorResponse, type HttpRequest, type HttpResponse } from '@angular/common/http';
import { type AdmittingState, httpVerdict, type HttpVerdict as Verdict } from '../core/index.js';

/**
 * The verdict on a backend, from the end of a request.
 *
 * @example
 * ```ts
 * const verdict: HttpVerdict = classifyHttp(
 *   new HttpErrorResponse({ status: 503 }), 'closed', new HttpRequest('GET', '/rates'),
 * );
 * console.log(verdict); // failure
 * ```
 */
export type HttpVerdict = Verdict;

/**
 * Judges the end of a request: its response, or its error. `state` is the state of the circuit breaker when the breaker
 * admitted the request.
 *
 * @example
 * ```ts
 * const strict: HttpClassifier = (result, state, request) =>
 *   httpStatusOf(result) === 429 ? 'failure' : classifyHttp(result, state, request);
 * circuitBreakerInterceptor({ classify: strict });
 * ```
 */
export type HttpClassifier = (
  result: HttpResponse<unknown> | HttpErrorResponse | unknown,
  state: AdmittingState,
  request: HttpRequest<unknown>,
) => HttpVerdict;

/**
 * The default classifier of the interceptor: the rule of `classifyHttpError`.
 *
 * - A response is a success.
 * - No answer (status 0), 408, 5xx and timeouts are failures.
 * - 429 is ignored: the backend works and asks for fewer requests.
 * - Other 4xx are faults of the caller: ignored while closed, a success in half-open (the backend is back).
 * - All other ends are ignored, because they are no news of the backend: an error of the app, an unreadable body, a
 *   refusal by another circuit breaker. `HttpClient` reports transport errors as `HttpErrorResponse`, so every other
 *   error comes from an interceptor of the app.
 *
 * @example
 * ```ts
 * const request = new HttpRequest('GET', '/rates');
 * console.log(classifyHttp(new HttpErrorResponse({ status: 404 }), 'half-open', request)); // success
 * ```
 */
export const classifyHttp: HttpClassifier = (result, state) => {
  if (!(result instanceof Error || result instanceof HttpErrorResponse)) {
    return isResponse(result) ? 'success' : 'ignored';
  }
  return httpVerdict(result, state) ?? 'ignored';
};

function isResponse(result: unknown): boolean {
  return (result as { ok?: unknown } | null | undefined)?.ok === true;
}
