import { Observable, type SchedulerLike, Subject, type Subscriber, type Subscription } from 'rxjs';
import type { CircuitEvent, CircuitState } from './core/events.js';
import type { Listener, Machine } from './core/machine.js';

/** The longest delay that timers take; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * `state$` and `events$`: what the machine tells, in order, and on time.
 *
 * Only while somebody subscribes to one of them does the machine know of it, and only then is there a
 * timer, one, for the next thing that time alone changes.
 */
export class Watch implements Listener {
  readonly state$: Observable<CircuitState>;
  readonly events$: Observable<CircuitEvent>;
  private readonly machine: Machine;
  private readonly scheduler: SchedulerLike;
  private readonly states = new Subject<CircuitState>();
  private readonly events = new Subject<CircuitEvent>();
  /** What has happened and has not been told. */
  private readonly queue: CircuitEvent[] = [];
  private telling = false;
  /** The state as told so far; behind the machine's while there is a queue. */
  private told: CircuitState = 'closed';
  private observers = 0;
  private timer: Subscription | null = null;
  /** What the timer is for, on the machine's clock. */
  private alarm = NEVER;

  constructor(machine: Machine, scheduler: SchedulerLike) {
    this.machine = machine;
    this.scheduler = scheduler;
    this.state$ = new Observable((subscriber) => {
      // A change that is about to be told comes after the state before it.
      const first = this.telling ? this.told : machine.state();
      return this.observe(this.states, subscriber, () => {
        this.told = first;
        subscriber.next(first);
      });
    });
    this.events$ = new Observable((subscriber) => {
      machine.state(); // what is past is not told
      return this.observe(this.events, subscriber);
    });
  }

  get hearsCalls(): boolean {
    return this.events.observed;
  }

  push(event: CircuitEvent): void {
    this.queue.push(event);
  }

  flush(): void {
    if (this.queue.length > 0) this.tell();
    this.setAlarm();
  }

  private observe<E>(
    subject: Subject<E>,
    subscriber: Subscriber<E>,
    first?: () => void,
  ): () => void {
    subject.subscribe(subscriber);
    this.observers++;
    this.machine.listener = this;
    this.tell(first);
    this.setAlarm();
    return () => {
      this.observers--;
      if (this.observers === 0) this.machine.listener = null;
      this.setAlarm();
    };
  }

  /** Tells what has happened. What the listeners set off waits until they all have heard of it. */
  private tell(first?: () => void): void {
    if (this.telling) {
      first?.();
      return;
    }
    this.telling = true;
    try {
      first?.();
      for (let event = this.queue.shift(); event !== undefined; event = this.queue.shift()) {
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
    const due = this.observers > 0 ? this.machine.due : NEVER;
    // one that is early will set the next
    if (due >= this.alarm && due < NEVER) return;
    this.timer?.unsubscribe();
    this.timer = null;
    this.alarm = due;
    if (due === NEVER) return;
    const remaining = this.machine.remaining();
    if (remaining > 0) {
      const ring = (): void => this.ring();
      this.timer = this.scheduler.schedule(ring, Math.min(Math.ceil(remaining), LONGEST));
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
