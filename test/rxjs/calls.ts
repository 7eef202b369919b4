import { config, NEVER, type Observable, of, Subject, type Subscription, throwError } from 'rxjs';
import type { CircuitBreaker, CircuitEvent, CircuitState } from '../../src/index.ts';

export const boom = new Error('boom');

/** Everything an Observable tells, as text: `1`, `2`, `|`, `#boom`, `#CircuitOpenError`. */
export function record(source: Observable<unknown>): string[] {
  const heard: string[] = [];
  source.subscribe({
    next: (value) => heard.push(String(value)),
    error: (error: Error) => heard.push(`#${error.name === 'Error' ? error.message : error.name}`),
    complete: () => heard.push('|'),
  });
  return heard;
}

/** A call that succeeds at once. */
export const succeed = (breaker: CircuitBreaker, times = 1): void => {
  for (let i = 0; i < times; i++) of('ok').pipe(breaker).subscribe();
};

/** A call that fails at once, with `boom` or the error given. */
export const fail = (breaker: CircuitBreaker, times = 1, ...given: readonly unknown[]): void => {
  const error = given.length > 0 ? given[0] : boom;
  for (let i = 0; i < times; i++) {
    throwError(() => error)
      .pipe(breaker)
      .subscribe({ error: () => {} });
  }
};

/** A call that stays in flight until it is told otherwise. */
export interface Pending {
  readonly heard: string[];
  readonly subscription: Subscription;
  next(value?: unknown): void;
  complete(): void;
  error(error?: unknown): void;
  cancel(): void;
}

export function start(breaker: CircuitBreaker): Pending {
  const source = new Subject<unknown>();
  const heard: string[] = [];
  const subscription = source.pipe(breaker).subscribe({
    next: (value) => heard.push(String(value)),
    error: (error: Error) => heard.push(`#${error.name === 'Error' ? error.message : error.name}`),
    complete: () => heard.push('|'),
  });
  return {
    heard,
    subscription,
    next: (value = 'v') => source.next(value),
    complete: () => source.complete(),
    error: (error = boom) => source.error(error),
    cancel: () => subscription.unsubscribe(),
  };
}

/** Whether a call would be let through now; gives its place back. */
export function admits(breaker: CircuitBreaker): boolean {
  let refused = false;
  NEVER.pipe(breaker)
    .subscribe({ error: () => (refused = true) })
    .unsubscribe();
  return !refused;
}

/** What `state$` tells from now on. */
export function states(breaker: CircuitBreaker): CircuitState[] {
  const heard: CircuitState[] = [];
  breaker.state$.subscribe((state) => heard.push(state));
  return heard;
}

/** What `events$` tells from now on. */
export function events(breaker: CircuitBreaker): CircuitEvent[] {
  const heard: CircuitEvent[] = [];
  breaker.events$.subscribe((event) => heard.push(event));
  return heard;
}

/** Runs `body` and answers with what was reported to RxJS's own `onUnhandledError` over it. */
export async function unhandled(body: () => void): Promise<unknown[]> {
  const reported: unknown[] = [];
  const before = config.onUnhandledError;
  config.onUnhandledError = (error) => reported.push(error);
  try {
    body();
    // RxJS reports from a timeout of 0; one that is set later rings later
    await new Promise((resolve) => setTimeout(resolve, 0));
  } finally {
    config.onUnhandledError = before;
  }
  return reported;
}
