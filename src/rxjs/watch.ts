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
import { linkSubscribing } from './call.js';
import { quietly } from './quietly.js';

/** Milliseconds. When a call reads the clock and the timer has this age, the watch sets the timer again. */
const STALE = 1_000;

/** A machine with its state and its events as Observables. */
export class RxMachine extends Machine {
  /** Starts and stops health checks after a change of the settings; see `checkHealth`. */
  declare lookAfterHealth?: () => void;

  /** The machine for acts of the handle. A group overrides this: its key may have a new machine. */
  get used(): RxMachine {
    return this;
  }

  /** The machine for looks of the handle. A group overrides this: a look is no use of a key. */
  get seen(): RxMachine {
    return this;
  }

  get state$(): Observable<CircuitState> {
    return this.states();
  }

  get events$(): Observable<CircuitEvent> {
    return this.happenings();
  }

  /** The state as of now, then each change, on time. */
  states(): Observable<CircuitState> {
    return new Observable((subscriber) => {
      linkSubscribing();
      // first: `state()` may run user code, and the code may begin to watch, too
      const now = this.state();
      const watch = this.watch();
      // during a notification the subscriber starts with the state that was told last
      const first = watch.isTelling ? watch.told : now;
      return watch.observe(watch.states, subscriber, () => {
        watch.told = first;
        subscriber.next(first);
      });
    });
  }

  /** The events from the subscription on. */
  happenings(): Observable<CircuitEvent> {
    return new Observable((subscriber) => {
      linkSubscribing();
      this.state(); // first: changes that are due happen before the subscription
      const watch = this.watch();
      return watch.observe(watch.newEvents, subscriber);
    });
  }

  private watch(): Watch {
    return (this.listener as Watch | null) ?? new Watch(this);
  }
}

/**
 * Tells the listeners the events of the machine, in order and on time.
 *
 * State first, notification last: the machine changes, pushes events into the queue, and flushes the queue when the
 * change is complete. A listener may call the breaker; new events wait until all listeners have heard the present one.
 *
 * The machine knows its watch only while somebody observes. One timer waits for the next instant at which time alone
 * changes something.
 */
class Watch implements Listener {
  readonly states: Subject<CircuitState> = new Subject();
  readonly events: Subject<CircuitEvent> = new Subject();
  isTelling = false;
  /** The last state that the listeners heard. The machine may be ahead while the queue holds events. */
  told: CircuitState;
  private readonly machine: Machine;
  /** Events that the listeners have not heard. */
  private readonly queue: CircuitEvent[] = [];
  /** The number of pushed events; the number of events that the listeners have heard or hear now. */
  private pushed = 0;
  private begun = 0;
  private timer: Subscription | undefined;
  /** The instant of the timer, on the clock of the machine. */
  private alarm = NEVER;
  /** The instant at which the timer was set. */
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
   * Runs `first`, then tells the queue. Events that a listener causes wait until all listeners have heard the present
   * event. For a subscriber that joins during a notification, `first` runs at once.
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

  /** The events from now on, without the events in the queue. */
  get newEvents(): Observable<CircuitEvent> {
    if (!this.isTelling) return this.events;
    const { pushed } = this; // a number: the events would stay in memory with their errors and snapshots
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

  /** Tells the machine whether somebody listens to states or to calls. */
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
    // an earlier timer is enough: when it fires, it sets the next timer
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
   * True when the timer may be late. While a computer sleeps, timers stop and the clock goes on: after the sleep the
   * timer would be late by the length of the sleep. A call reads the clock anyway, so the next call sets the timer again.
   */
  private get isStale(): boolean {
    return this.machine.latest - this.setAt >= STALE;
  }

  /** The clock decides, the timer only announces: after an early timer `state()` sets the next one. */
  private ring(): void {
    this.alarm = NEVER;
    // an error thrown into a scheduler would end the timers of others
    this.machine.reporting(() => this.machine.state());
  }
}
