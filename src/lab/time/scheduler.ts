import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';
import { TIMERS, type Timeline } from './timeline.js';

/** Timers that may run at one instant; more are taken for a timer that sets itself again for ever. */
const LIVELOCK = 100_000;

/**
 * An RxJS scheduler on a timeline: give it to a breaker, or to any operator that takes a scheduler.
 *
 * A timer is the item `-1 - place` of the timeline, where `place` is its index in `actions`.
 */
export class TimelineScheduler implements SchedulerLike {
  readonly timeline: Timeline;
  private readonly actions: (Runnable | null)[] = [];
  /** Indices of `actions` that a new timer may take. */
  private readonly free: number[] = [];
  /** Cancelled timers that are still on the timeline. */
  private cancelled = 0;
  private instant = -1;
  private repeats = 0;

  constructor(timeline: Timeline) {
    this.timeline = timeline;
  }

  now(): number {
    return this.timeline.now;
  }

  schedule<T>(
    work: (this: SchedulerAction<T>, state: T) => void,
    delay = 0,
    state?: T,
  ): Subscription {
    return new Action(this, work).schedule(state, delay);
  }

  /** Runs the timer that the timeline gave back as `item`. */
  run(item: number): void {
    const place = -1 - item;
    const action = this.actions[place];
    this.free.push(place);
    this.actions[place] = null;
    if (!action) {
      this.cancelled--;
      return;
    }
    const { now } = this.timeline;
    if (now !== this.instant) {
      this.instant = now;
      this.repeats = 0;
    } else if (++this.repeats > LIVELOCK) {
      throw new Error(
        `time stands still at ${now} ms: ${LIVELOCK} timers at this instant, as of a timer that sets itself again`,
      );
    }
    action.execute();
  }

  /** Puts a timer on the timeline; returns its index in `actions`. */
  enlist(action: Runnable, delay: number): number {
    const place = this.free.pop() ?? this.actions.length;
    this.actions[place] = action;
    const { timeline } = this;
    timeline.add(timeline.now + (delay > 0 ? delay : 0), TIMERS, -1 - place);
    return place;
  }

  /** Forgets a timer. Its item leaves the timeline when it is due, or with all others once they are many. */
  cancel(place: number): void {
    this.actions[place] = null;
    this.cancelled++;
    if (this.cancelled < 64 || this.cancelled * 2 < this.actions.length) return;
    this.cancelled = 0;
    this.timeline.keepOnly((item) => {
      if (item >= 0 || this.actions[-1 - item]) return true;
      this.free.push(-1 - item);
      return false;
    });
  }
}

interface Runnable {
  execute(): void;
}

/** One timer, which may set itself again. */
class Action<T> extends Subscription implements SchedulerAction<T>, Runnable {
  private readonly scheduler: TimelineScheduler;
  private readonly work: (this: SchedulerAction<T>, state: T) => void;
  private state: T | undefined;
  /** Index in the scheduler's list; -1 while no time is set. */
  private place = -1;

  constructor(scheduler: TimelineScheduler, work: (this: SchedulerAction<T>, state: T) => void) {
    super();
    this.scheduler = scheduler;
    this.work = work;
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    this.state = state;
    if (this.place >= 0) this.scheduler.cancel(this.place);
    this.place = this.scheduler.enlist(this, delay);
    return this;
  }

  execute(): void {
    this.place = -1;
    try {
      this.work(this.state as T);
    } catch (error) {
      this.unsubscribe();
      throw error;
    }
  }

  override unsubscribe(): void {
    if (this.closed) return;
    if (this.place >= 0) this.scheduler.cancel(this.place);
    this.place = -1;
    super.unsubscribe();
  }
}
