import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

/** Time by hand: what is due runs when time passes. */
export class Time implements SchedulerLike {
  private time = 1_000_000;
  private work: { at: number; run: () => void }[] = [];

  now(): number {
    return this.time;
  }

  /** Timers that are set. */
  get timers(): number {
    return this.work.length;
  }

  schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delay = 0,
    state?: T,
  ): Subscription {
    const timer = {
      at: this.time + delay,
      run: () => work.call({} as SchedulerAction<T>, state),
    };
    this.work.push(timer);
    return new Subscription(() => {
      this.work = this.work.filter((other) => other !== timer);
    });
  }

  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.work.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.work = this.work.filter((other) => other !== next);
      this.time = next.at;
      next.run();
    }
    this.time = end;
  }
}
