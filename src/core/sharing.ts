import type { CircuitState, StateChangeReason } from './state.js';

/**
 * The link of a machine to the same circuit in other processes.
 *
 * The machine calls these methods in the middle of a change. An implementation notes the news and acts later; never call
 * the machine from these methods. Without a link a machine pays nothing.
 */
export interface Sharing {
  /**
   * Half-open: the most probes of this machine in flight, beside the machine's own limit. `Infinity`: only the own limit
   * counts.
   */
  readonly places: number;
  /**
   * Closed: `calls` calls are bad now (failed or slow), and no rule has tripped. 0: a call has ended that was bad
   * before.
   */
  bad(calls: number): void;
  /** A call was refused in open or half-open; `retryAfter` milliseconds are left. */
  refused(retryAfter: number): void;
  /** The machine has entered a state. */
  entered(state: CircuitState, reason: StateChangeReason): void;
}
