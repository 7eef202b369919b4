import {
  defer,
  filter,
  type MonoTypeOperatorFunction,
  merge,
  NEVER,
  Observable,
  retry,
  share,
  skip,
  takeUntil,
  throwError,
  timer,
} from 'rxjs';
import { check, count, ensure, delay as milliseconds, object, type Rule } from '../core/check.js';
import { type CircuitOpenError, isCircuitOpenError } from '../core/errors.js';
import { type CircuitBreaker, schedulerOf } from './circuitBreaker.js';
import { LONGEST } from './quietly.js';

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
   * The calls that may wait for the breaker at the same time: a whole number from 1 on, or `Infinity`. Further calls fail
   * at once.
   * @default 1_000
   */
  readonly maxWaiting?: number;
}

const places: Rule = [
  'a whole number from 1 on, or Infinity',
  (value: number) => value === Infinity || count[1](value as never, value as never),
];

const handle: Rule = ['a circuit breaker', (value: object) => 'state$' in value, 'function'];

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
  ensure('waitWhileOpen breaker', breaker, handle);
  ensure('waitWhileOpen options', options, object);
  check('waitWhileOpen ', options, { maxWait: [milliseconds], maxWaiting: [places] });
  const { maxWait = 10_000, maxWaiting = 1_000 } = options;
  const scheduler = schedulerOf(breaker);
  return (source) =>
    defer(() => {
      let waited = 0;

      const wait = ({ state, retryAfter }: CircuitOpenError): Observable<unknown> =>
        new Observable((caller) => {
          const since = scheduler.now();
          caller.add(() => {
            waited += Math.max(0, scheduler.now() - since);
            countWaiting(breaker, -1);
          });
          countWaiting(breaker, 1);
          // a timer takes at most LONGEST; after an early timer the breaker refuses the call again
          const time =
            retryAfter === Number.POSITIVE_INFINITY
              ? NEVER
              : timer(Math.min(Math.ceil(retryAfter), LONGEST), scheduler);
          const change = changesOf(breaker);
          const place = state === 'half-open' ? placesOf(breaker) : NEVER;
          merge(time, place, change).subscribe(caller);
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

/**
 * Half-open: tells when a place may be free. A round that goes on, or an answer that does not count, is no change of the
 * state. All waiting calls share one subscription: each refusal of one of them is an event, too.
 */
function placesOf(breaker: CircuitBreaker): Observable<unknown> {
  let places = waitedFor.get(breaker);
  if (places === undefined) {
    places = breaker.events$.pipe(
      filter(({ type }) => type !== 'rejected' && breaker.state === 'half-open'),
      takeUntil(changesOf(breaker)), // first of all: nobody listens to the calls of the next state
      share(),
    );
    waitedFor.set(breaker, places);
  }
  return places;
}

/** The next states: the present one has refused the call. */
function changesOf(breaker: CircuitBreaker): Observable<unknown> {
  return breaker.state$.pipe(skip(1));
}

const waitedFor: WeakMap<CircuitBreaker, Observable<unknown>> = /* @__PURE__ */ new WeakMap();

/** The calls that wait for a breaker, in all its waiting rooms together. */
const waiting: WeakMap<CircuitBreaker, number> = /* @__PURE__ */ new WeakMap();

function countWaiting(breaker: CircuitBreaker, more: number): void {
  waiting.set(breaker, (waiting.get(breaker) ?? 0) + more);
}
