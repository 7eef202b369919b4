import { Observable, type Subject, type Subscription } from 'rxjs';
import type { Config } from '../core/config.js';
import type { CircuitEvent } from '../core/events.js';
import type { CircuitState } from '../core/state.js';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  operatorOf,
} from '../rxjs/circuitBreaker.js';
import { RxMachine } from '../rxjs/watch.js';

/** What happened at the breaker of a key. */
export type KeyedCircuitEvent = CircuitEvent & { readonly key: string };

/** A machine of a group: it knows its key, who looks at it, and whether anybody would miss it. */
export class KeyedMachine extends RxMachine {
  readonly key: string;
  readonly breaker: CircuitBreaker;
  private readonly keep: (machine: KeyedMachine) => void;
  /** Subscriptions to its streams, without the group's own. */
  private observers = 0;
  /** The group's own subscription to what happens. */
  private feed: Subscription | null = null;

  /**
   * @param own What is special about this key; it is part of the config, and checked.
   * @param keep Is asked to keep the machine for its key, if the group does not yet.
   */
  constructor(
    key: string,
    config: Config,
    own: Pick<CircuitBreakerOptions, 'name' | 'restore'>,
    keep: (machine: KeyedMachine) => void,
  ) {
    super(own.name ?? key, config, own.restore);
    this.key = key;
    this.keep = keep;
    this.breaker = operatorOf(this);
  }

  /** Nobody looks at it, and a fresh one would be much the same: nothing in flight, no failure in its window. */
  get forgettable(): boolean {
    if (this.current === null) return true; // it was neither used nor looked at
    const { state, counts } = this.snapshot(); // first: whoever hears of it may begin to look at it
    if (this.observers > 0) return false;
    return state === 'closed' && counts.failures === 0 && counts.inFlight === 0;
  }

  override get state$(): Observable<CircuitState> {
    return this.counted(super.state$);
  }

  override get events$(): Observable<CircuitEvent> {
    return this.counted(super.events$);
  }

  /** Tells the group's listeners from now on. */
  feedTo(listeners: Subject<KeyedCircuitEvent>): void {
    const { key } = this;
    this.feed ??= super.events$.subscribe((event) => listeners.next({ key, ...event }));
  }

  mute(): void {
    this.feed?.unsubscribe();
    this.feed = null;
  }

  /** Whoever subscribes may expect that this is the machine of its key, for as long as it does. */
  private counted<T>(stream: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      this.observers++;
      this.keep(this);
      stream.subscribe(subscriber);
      return () => this.observers--;
    });
  }
}
