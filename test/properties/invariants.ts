import type { Breaker } from './breaker.ts';
import { tally } from './model/totals.ts';
import type { Told } from './model/words.ts';
import { sorted } from './recording.ts';
import { fail, same } from './same.ts';

// What holds of any breaker at any moment. The model has no part in it, so that a mistake that it shares
// with the breaker is seen all the same.

/** Never too many probes, never stuck, never refusing without a reason, and no timer for nobody. */
export function holdsAlways({ breaker, time, watched, running }: Breaker, maxProbes: number): void {
  const { state, counts } = breaker.snapshot();
  const { inFlight } = counts;
  if (inFlight < 0 || inFlight > running) fail(`${inFlight} places for ${running} calls`);
  if (state === 'half-open') {
    if (inFlight > maxProbes) fail(`${inFlight} probes, though maxProbes is ${maxProbes}`);
    if (inFlight === 0 && breaker.retryAfter > 0) fail('half-open is stuck: all wait for nobody');
  } else if (state !== 'open' && state !== 'isolated') {
    if (breaker.retryAfter !== 0) fail(`${state}, and yet it asks to wait`);
  }
  if (time.waiting > (watched ? 1 : 0)) fail(`${time.waiting} timers`);
}

/** Of an admission: closed and disabled refuse nobody. */
export function refusesForAReason(refusedBy: string | undefined): void {
  if (refusedBy === 'closed' || refusedBy === 'disabled') fail(`refused in ${refusedBy}`);
}

/** Does something with a call. If that is told as late, it has changed nothing. */
export function lateChangesNothing({ breaker, events }: Breaker, does: () => void): void {
  const before = JSON.stringify(breaker.snapshot()); // brings it up to date too
  const told = events.length;
  does();
  const [first, ...more] = events.slice(told);
  if (first?.type !== 'late') return;
  same('after a late result', JSON.stringify(breaker.snapshot()), before);
  if (more.length > 0) fail('a late result had consequences');
}

/** Rule 24: the totals are the tally of what was told. For a breaker that was watched from its beginning. */
export function totalsAreTheTally({ breaker, events, watched }: Breaker): void {
  if (!watched) return;
  const { time: _, ...totals } = breaker.totals();
  same('totals', sorted(totals), sorted(tally(events as readonly Told[])));
}

/** When all calls have ended: no place was lost, none freed twice. */
export function nothingIsLeft({ breaker }: Breaker): void {
  if (breaker.snapshot().counts.inFlight !== 0) fail('a place is lost');
}

/** When nobody observes any longer. */
export function nothingWaits({ time }: Breaker): void {
  if (time.waiting > 0) fail('a timer without an observer');
}
