import { type MonoTypeOperatorFunction, merge, Observable, skip, take, timer } from 'rxjs';
import { check, count, delay, ensure, object, type Rule } from '../core/check.js';
import { type CircuitOpenError, isCircuitOpenError } from '../core/errors.js';
import { type CircuitBreaker, schedulerOf } from './circuitBreaker.js';

/** The limits of a waiting room. */
export interface WaitWhileOpenOptions {
  /**
   * Milliseconds for which a call may wait altogether, 0 or more. A refused call that would have to wait longer than
   * the rest of that fails at once.
   * @default 10_000
   */
  readonly maxWait?: number;
  /**
   * Calls that may wait at once, from 1 on; `Infinity` is any number. Further ones fail at once.
   * @default 1_000
   */
  readonly maxWaiting?: number;
}

const places: Rule = [
  'a whole number from 1 on, or Infinity',
  (value: number) => value === Infinity || count[1](value as never, value as never),
];

/**
 * A waiting room, as an operator after the breaker: a call that the breaker refuses waits until it may pass, or fails
 * with its refusal.
 *
 * A waiting call asks again when `retryAfter` is over, and as soon as the state changes, so a call that was refused in
 * half-open passes right after the probe's answer. Each attempt is a call of its own for the breaker.
 *
 * Gotcha: waiting calls use memory, and they all come back within a moment. Give them a time limit that their callers
 * can stand.
 *
 * @throws RangeError or TypeError that names the option, the rule and the value.
 * @example
 * ```ts
 * http.get('/rates').pipe(rates, waitWhileOpen(rates, { maxWait: 5_000 }));
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
        // skip: the state as it is now is what refused the call
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
