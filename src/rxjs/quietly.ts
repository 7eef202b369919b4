import type { SchedulerLike, Subscription } from 'rxjs';

/** The longest delay that timers take, in milliseconds; a longer one would fire at once. */
export const LONGEST: number = 2 ** 31 - 1;

interface ZoneJs {
  readonly Zone?: { readonly root?: { run(work: () => Subscription): Subscription } };
}

/** The part of a timer of Node, held by the action of `asyncScheduler`, that lets the process end. */
interface TimerAction {
  readonly id?: { unref?: () => void };
}

/**
 * Sets a timer that nobody waits for (rule 11): it keeps no Node process alive, and set outside of every zone of
 * zone.js it holds back no Angular app and no response of a server that renders one.
 *
 * @param delay Milliseconds. A delay longer than timers take fires early: ask the clock again then.
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
