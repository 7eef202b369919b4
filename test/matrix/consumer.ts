// A consumer's program, which the matrix compiles against the packed declarations, under every name a
// file can have. It is compiled, not run.
import { type MonoTypeOperatorFunction, type Observable, of, type Subscription } from 'rxjs';
import {
  anyOf,
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitEvent,
  CircuitOpenError,
  type CircuitSnapshot,
  type CircuitState,
  circuitBreaker,
  consecutiveFailures,
  exponential,
  failureRate,
  isCircuitOpenError,
  jittered,
  type Permit,
} from '../../src/index.ts';

const options: CircuitBreakerOptions = {
  name: 'payments',
  tripWhen: anyOf(failureRate(0.5), consecutiveFailures(3)),
  retryTimeout: jittered(exponential({ initial: 100 })),
  rollingWindow: { duration: 1_000, buckets: 4 },
  classifyError: (error, state) =>
    error instanceof Error && state === 'closed' ? 'failure' : 'ignored',
};
const breaker: CircuitBreaker = circuitBreaker(options);

export const numbers: Observable<number> = of(1).pipe(breaker);
export const texts: Observable<string> = of('a').pipe(breaker);
export const operator: MonoTypeOperatorFunction<Date> = breaker;
export const state: CircuitState = breaker.state;
export const snapshot: CircuitSnapshot = breaker.snapshot();
export const handle: Subscription = breaker.isolate();
export const permit: Permit = breaker.acquire();
export const answer: Promise<number> = breaker.execute(async (signal) => (signal.aborted ? 0 : 1));

export function describe(event: CircuitEvent): string {
  switch (event.type) {
    case 'state-change':
      return `${event.from} > ${event.to}: ${event.reason} ${event.snapshot.counts.failures}`;
    case 'rejected':
      return `refused for ${event.retryAfter} ms`;
    case 'failure':
      return String(event.error);
    default:
      return event.type;
  }
}

export function wait(error: unknown): number {
  if (error instanceof CircuitOpenError) return error.retryAfter;
  return isCircuitOpenError(error) ? error.retryAfter : 0;
}
