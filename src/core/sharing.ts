import type { CircuitState, StateChangeReason } from './state.js';

/**
 * The link of a machine to the same circuit in other processes.
 *
 * The machine calls these methods in the middle of its work: an implementation notes the news, acts later, and never
 * calls the machine back from inside. A machine that is not shared has no link and pays nothing.
 */
export interface Sharing {
  /**
   * Probes that the other processes leave to this machine in half-open, in flight at once; a limit beside the
   * machine's own. `Infinity` where only the machine's own limit counts.
   */
  readonly places: number;
  /**
   * In closed, `calls` calls have turned out bad (failed, or slow by now) and tripped no rule. 0 where a call that was
   * bad already has ended.
   */
  bad(calls: number): void;
  /** A call was refused in open or half-open; `retryAfter` milliseconds are left. */
  refused(retryAfter: number): void;
  /** The machine has entered a state. */
  entered(state: CircuitState, reason: StateChangeReason): void;
}
