import { type ObservableInput, of, type RetryConfig, throwError, timer } from 'rxjs';
import { ensure, object, type Rule } from '../core/check.js';
import { isCircuitOpenError } from '../core/errors.js';
import { LONGEST } from './quietly.js';

/** Timers take a longer delay for none, and a retry would follow at once, again and again. */
const pause: Rule = [
  `a number of milliseconds, 0 or more, at most ${LONGEST}`,
  (value: number) => value >= 0 && value <= LONGEST,
];

/**
 * Returns a config for RxJS's `retry` that stops at refusals: the caller gets a refusal at once, and all other errors
 * are retried as `config` says. A plain `retry` around a breaker asks an open breaker again and again.
 *
 * @param config The config of `retry`: `count`, `delay` (milliseconds, 0 or more, or a function), `resetOnSuccess`.
 * @default endless retries at once
 * @throws RangeError or TypeError for a `delay` of another kind.
 * @example
 * ```ts
 * rates.trip();
 * http.get('/rates').pipe(rates, retry(unlessRefused({ count: 3, delay: 500 }))).subscribe({
 *   error: () => console.log(rates.totals().rejected), // 1
 * });
 * ```
 */
export function unlessRefused(config: RetryConfig = {}): RetryConfig {
  ensure('unlessRefused config', config, object);
  const { delay } = config;
  if (delay !== undefined && typeof delay !== 'function') {
    ensure('unlessRefused delay', delay, pause);
  }
  return {
    ...config,
    delay: (error: unknown, count: number): ObservableInput<unknown> => {
      if (isCircuitOpenError(error)) return throwError(() => error);
      if (typeof delay === 'function') return delay(error, count);
      return delay === undefined ? of(count) : timer(delay); // no delay: retry at once, as RxJS does
    },
  };
}
