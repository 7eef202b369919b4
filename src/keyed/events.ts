import type { CircuitEvent } from '../core/events.js';
import type { DropReason } from './registry.js';

interface OfKey {
  readonly key: string;
  /** The name of the breaker: the key, unless `optionsFor` gave a name. */
  readonly breaker: string;
}

/** A key was used for the first time, or for the first time since the key was dropped. */
export interface KeyAddedEvent extends OfKey {
  readonly type: 'key-added';
}

/**
 * A key was dropped: the group has forgotten what the key's breaker knew. The reason is `'idle'` (nobody
 * used the key for `idleTime`), `'limit'` (the place was needed for another key) or `'deleted'`.
 */
export interface KeyDroppedEvent extends OfKey {
  readonly type: 'key-dropped';
  readonly reason: DropReason;
}

/** A call found no room for its key: all `maxKeys` keys are busy. The call has a breaker of its own. */
export interface KeyRefusedEvent extends OfKey {
  readonly type: 'key-refused';
}

/** What happened at the breaker of a key, or to the key itself; told apart by `type`. */
export type KeyedCircuitEvent =
  | (CircuitEvent & { readonly key: string })
  | KeyAddedEvent
  | KeyDroppedEvent
  | KeyRefusedEvent;
