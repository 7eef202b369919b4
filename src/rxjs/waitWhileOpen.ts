import {
  defer,
  type MonoTypeOperatorFunction,
  merge,
  NEVER,
  Observable,
  retry,
  skip,
  throwError,
  timer,
} from 'rxjs';
import { check, count, ensure, delay as milliseconds, object, type Rule } from '../core/check.js';
import { type CircuitOpenError, isCircuitOpenError } from '../core/errors.js';
import { type CircuitBreaker, schedulerOf } from './circuitBreaker.js';
import { LONGEST } from './quietly.js';

/** The limits of a waiting room. */
export interface WaitWhileOpenOptions {
  /**
   * Milliseconds for which a call may wait altogether, 0 or more. A refused call that would have to wait longer than
   * the rest of that fails at once.
   * @default 10_000
   */
  readonly maxWait?: number;
  /**
   * Calls that may wait for the breaker at once, from 1 on; `Infinity` is any number. Further ones fail at once.
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
  check('waitWhileOpen ', options, { maxWait: [milliseconds], maxWaiting: [places] });
  const { maxWait = 10_000, maxWaiting = 1_000 } = options;
  const scheduler = schedulerOf(breaker);
  return (source) =>
    defer(() => {
      let waited = 0;

      const wait = ({ retryAfter }: CircuitOpenError): Observable<unknown> =>
        new Observable((caller) => {
          const since = scheduler.now();
          caller.add(() => {
            waited += Math.max(0, scheduler.now() - since);
            countWaiting(breaker, -1);
          });
          countWaiting(breaker, 1);
          // timers take no longer delay, and for ever is none; a caller who asks early is refused again
          const time =
            retryAfter === Number.POSITIVE_INFINITY
              ? NEVER
              : timer(Math.min(Math.ceil(retryAfter), LONGEST), scheduler);
          // skip: the state as it is now is what refused the call
          merge(time, breaker.state$.pipe(skip(1))).subscribe(caller);
        });

      const delay = (error: unknown): Observable<unknown> => {
        const isRefused = isCircuitOpenError(error) && error.breaker === breaker.name;
        const hasRoom = (waiting.get(breaker) ?? 0) < maxWaiting;
        return isRefused && hasRoom && error.retryAfter <= maxWait - waited
          ? wait(error)
          : throwError(() => error);
      };

      return source.pipe(retry({ delay }));
    });
}

/** Calls that wait for a breaker, in whichever of its waiting rooms. */
const waiting: WeakMap<CircuitBreaker, number> = /* @__PURE__ */ new WeakMap();

function countWaiting(breaker: CircuitBreaker, more: number): void {
  waiting.set(breaker, (waiting.get(breaker) ?? 0) + more);
}
