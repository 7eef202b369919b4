import { NEVER } from './clock.js';
import type { Machine } from './machine.js';

/**
 * Follows the other processes into open or closed. `left` is the rest of their open time in milliseconds, `attempt` the
 * number of their opening. A held state stays held.
 *
 * A function, and not a method of the machine: a bundle without `redis/` leaves the function out.
 */
export function adopt(
  machine: Machine,
  state: 'open' | 'closed',
  left: number,
  attempt: number,
): void {
  machine['catchUp']();
  if (machine['isolations'] + machine['disables'] > 0) return;
  const now = machine.now();
  const isOpen = state === 'open';
  machine['attempt'] = attempt;
  const reason = isOpen ? 'peers-opened' : 'peers-closed';
  machine['transition'](state, reason, now, isOpen ? now + left : NEVER);
  machine['flush']();
}
