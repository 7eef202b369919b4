import { Subscription } from 'rxjs';
import { ensure } from '../core/index.js';
import type { CircuitBreaker } from '../rxjs/circuitBreaker.js';
import type { SharingSnapshot } from './circuit.js';
import { later } from './link.js';
import { ensureSharing } from './rules.js';
import { type CircuitSharing, type SharingOptions, shareCircuit } from './shareCircuit.js';

/**
 * A group of breakers by key, as `circuitBreakers` returns.
 *
 * @example
 * ```ts
 * const hosts: SharedGroup = circuitBreakers({ maxKeys: 200 });
 * ```
 */
export interface SharedGroup {
  [Symbol.iterator](): Iterator<readonly [key: string, breaker: CircuitBreaker]>;
}

/**
 * The part of a group in its fleet. `unsubscribe()` leaves the fleet: the breakers go on with their own rules.
 *
 * @example
 * ```ts
 * const store = nodeRedis(client, subscriber);
 * const sharing: CircuitsSharing = shareCircuits(hosts, { store });
 * sharing.of('api.example.com')?.reset(); // in all processes
 * ```
 */
export interface CircuitsSharing extends Subscription {
  /**
   * The sharing of a key's breaker, to hold, trip or reset the key in all processes; undefined for a key that the group
   * does not keep.
   */
  of(key: string): CircuitSharing | undefined;
  /** The part of each key in the fleet, as plain JSON. */
  snapshot(): Record<string, SharingSnapshot>;
}

class GroupPart extends Subscription implements CircuitsSharing {
  private readonly group: SharedGroup;
  private readonly options: SharingOptions;
  private readonly shared: Map<
    string,
    { readonly breaker: CircuitBreaker; readonly sharing: CircuitSharing }
  > = new Map();

  constructor(group: SharedGroup, options: SharingOptions) {
    super();
    this.group = group;
    this.options = options;
    this.look();
  }

  of(key: string): CircuitSharing | undefined {
    this.meet();
    return this.shared.get(key)?.sharing;
  }

  snapshot(): Record<string, SharingSnapshot> {
    this.meet();
    return Object.fromEntries(
      [...this.shared].map(([key, { sharing }]) => [key, sharing.snapshot()]),
    );
  }

  /** Shares new keys and leaves dropped keys, with each heartbeat. */
  private look(): void {
    this.meet();
    const { heartbeat = 1_000 } = this.options;
    const stop = later(heartbeat, () => {
      this.remove(stop);
      this.look();
    });
    this.add(stop);
  }

  private meet(): void {
    if (this.closed) return;
    const kept = new Map(this.group);
    for (const [key, { breaker, sharing }] of this.shared) {
      if (kept.get(key) === breaker) continue;
      this.shared.delete(key);
      this.remove(sharing);
      sharing.unsubscribe();
    }
    for (const [key, breaker] of kept) {
      if (this.shared.has(key)) continue;
      const sharing = shareCircuit(breaker, this.options);
      this.shared.set(key, { breaker, sharing });
      this.add(sharing);
    }
  }
}

/**
 * Shares the breakers of a group with the groups of other processes, key by key, through Redis or Valkey. A key is
 * shared from the first heartbeat after its first use until the group drops the key. A key without calls costs the
 * store nothing.
 *
 * @example
 * ```ts
 * const hosts = circuitBreakers({ maxKeys: 200 });
 * const sharing = shareCircuits(hosts, { store: ioredis(client, client.duplicate()), prefix: 'hosts' });
 * ```
 *
 * @throws RangeError or TypeError that names the option, the rule and the value.
 */
export function shareCircuits(group: SharedGroup, options: SharingOptions): CircuitsSharing {
  const iterates = (it: Partial<SharedGroup>) => typeof it[Symbol.iterator] === 'function';
  ensure('group', group, ['a group of circuit breakers', iterates, 'object']);
  ensureSharing(options);
  return new GroupPart(group, options);
}
