import { type SchedulerLike, Subject, type Subscriber, type Subscription } from 'rxjs';
import { NEVER } from '../core/clock.js';
import type { CircuitEvent } from '../core/events.js';
import type { Listener, Machine } from '../core/machine.js';
import type { CircuitState } from '../core/state.js';

/** The longest delay that timers take; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

/**
 * Tells what the machine has to tell, in order, and on time.
 *
 * Only while somebody observes does the machine know of it, and only then is there a timer, one, for the
 * next thing that time alone changes.
 */
export class Watch implements Listener {
  readonly states: Subject<CircuitState> = new Subject();
  readonly events: Subject<CircuitEvent> = new Subject();
  telling = false;
  /** The state as told so far; behind the machine's while there is a queue. */
  told: CircuitState = 'closed';
  private readonly machine: Machine;
  /** What has happened and has not been told. */
  private readonly queue: CircuitEvent[] = [];
  private timer: Subscription | undefined;
  /** What the timer is for, on the machine's clock. */
  private alarm = NEVER;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  get hearsCalls(): boolean {
    return this.events.observed;
  }

  push(event: CircuitEvent): void {
    this.queue.push(event);
  }

  /**
   * Tells `first`, then what has happened. What the listeners set off waits until they all have heard of
   * it; who begins to observe meanwhile is told its `first` at once.
   */
  flush(first?: () => void): void {
    if (this.telling) first?.();
    else this.tell(first);
    this.setAlarm();
  }

  observe<E>(subject: Subject<E>, subscriber: Subscriber<E>, first?: () => void): () => void {
    subject.subscribe(subscriber);
    this.machine.listener = this;
    this.flush(first);
    return () => this.setAlarm();
  }

  private tell(first?: () => void): void {
    this.telling = true;
    try {
      first?.();
      for (let event = this.queue.shift(); event; event = this.queue.shift()) {
        if (event.type === 'state-change') {
          this.told = event.to;
          this.states.next(event.to);
        }
        this.events.next(event);
      }
    } finally {
      this.telling = false;
    }
  }

  private setAlarm(): void {
    const { machine } = this;
    const observed = this.states.observed || this.events.observed;
    if (!observed && machine.listener === this) machine.listener = null;
    const due = observed ? machine.epoch.due : NEVER;
    // one that is early will set the next
    if (due >= this.alarm && due < NEVER) return;
    this.timer?.unsubscribe();
    this.alarm = due;
    if (due === NEVER) return;
    const remaining = due - machine.now();
    if (remaining > 0) {
      const delay = Math.min(Math.ceil(remaining), LONGEST);
      const scheduler = machine.config.scheduler as SchedulerLike;
      this.timer = scheduler.schedule(() => this.ring(), delay);
    } else {
      this.ring();
    }
  }

  /** The clock decides, the timer only announces: one that comes early is set again. */
  private ring(): void {
    this.alarm = NEVER;
    this.machine.state();
  }
}
