import {
  filter,
  Observable,
  type SchedulerLike,
  Subject,
  type Subscriber,
  type Subscription,
} from 'rxjs';
import type { Listener } from '../core/circuit.js';
import { NEVER } from '../core/clock.js';
import type { CircuitEvent } from '../core/events.js';
import { Machine } from '../core/machine.js';
import type { CircuitState } from '../core/state.js';
import { quietly } from './quietly.js';

/** A timer that is older than this, in milliseconds, is set anew when a call shows the time. */
const STALE = 1_000;

/** A machine that can be watched, in terms of RxJS. */
export class RxMachine extends Machine {
  /** Looks whether the breaker is to probe by itself; see `checkHealth`. */
  declare lookAfterHealth?: () => void;

  /** The machine that a handle of this one acts on: another one, once the breaker of a key was made again. */
  get used(): RxMachine {
    return this;
  }

  /** The machine that a handle of this one looks at. To look at a breaker is no use of the breaker. */
  get seen(): RxMachine {
    return this;
  }

  get state$(): Observable<CircuitState> {
    return this.states();
  }

  get events$(): Observable<CircuitEvent> {
    return this.happenings();
  }

  /** The state as it is now, then each change, on time. */
  states(): Observable<CircuitState> {
    return new Observable((subscriber) => {
      // first, for it may run user code that begins to watch, too
      const now = this.state();
      const watch = this.watch();
      // a change that is about to be told comes after the state before it
      const first = watch.isTelling ? watch.told : now;
      return watch.observe(watch.states, subscriber, () => {
        watch.told = first;
        subscriber.next(first);
      });
    });
  }

  /** What happens, as it happens. */
  happenings(): Observable<CircuitEvent> {
    return new Observable((subscriber) => {
      this.state(); // what is past is not told
      const watch = this.watch();
      return watch.observe(watch.eventsFromNowOn, subscriber);
    });
  }

  private watch(): Watch {
    return (this.listener as Watch | null) ?? new Watch(this);
  }
}

/**
 * Tells what the machine has to tell, in order, and on time (rule 18).
 *
 * Only while somebody observes does the machine know of its watch, and only then is there a timer, one, for the next
 * thing that time alone changes.
 */
class Watch implements Listener {
  readonly states: Subject<CircuitState> = new Subject();
  readonly events: Subject<CircuitEvent> = new Subject();
  isTelling = false;
  /** The state as told so far; behind the machine's while there is a queue. */
  told: CircuitState;
  private readonly machine: Machine;
  /** What has happened and has not been told. */
  private readonly queue: CircuitEvent[] = [];
  /** How many events were pushed, and how many of them were told or are being told. */
  private pushed = 0;
  private begun = 0;
  private timer: Subscription | undefined;
  /** The instant that the timer is for, on the machine's clock. */
  private alarm = NEVER;
  /** When the timer was set. */
  private setAt = 0;

  constructor(machine: Machine) {
    this.machine = machine;
    this.told = machine.epoch.state;
  }

  push(event: CircuitEvent): void {
    this.pushed++;
    this.queue.push(event);
  }

  /**
   * Tells `first`, then what has happened. What the listeners set off waits until they all have heard of
   * it; who begins to observe meanwhile is told its `first` at once.
   */
  flush(first?: () => void): void {
    if (this.isTelling) first?.();
    else this.tell(first);
    this.setAlarm();
  }

  observe<E>(source: Observable<E>, subscriber: Subscriber<E>, first?: () => void): () => void {
    source.subscribe(subscriber);
    this.attach();
    this.flush(first);
    return () => this.setAlarm();
  }

  /** What happens from now on, without what is still in the queue. */
  get eventsFromNowOn(): Observable<CircuitEvent> {
    if (!this.isTelling) return this.events;
    const { pushed } = this; // a number: to keep the events themselves would keep what they carry
    return this.events.pipe(filter(() => this.begun > pushed));
  }

  private tell(first?: () => void): void {
    this.isTelling = true;
    try {
      first?.();
      for (let event = this.queue.shift(); event; event = this.queue.shift()) {
        this.begun++;
        if (event.type === 'state-change') {
          this.told = event.to;
          this.states.next(event.to);
        }
        this.events.next(event);
      }
    } finally {
      this.isTelling = false;
    }
  }

  /** Lets the machine know who listens. */
  private attach(): void {
    const { machine } = this;
    const isHeard = this.events.observed;
    const isObserved = isHeard || this.states.observed;
    if (isObserved) machine.listener = this;
    else if (machine.listener === this) machine.listener = null;
    if (isHeard) machine.callListener = this;
    else if (machine.callListener === this) machine.callListener = null;
  }

  private setAlarm(): void {
    this.attach();
    const { machine } = this;
    const due = machine.listener === this ? machine.due : NEVER;
    // a timer that is early will set the next one
    if (due >= this.alarm && due < NEVER && !this.isStale) return;
    this.timer?.unsubscribe();
    this.alarm = due;
    if (due === NEVER) return;
    this.setAt = this.time();
    const remaining = due - this.setAt;
    if (remaining > 0) this.setTimer(remaining);
    else this.ring();
  }

  /** The time, as far as the clock tells it. A clock that fails is told to whoever asks the breaker. */
  private time(): number {
    try {
      return this.machine.now();
    } catch {
      return this.machine.latest;
    }
  }

  /** The timer only announces: where there can be none, no call suffers, and the next one tries again. */
  private setTimer(remaining: number): void {
    const { scheduler, report } = this.machine.config;
    try {
      this.timer = quietly(scheduler as SchedulerLike, () => this.ring(), remaining);
    } catch (thrown) {
      this.alarm = NEVER;
      report(thrown);
    }
  }

  /**
   * Timers stand still while a computer sleeps, and the clock does not: after a sleep the timer would be late by the
   * sleep. A call reads the clock anyway; where that shows that the timer was set a while ago, it is set anew.
   */
  private get isStale(): boolean {
    return this.alarm < NEVER && this.machine.latest - this.setAt >= STALE;
  }

  /** The clock decides, the timer only announces: one that comes early is set again. */
  private ring(): void {
    this.alarm = NEVER;
    try {
      this.machine.state();
    } catch (thrown) {
      this.machine.config.report(thrown); // thrown into a scheduler it would end the timers of others
    }
  }
}
