import { of, Subject, throwError } from 'rxjs';
import type { CircuitBreaker } from '../../src/index.ts';

/** Makes so many calls that succeed at once, or are refused. */
export function succeed(breaker: CircuitBreaker, times = 1): void {
  for (let i = 0; i < times; i++)
    of('ok')
      .pipe(breaker)
      .subscribe({ error: () => {} });
}

/** Makes so many calls that fail at once, or are refused. */
export function fail(breaker: CircuitBreaker, times = 1, error: unknown = new Error('down')): void {
  for (let i = 0; i < times; i++) {
    throwError(() => error)
      .pipe(breaker)
      .subscribe({ error: () => {} });
  }
}

/** Begins a call; the answer ends it. */
export function begin(breaker: CircuitBreaker): Subject<string> {
  const answer = new Subject<string>();
  answer.pipe(breaker).subscribe({ error: () => {} });
  return answer;
}
