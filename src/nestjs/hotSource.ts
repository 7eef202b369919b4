import type { Observable } from 'rxjs';
import type { CircuitBreaker } from '../rxjs/circuitBreaker.js';

type Guard = <T>(source: Observable<T>) => Observable<T>;

/**
 * The breaker, telling of each hot source that it is to guard: `ClientProxy.emit()` sends its event at once, so the
 * breaker would refuse a call that has already been made. Such a source is known by its `connect` method.
 *
 * The result is a function whose prototype is the breaker: its other members are the breaker's own.
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
