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
 * A config for RxJS's `retry` that stops at refusals: what a circuit breaker refuses is not tried again, and all other
 * errors are retried as `config` says.
 *
 * A retry around a breaker without this asks an open breaker again and again. With it, the caller hears of the open
 * circuit at once.
 *
 * @param config The config of `retry`: `count`, `delay` (milliseconds or a function), `resetOnSuccess`.
 * @throws RangeError or TypeError for a `delay` that is neither milliseconds nor a function.
 * @example
 * ```ts
 * http.get('/rates').pipe(rates, retry(unlessRefused({ count: 3, delay: 500 })));
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
      return delay === undefined ? of(count) : timer(delay); // without a delay: at once, as retry does
    },
  };
}
