import { type MonoTypeOperatorFunction, merge, Observable, skip, take, timer } from 'rxjs';
import { check, count, delay, ensure, object, type Rule } from '../core/check.js';
import { type CircuitOpenError, isCircuitOpenError } from '../core/errors.js';
import { type CircuitBreaker, schedulerOf } from './circuitBreaker.js';

/**
 * The limits of a waiting room.
 *
 * @example
 * ```ts
 * const limits: WaitWhileOpenOptions = { maxWait: 2_000, maxWaiting: 100 };
 * http.get<Rates>('/rates').pipe(rates, waitWhileOpen(rates, limits)).subscribe();
 * ```
 */
export interface WaitWhileOpenOptions {
  /**
   * The total time that a call may wait, in milliseconds, 0 or more. A refused call fails at once if its `retryAfter`
   * is longer than the rest of the total.
   * @default 10_000
   */
  readonly maxWait?: number;
  /**
   * The calls that may wait at the same time: a whole number from 1 on, or `Infinity`. Further calls fail at once.
   * @default 1_000
   */
  readonly maxWaiting?: number;
}

const places: Rule = [
  'a whole number from 1 on, or Infinity',
  (value: number) => value === Infinity || count[1](value as never, value as never),
];

/**
 * A waiting room, as an operator after the breaker: a refused call waits until the breaker admits the call, or fails
 * with the refusal.
 *
 * A waiting call asks again after `retryAfter` milliseconds, and when the state changes: a call refused in half-open
 * passes right after the answer of the probe. For the breaker each attempt is a new call.
 *
 * Gotcha: waiting calls use memory, and all waiting calls come back at the same moment. Choose a `maxWait` that the
 * callers can accept.
 *
 * @param breaker The breaker before this operator in the pipe.
 * @param options The limits. @default 10_000 ms and 1_000 calls
 * @throws RangeError or TypeError that names the option, the rule and the value.
 * @example
 * ```ts
 * rates.trip();
 * http.get('/rates').pipe(rates, waitWhileOpen(rates, { maxWait: 5_000 })).subscribe(() => {
 *   console.log(rates.state); // closed
 * });
 * rates.reset();
 * ```
 */
export function waitWhileOpen<T>(
  breaker: CircuitBreaker,
  options: WaitWhileOpenOptions = {},
): MonoTypeOperatorFunction<T> {
  ensure('waitWhileOpen options', options, object);
  check('waitWhileOpen ', options, { maxWait: [delay], maxWaiting: [places] });
  const { maxWait = 10_000, maxWaiting = 1_000 } = options;
  const scheduler = schedulerOf(breaker);
  let waiting = 0;
  return (source) =>
    new Observable((subscriber) => {
      let waited = 0;

      const ask = (): void => {
        subscriber.add(
          source.subscribe({
            next: (value) => subscriber.next(value),
            error: (error) => {
              if (isCircuitOpenError(error) && error.breaker === breaker.name) wait(error);
              else subscriber.error(error);
            },
            complete: () => subscriber.complete(),
          }),
        );
      };

      const wait = (refusal: CircuitOpenError): void => {
        const { retryAfter } = refusal;
        if (retryAfter > maxWait - waited || waiting >= maxWaiting) {
          subscriber.error(refusal);
          return;
        }
        waiting++;
        const since = scheduler.now();
        // skip(1): the present state has refused the call
        const called = merge(timer(retryAfter, scheduler), breaker.state$.pipe(skip(1)));
        const stay = called.pipe(take(1)).subscribe(() => {
          waited += Math.max(0, scheduler.now() - since);
          ask();
        });
        stay.add(() => waiting--);
        subscriber.add(stay);
      };

      ask();
    });
}
