import { HttpErrorResponse, HttpHeaders, type HttpRequest } from '@angular/common/http';
import { brandAsRefusal, CircuitOpenError } from '../core/index.js';

/**
 * A refusal as the answer of a server that is unavailable, which error handlers know how to deal with.
 * `isCircuitOpenError` knows it, too.
 */
export function toHttpError(
  refusal: CircuitOpenError,
  request: HttpRequest<unknown>,
): HttpErrorResponse {
  const { retryAfter } = refusal;
  // Isolated: nobody knows for how long, so nothing is said.
  const seconds = Number.isFinite(retryAfter)
    ? String(Math.max(1, Math.ceil(retryAfter / 1_000)))
    : '';
  const response = new HttpErrorResponse({
    status: 503,
    statusText: 'Service Unavailable',
    url: request.urlWithParams,
    headers: seconds === '' ? new HttpHeaders() : new HttpHeaders({ 'Retry-After': seconds }),
    error: refusal,
  });
  const message = `${response.message}: ${refusal.message}`;
  return Object.assign(brandAsRefusal(response, refusal), { message });
}

/** The refusal without what failed: that may be another user's response. */
export function withoutCause({ breaker, state, retryAfter }: CircuitOpenError): CircuitOpenError {
  return new CircuitOpenError(breaker, state, retryAfter);
}
