import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

interface Timer {
  readonly due: number;
  readonly ring: () => void;
}

/**
 * Time by hand. Timers follow the time that has passed; the clock on the wall can be set besides, as
 * clocks are.
 */
export class VirtualTime implements SchedulerLike {
  private readonly timers = new Set<Timer>();
  private passed = 0;
  private setBy: number;

  constructor(start = 0) {
    this.setBy = start;
  }

  now(): number {
    return this.passed + this.setBy;
  }

  /** Milliseconds since the beginning, whatever the clock on the wall says. */
  get elapsed(): number {
    return this.passed;
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.timers.size;
  }

  schedule<S>(
    work: (this: SchedulerAction<S>, state: S) => void,
    delay = 0,
    state?: S,
  ): Subscription {
    const subscription = new Subscription();
    const timer: Timer = {
      due: this.passed + delay,
      ring: () => work.call(subscription as SchedulerAction<S>, state as S),
    };
    this.timers.add(timer);
    subscription.add(() => this.timers.delete(timer));
    return subscription;
  }

  /** Lets time pass; timers that are due run in the order they are due, each at its own time. */
  advance(milliseconds: number): void {
    const end = this.passed + milliseconds;
    for (let next = this.next(end); next !== undefined; next = this.next(end)) {
      this.passed = next.due;
      this.timers.delete(next);
      next.ring();
    }
    this.passed = end;
  }

  /** Sets the clock on the wall forward or back. No timer notices. */
  setClock(milliseconds: number): void {
    this.setBy += milliseconds;
  }

  private next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (timer.due <= end && (first === undefined || timer.due < first.due)) first = timer;
    }
    return first;
  }
}
