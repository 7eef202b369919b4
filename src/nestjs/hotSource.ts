import type { Observable } from 'rxjs';
import type { CircuitBreaker } from '../rxjs/circuitBreaker.js';

/**
 * The breaker, telling of each hot source that it is to guard: `ClientProxy.emit()` sends its event at once, so the
 * breaker would refuse a call that has already been made. Such a source is known by its `connect` method.
 *
 * The result is a function whose prototype is the breaker: its members are the breaker's own.
 */
export function tellingOfHotSources(breaker: CircuitBreaker, tell: () => void): CircuitBreaker {
  const guard = <T>(source: Observable<T>): Observable<T> => {
    if (typeof (source as { connect?: unknown }).connect === 'function') tell();
    return breaker(source);
  };
  Object.defineProperty(guard, 'name', { value: breaker.name });
  return Object.setPrototypeOf(guard, breaker) as CircuitBreaker;
}
