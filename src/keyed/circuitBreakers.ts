import type { Observable, Subscription } from 'rxjs';
import type { CircuitSnapshot } from '../core/snapshot.js';
import type { CircuitTotals } from '../core/totals.js';
import type { CircuitBreaker, CircuitBreakerOptions } from '../rxjs/circuitBreaker.js';
import type { KeyedCircuitEvent } from './events.js';
import { Group } from './group.js';
import type { CircuitBreakersOptions } from './options.js';

export type { CircuitBreakersOptions };

/**
 * A circuit breaker for each key: each host, tenant or route that can fail by itself.
 *
 * A key is *used* when somebody gets the breaker, makes or ends a call, subscribes, leaves, or takes
 * control. A look (`state`, `snapshot()`, `has`, `keys()` ...) is no use. A key is *busy* while a call is
 * in flight, somebody is subscribed to `state$` or `events$` of its breaker, its open time lasts, or
 * somebody holds it isolated or disabled. A key that nobody used for `idleTime` is dropped, and at the
 * limit the least recently used key makes room; a busy key is dropped by neither.
 */
export interface CircuitBreakers extends Iterable<[key: string, breaker: CircuitBreaker]> {
  /** How many keys are kept now. */
  readonly size: number;
  /**
   * What happens at all the breakers, with the key, and to the keys: `key-added`, `key-dropped`,
   * `key-refused`. Never ends. Costs nothing while nobody listens. To listen keeps no key.
   */
  readonly events$: Observable<KeyedCircuitEvent>;
  /**
   * The breaker of the key; made on first use. What you get may be kept: after the key was dropped, and
   * made again, it is the key's new breaker.
   *
   * @example
   * ```ts
   * class Payments {
   *   private readonly circuit = hosts.get('payments.example'); // for as long as the app lives
   *   pay = (order: Order) => http.post<Receipt>('/pay', order).pipe(this.circuit);
   * }
   * ```
   */
  get(key: string): CircuitBreaker;
  /**
   * An operator that guards a source with the breaker of the key. As the operator `get(key)`, but the key
   * is not used before the first call.
   */
  guard(key: string): <T>(source: Observable<T>) => Observable<T>;
  /** Whether the key is kept. */
  has(key: string): boolean;
  /** The keys, the least recently used first. */
  keys(): IterableIterator<string>;
  /**
   * Forgets a key: the next use begins with a fresh breaker. Calls in flight are late. Whoever is
   * subscribed to the breaker stays, and whoever holds the breaker isolated or disabled still does.
   * Returns whether the key was kept.
   */
  delete(key: string): boolean;
  /** Forgets all keys, each as `delete` does. */
  clear(): void;
  /** All breakers as plain JSON, by key, the least recently used first. */
  snapshot(): Record<string, CircuitSnapshot>;
  /**
   * What happened since the group was made: at all breakers, at those of keys that were dropped since, and
   * at calls that found no room. Costs a call nothing.
   */
  totals(): CircuitTotals;
  /**
   * Refuses everything until the handle is unsubscribed: everything of all keys, later ones too.
   *
   * @example
   * ```ts
   * const maintenance = hosts.isolate(); // nothing leaves this process
   * maintenance.unsubscribe();
   * ```
   */
  isolate(): Subscription;
  /** Refuses everything of this key until every such handle is unsubscribed. The key is kept meanwhile. */
  isolate(key: string): Subscription;
  /** Lets everything through, and counts, until the handle is unsubscribed: for all keys, later ones too. */
  disable(): Subscription;
  /** Lets everything of this key through until every such handle is unsubscribed. The key is kept meanwhile. */
  disable(key: string): Subscription;
  /** A fresh closed state for all keys. Held states stay held. Calls in flight are late. */
  reset(): void;
  /** A fresh closed state for this key, if the key is kept. */
  reset(key: string): void;
  /**
   * Takes these settings for all keys from now on, later ones too, and the default for each option left out.
   * States stay, and evidence as far as it fits. `optionsFor` is asked again for each key.
   *
   * @throws RangeError or TypeError that names the option, the rule and the value; the settings are then as before.
   */
  configure(options: Omit<CircuitBreakerOptions, 'name' | 'scheduler' | 'restore'>): void;
}

/**
 * Makes a group of circuit breakers, one for each key, made on first use.
 *
 * <span class="informal">One breaker per dependency, without knowing them beforehand.</span>
 *
 * @example
 * ```ts
 * const hosts = circuitBreakers({ failureRateThreshold: 0.5, maxKeys: 200 }); // made once
 *
 * const load = (url: URL) => fromFetch(url).pipe(hosts.guard(url.host));
 * ```
 *
 * @throws RangeError or TypeError that names the option, the rule and the value.
 */
export function circuitBreakers(options: CircuitBreakersOptions = {}): CircuitBreakers {
  return new Group(options);
}
