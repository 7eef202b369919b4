import type { SchedulerLike, Subscription } from 'rxjs';

/** The longest delay of a timer, in milliseconds. A timer with a longer delay would fire at once. */
export const LONGEST: number = 2 ** 31 - 1;

interface ZoneJs {
  readonly Zone?: { readonly root?: { run(work: () => Subscription): Subscription } };
}

/** An action of `asyncScheduler` with its Node timer; `unref` lets the process end before the timer fires. */
interface TimerAction {
  readonly id?: { unref?: () => void };
}

/**
 * Sets a timer that holds nothing back. A Node process may end before the timer fires. The timer runs in the root zone
 * of zone.js, so an Angular app becomes stable, and a server sends its response.
 *
 * @param delay Milliseconds. For more than 2^31 - 1 ms the timer fires early: read the clock, and set the timer again.
 */
export function quietly(scheduler: SchedulerLike, work: () => void, delay: number): Subscription {
  const set = (): Subscription => {
    const action = scheduler.schedule(work, Math.min(Math.ceil(delay), LONGEST));
    (action as TimerAction).id?.unref?.();
    return action;
  };
  const { Zone } = globalThis as ZoneJs;
  return Zone?.root ? Zone.root.run(set) : set();
}
