import type { Observable } from 'rxjs';
import type { CircuitBreaker } from '../rxjs/circuitBreaker.js';

type Guard = <T>(source: Observable<T>) => Observable<T>;

/**
 * The breaker, with a call of `tell` for each hot source: `ClientProxy.emit()` sends the event at once, so an open
 * breaker refuses a call that has already been made. A hot source has a `connect` method.
 *
 * The result is a function with the breaker as prototype: all members but `with` are the breaker's own.
 */
export function tellingOfHotSources(breaker: CircuitBreaker, tell: () => void): CircuitBreaker {
  const looking =
    (guard: Guard): Guard =>
    (source) => {
      if (typeof Object(source).connect === 'function') tell();
      return guard(source);
    };
  const telling = Object.defineProperties(looking(breaker), {
    name: { value: breaker.name },
    with: {
      value: (...call: Parameters<CircuitBreaker['with']>) => looking(breaker.with(...call)),
    },
  });
  return Object.setPrototypeOf(telling, breaker) as CircuitBreaker;
}
