import { catchError, defer, map, mergeMap, type Observable, of, take, timer } from 'rxjs';
import { type CircuitBreaker, isCircuitOpenError } from 'rxjs-circuit-breaker';
import { seconds } from './text.ts';

/** How one call ended. */
export interface Result {
  readonly call: number;
  readonly kind: 'succeeded' | 'failed' | 'refused';
  readonly text: string;
}

/** Calls the service every `pace` milliseconds, through the breaker, and tells each result as it comes. */
export function callService(
  url: string,
  breaker: CircuitBreaker,
  { calls, pace }: { readonly calls: number; readonly pace: number },
): Observable<Result> {
  return timer(0, pace).pipe(
    take(calls),
    map((tick) => tick + 1),
    mergeMap((call) =>
      request(`${url}/call/${call}`).pipe(
        breaker,
        map((text): Result => ({ call, kind: 'succeeded', text })),
        catchError((error: unknown) => of(failure(call, error))),
      ),
    ),
  );
}

/** One request each time it is subscribed to. `fetch` fails only without an answer, so we look at it. */
function request(url: string): Observable<string> {
  return defer(async () => {
    const response = await fetch(url);
    await response.arrayBuffer(); // read to its end, so that the connection can be used again
    const text = `${response.status} ${response.statusText}`;
    if (!response.ok) throw new Error(text);
    return text;
  });
}

function failure(call: number, error: unknown): Result {
  return isCircuitOpenError(error)
    ? { call, kind: 'refused', text: `refused, try again in ${seconds(error.retryAfter)}` }
    : { call, kind: 'failed', text: error instanceof Error ? error.message : String(error) };
}
