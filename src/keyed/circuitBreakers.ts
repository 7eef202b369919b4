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
 * Uses of a key: `get`, a call that begins or ends, a subscription that begins or ends, and control by hand. A look
 * (`state`, `snapshot()`, `has`, `keys()` ...) is no use. A key is busy while a call is in flight, while somebody is
 * subscribed to `state$` or `events$` of its breaker, during the open time, and while a hand holds its breaker isolated
 * or disabled. The group drops a key after `idleTime` milliseconds without a use, and at the limit the least recently
 * used key. The group never drops a busy key.
 *
 * @example
 * ```ts
 * const tenants: CircuitBreakers = circuitBreakers();
 * tenants.get('acme').trip();
 * for (const [tenant, { state }] of tenants) console.log(tenant, state); // acme open
 * ```
 */
export interface CircuitBreakers extends Iterable<[key: string, breaker: CircuitBreaker]> {
  /** The number of keys that the group keeps now. */
  readonly size: number;
  /**
   * The events of all breakers, with the key, and the events of keys: `key-added`, `key-dropped`, `key-refused`. Never
   * ends. Costs nothing without a subscriber. A subscriber does not make keys busy.
   */
  readonly events$: Observable<KeyedCircuitEvent>;
  /**
   * The breaker of the key, created on first use. Keep the result as long as you like: when the group has dropped the
   * key, the next use creates the breaker again.
   *
   * @throws TypeError or RangeError for a key that is no string of 1 to 1_000 characters.
   *
   * @example
   * ```ts
   * class Payments {
   *   private readonly circuit = hosts.get('payments.example'); // for as long as the app lives
   *   readonly pay = (order: Order) => http.post<Receipt>('/pay', order).pipe(this.circuit);
   * }
   * new Payments().pay(order).subscribe();
   * ```
   */
  get(key: string): CircuitBreaker;
  /**
   * Returns the operator that guards a source with the breaker of the key. `get(key)` uses the key at once; with
   * `guard(key)` each call uses the key.
   *
   * @throws TypeError or RangeError for a key that is no string of 1 to 1_000 characters.
   */
  guard(key: string): <T>(source: Observable<T>) => Observable<T>;
  /** True if the group keeps the key. */
  has(key: string): boolean;
  /** The keys, the least recently used first. */
  keys(): IterableIterator<string>;
  /**
   * Drops a key: the next use starts with a fresh breaker. Calls in flight become late. Subscriptions to the breaker
   * and holds (isolated, disabled) stay. Returns true if the group kept the key.
   */
  delete(key: string): boolean;
  /** Drops all keys, each as `delete` does. */
  clear(): void;
  /** All breakers as plain JSON, by key, the least recently used first. */
  snapshot(): Record<string, CircuitSnapshot>;
  /**
   * The sums since the group was created: all breakers, the breakers of dropped keys included. A call pays nothing for
   * the totals.
   */
  totals(): CircuitTotals;
  /**
   * Refuses every call of all present and later keys until the handle is unsubscribed.
   *
   * @example
   * ```ts
   * const maintenance = hosts.isolate(); // nothing leaves this process
   * maintenance.unsubscribe();
   * ```
   */
  isolate(): Subscription;
  /** Refuses every call of this key until all such handles are unsubscribed. The key is busy meanwhile. */
  isolate(key: string): Subscription;
  /** Admits and counts every call of all present and later keys until the handle is unsubscribed. */
  disable(): Subscription;
  /** Admits and counts every call of this key until all such handles are unsubscribed. The key is busy meanwhile. */
  disable(key: string): Subscription;
  /** Starts a fresh closed state for all keys. Held states stay held. Calls in flight become late. */
  reset(): void;
  /** Starts a fresh closed state for this key, if the group keeps the key. */
  reset(key: string): void;
  /**
   * Replaces the settings of all present and later keys; an absent option gets its default. States stay. A window keeps
   * its contents if the kind of window stays. The group calls `optionsFor` again for each key.
   *
   * @throws RangeError or TypeError that names the option, the rule and the value; the old settings stay.
   */
  configure(options: Omit<CircuitBreakerOptions, 'name' | 'scheduler' | 'restore'>): void;
}

/**
 * Creates a group of circuit breakers: one breaker for each key, created on first use.
 *
 * <span class="informal">One breaker for each dependency, even if the dependencies are unknown beforehand.</span>
 *
 * @example
 * ```ts
 * const hosts = circuitBreakers({ failureRateThreshold: 0.5, maxKeys: 200 }); // created once
 *
 * const load = (url: URL) => fromFetch(url.href).pipe(hosts.guard(url.host));
 * load(new URL('https://a.example/rates')).subscribe();
 * console.log([...hosts.keys()].join()); // a.example
 * ```
 *
 * @throws RangeError or TypeError that names the option, the rule and the value.
 */
export function circuitBreakers(options: CircuitBreakersOptions = {}): CircuitBreakers {
  return new Group(options);
}
