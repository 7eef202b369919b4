import { Subscription } from 'rxjs';
import { ensure } from '../core/index.js';
import { type CircuitBreaker, machineOf } from '../rxjs/circuitBreaker.js';
import { SharedCircuit, type SharingSnapshot } from './circuit.js';
import { linkTo } from './link.js';
import { ensureSharing, type JointWindow, rulesOf } from './rules.js';
import type { SharedStore } from './store.js';

/** How a circuit is shared with other processes. */
export interface SharingOptions {
  /** The server: see `nodeRedis`, `ioredis`, `iovalkey` and `valkeyGlide`. */
  readonly store: SharedStore;
  /**
   * Stands in front of all keys and of the channel. Processes with the same prefix and the same name of a breaker are
   * one fleet.
   * @default 'circuits'
   */
  readonly prefix?: string;
  /**
   * Processes with failures of their own that a verdict of the fleet takes; 2 or more.
   * @default 2
   */
  readonly quorum?: number;
  /**
   * Milliseconds between two reports while there is traffic, 50 to 60,000. A process that was not heard for two
   * heartbeats and a timeout is none of the fleet.
   * @default 1_000
   */
  readonly heartbeat?: number;
  /**
   * Milliseconds that the store may take for an answer, 50 to 60,000. No call waits for one.
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

/** A breaker's part in its fleet, until `unsubscribe()`: then the breaker goes on with its own rules. */
export interface CircuitSharing extends Subscription {
  /** How the sharing fares, as plain JSON. */
  snapshot(): SharingSnapshot;
  /**
   * Refuses everything in all processes until every such handle is unsubscribed, or its process is gone. The breaker's
   * own `isolate` isolates this process only.
   */
  isolate(): Subscription;
  /** Lets everything through in all processes, until every such handle is unsubscribed, or its process is gone. */
  disable(): Subscription;
  /** Starts again with a fresh closed state in all processes. */
  reset(): void;
  /** Opens in all processes, as if the fleet's rules had decided; `error` becomes this process's cause. */
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
 * Each process reports how its calls ended, and keeps its own rules. The fleet opens together when the rules hold for
 * what all have seen and at least `quorum` processes have failures, or when most processes have opened, each by its
 * own rules. One process at a time probes, and all close with its success. Calls never wait for the store; without the
 * store each process goes on with its own rules.
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
  ensure('breaker', machine, ['a circuit breaker', Boolean, 'object']);
  ensureSharing(options);
  const { store, prefix = 'circuits', quorum = 2, heartbeat = 1_000, timeout = 1_000 } = options;
  if (machine?.sharing)
    throw new TypeError(`breaker must not be shared yet, got one that is shared`);
  const found = machine as NonNullable<typeof machine>;
  const rules = () => rulesOf(found, options.window, { quorum, heartbeat, timeout });
  return new Part(new SharedCircuit(found, linkTo(store, prefix), rules), breaker);
}
