import { HttpErrorResponse, type HttpRequest, type HttpResponse } from '@angular/common/http';
import { type AdmittingState, httpVerdict, type HttpVerdict as Verdict } from '../core/index.js';

/** What the end of a request says about its backend. */
export type HttpVerdict = Verdict;

/**
 * Judges the end of a request: its response, or the error it ended with. `state` is the state in which
 * the circuit breaker let the request through.
 */
export type HttpClassifier = (
  result: HttpResponse<unknown> | HttpErrorResponse | unknown,
  state: AdmittingState,
  request: HttpRequest<unknown>,
) => HttpVerdict;

/**
 * The classifier used where none is given: the rule of `classifyHttpError`, which see.
 *
 * - A response is a success.
 * - No answer (status 0), 408, 5xx and timeouts are failures.
 * - 429 is ignored: the backend is well and wants less.
 * - Other 4xx are the caller's own fault: ignored, but proof of life in half-open.
 * - Everything else says nothing of the backend and is ignored: an error of the app's own, a body that
 *   could not be read, a refusal by another circuit breaker. `HttpClient` hands out what happens on the
 *   way as `HttpErrorResponse`, so any other error comes from an interceptor of the app.
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
