import type { CircuitEvent } from '../core/events.js';
import type { DropReason } from './registry.js';

interface OfKey {
  readonly key: string;
  /** The name of the breaker: the key, unless `optionsFor` gave a name. */
  readonly breaker: string;
}

/**
 * The group keeps a new key: the first use of the key, or the first use since the group dropped the key.
 *
 * @example
 * ```ts
 * hosts.events$.subscribe((event) => {
 *   if (event.type === 'key-added') console.log(event.key); // a.example
 * });
 * hosts.get('a.example');
 * ```
 */
export interface KeyAddedEvent extends OfKey {
  readonly type: 'key-added';
}

/**
 * The group dropped a key, with all knowledge of its breaker. The reason is `'idle'` (no use for `idleTime`),
 * `'limit'` (another key needed the place) or `'deleted'`.
 *
 * @example
 * ```ts
 * hosts.events$.subscribe((event) => {
 *   if (event.type === 'key-dropped') console.log(event.key, event.reason); // a.example deleted
 * });
 * hosts.get('a.example');
 * hosts.delete('a.example');
 * ```
 */
export interface KeyDroppedEvent extends OfKey {
  readonly type: 'key-dropped';
  readonly reason: DropReason;
}

/**
 * A call found no room for its key, because all `maxKeys` keys are busy. The call has a breaker of its own.
 *
 * @example
 * ```ts
 * const small = circuitBreakers({ maxKeys: 1 });
 * small.events$.subscribe((event) => {
 *   if (event.type === 'key-refused') console.log(event.key); // b.example
 * });
 * small.get('a.example').acquire(); // in flight, so the key is busy
 * small.get('b.example').acquire();
 * ```
 */
export interface KeyRefusedEvent extends OfKey {
  readonly type: 'key-refused';
}

/**
 * An event of the breaker of a key, or of the key itself; `type` tells the events apart.
 *
 * @example
 * ```ts
 * const log = (event: KeyedCircuitEvent) => console.log(event.key, event.type); // a.example key-added
 * hosts.events$.subscribe(log);
 * hosts.get('a.example');
 * ```
 */
export type KeyedCircuitEvent =
  | (CircuitEvent & { readonly key: string })
  | KeyAddedEvent
  | KeyDroppedEvent
  | KeyRefusedEvent;
