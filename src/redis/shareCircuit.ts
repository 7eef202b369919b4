import { Subscription } from 'rxjs';
import { ensure } from '../core/index.js';
import { type CircuitBreaker, machineOf } from '../rxjs/circuitBreaker.js';
import { SharedCircuit, type SharingSnapshot } from './circuit.js';
import { linkTo } from './link.js';
import { ensureSharing, type JointWindow, rulesOf } from './rules.js';
import type { SharedStore } from './store.js';

/**
 * The options of `shareCircuit` and `shareCircuits`.
 *
 * @example
 * ```ts
 * const store = nodeRedis(client, subscriber);
 * const options: SharingOptions = { store, prefix: 'shop', quorum: 3, heartbeat: 2_000 };
 * ```
 */
export interface SharingOptions {
  /** The server: see `nodeRedis`, `ioredis`, `iovalkey` and `valkeyGlide`. */
  readonly store: SharedStore;
  /**
   * The begin of all keys and of the channel. Processes with equal prefixes and equal names of a breaker are one fleet.
   * @default 'circuits'
   */
  readonly prefix?: string;
  /**
   * A verdict of the fleet needs failures in at least `quorum` processes; 2 or more.
   * @default 2
   */
  readonly quorum?: number;
  /**
   * Milliseconds between two reports of a process with calls, 50 to 60,000. After two heartbeats and a timeout without a
   * report a process no longer counts.
   * @default 1_000
   */
  readonly heartbeat?: number;
  /**
   * Milliseconds for an answer of the store, 50 to 60,000. Calls never wait for the store.
   * @default 1_000
   */
  readonly timeout?: number;
  /**
   * The fleet's window in milliseconds, or with its number of buckets; `Infinity` counts since the fleet closed. Needed
   * for a breaker whose `rollingWindow` counts calls or is endless.
   * @default the breaker's `rollingWindow`
   */
  readonly window?: JointWindow;
}

/**
 * A breaker's part in its fleet. `unsubscribe()` leaves the fleet: the breaker goes on with its own rules.
 *
 * @example
 * ```ts
 * const store = nodeRedis(client, subscriber);
 * const sharing: CircuitSharing = shareCircuit(payments, { store });
 * const hold = sharing.isolate(); // all processes refuse payments
 * hold.unsubscribe();
 * ```
 */
export interface CircuitSharing extends Subscription {
  /** The breaker's part in the fleet, as plain JSON. */
  snapshot(): SharingSnapshot;
  /**
   * Refuses every call in all processes, until all handles of the fleet's `isolate` are unsubscribed or their processes
   * are gone. The breaker's own `isolate` isolates this process only.
   */
  isolate(): Subscription;
  /**
   * Admits every call in all processes, until all handles of the fleet's `disable` are unsubscribed or their processes
   * are gone.
   */
  disable(): Subscription;
  /** Starts a fresh closed state in all processes. */
  reset(): void;
  /** Opens in all processes, as the joint rules do; in this process `error` becomes the `cause` of refusals. */
  trip(error?: unknown): void;
}

class Part extends Subscription implements CircuitSharing {
  private readonly circuit: SharedCircuit;
  private readonly breaker: CircuitBreaker;

  constructor(circuit: SharedCircuit, breaker: CircuitBreaker) {
    super(() => circuit.stop());
    this.circuit = circuit;
    this.breaker = breaker;
  }

  snapshot(): SharingSnapshot {
    return this.circuit.snapshot();
  }

  isolate(): Subscription {
    return new Subscription(this.circuit.holdFleet('isolated'));
  }

  disable(): Subscription {
    return new Subscription(this.circuit.holdFleet('disabled'));
  }

  reset(): void {
    this.breaker.reset();
    this.circuit.tell('reset');
  }

  trip(error?: unknown): void {
    this.breaker.trip(error);
    this.circuit.tell('trip');
  }
}

/**
 * Shares a circuit with the breakers of the same name in other processes, through Redis or Valkey.
 *
 * Each process reports the outcomes of its calls, and keeps its own rules. The fleet opens when the rules hold for the
 * joint counts and at least `quorum` processes have failures, or when most processes have opened by their own rules.
 * One process at a time probes, and all close with the success of the prober. Calls never wait for the store. Without
 * the store each process goes on with its own rules.
 *
 * @example
 * ```ts
 * const payments = circuitBreaker({ name: 'payments' });
 * const sharing = shareCircuit(payments, { store: nodeRedis(client, subscriber) });
 * ```
 *
 * @throws RangeError or TypeError that names the option, the rule and the value.
 */
export function shareCircuit(breaker: CircuitBreaker, options: SharingOptions): CircuitSharing {
  const machine = machineOf(breaker);
  ensure('breaker', breaker, ['a circuit breaker', () => machine, 'function']);
  ensureSharing(options);
  const { store, prefix = 'circuits', quorum = 2, heartbeat = 1_000, timeout = 1_000 } = options;
  if (machine?.sharing)
    throw new TypeError(`breaker must not be shared yet, got one that is shared`);
  const found = machine as NonNullable<typeof machine>;
  const rules = () => rulesOf(found, options.window, { quorum, heartbeat, timeout });
  return new Part(new SharedCircuit(found, linkTo(store, prefix), rules), breaker);
}
