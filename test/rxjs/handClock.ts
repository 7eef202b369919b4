import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

interface Timer {
  readonly at: number;
  readonly work: () => void;
}

/**
 * A scheduler moved by hand. What it says and what its timers go by are two things, as they are in a
 * real process: a wall clock can be set, a timer goes on regardless.
 */
export class HandClock implements SchedulerLike {
  /** What `now` says. */
  time: number;
  /** How often `now` was asked. */
  reads = 0;
  /** Every delay that was asked for. */
  readonly delays: number[] = [];
  private elapsed = 0;
  private readonly timers = new Set<Timer>();

  constructor(time = 0) {
    this.time = time;
  }

  /** Timers that are waiting. */
  get pending(): number {
    return this.timers.size;
  }

  now(): number {
    this.reads++;
    return this.time;
  }

  schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delay = 0,
    state?: T,
  ): Subscription {
    this.delays.push(delay);
    const timer: Timer = {
      at: this.elapsed + delay,
      work: () => work.call(subscription as SchedulerAction<T>, state),
    };
    const subscription = new Subscription(() => this.timers.delete(timer));
    this.timers.add(timer);
    return subscription;
  }

  /** Lets time pass: the clock goes on, and timers ring when they are due. */
  advance(ms: number): void {
    const end = this.elapsed + ms;
    for (let timer = this.next(end); timer !== undefined; timer = this.next(end)) {
      this.move(timer.at - this.elapsed);
      this.ring(timer);
    }
    this.move(end - this.elapsed);
  }

  /** Rings every waiting timer now, however early that is. */
  ringAll(): void {
    for (const timer of [...this.timers]) this.ring(timer);
  }

  private next(end: number): Timer | undefined {
    const due = [...this.timers].filter(({ at }) => at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }

  private ring(timer: Timer): void {
    this.timers.delete(timer);
    timer.work();
  }

  private move(ms: number): void {
    this.elapsed += ms;
    this.time += ms;
  }
}
