import { config, Observable, Subject, type Subscription } from 'rxjs';
import {
  type CallOptions,
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitEvent,
  type CircuitOpenError,
  type CircuitSnapshot,
  type circuitBreaker,
  isCircuitOpenError,
  type Permit,
} from '../../src/index.ts';
import { callKinds } from './calls.ts';
import { hears, PATIENCE } from './expected.ts';
import { nothingWaits } from './invariants.ts';
import type { Listener } from './options.ts';
import { deedsOf, type Ending, recording, START, told } from './recording.ts';
import { VirtualTime } from './virtualTime.ts';

// What is thrown when no call waits for it: the model says when that may be, nobody listens to it here.
config.onUnhandledError = () => {};

type Make = typeof circuitBreaker;

/** Our breaker and all that was made of it. */
export class Breaker {
  readonly breaker: CircuitBreaker;
  readonly events: CircuitEvent[] = [];
  readonly states: string[] = [];
  /** What each call's subscriber got. */
  readonly got: string[] = [];
  readonly contexts: string[] = [];
  readonly holds: Subscription[] = [];
  readonly time: VirtualTime;
  private options: CircuitBreakerOptions;
  private readonly observed: boolean;
  private readonly make: Make;
  private readonly listener: Listener | undefined;
  private readonly sources: (Subject<unknown> | Permit | undefined)[] = [];
  private readonly subscriptions: (Subscription | undefined)[] = [];
  private readonly ended = new Set<number>();
  private readonly watching: Subscription[] = [];
  private patience = PATIENCE;

  constructor(
    options: CircuitBreakerOptions,
    observed: boolean,
    make: Make,
    listener: Listener | undefined,
    time: VirtualTime = new VirtualTime(START),
    restore?: CircuitSnapshot,
  ) {
    this.options = options;
    this.observed = observed;
    this.make = make;
    this.listener = listener;
    this.time = time;
    const recorded = recording(options, this.contexts);
    this.breaker = make({
      ...recorded,
      ...(restore !== undefined && { restore }),
      scheduler: time,
    });
    if (!observed) return;
    this.watching.push(
      this.breaker.state$.subscribe((state) => this.states.push(state)),
      this.breaker.events$.subscribe((event) => {
        this.events.push(event);
        this.hear(event);
      }),
    );
  }

  /** A snapshot of this one, which is left as it is. */
  left(): CircuitSnapshot {
    const snapshot = JSON.parse(JSON.stringify(this.breaker.snapshot())) as CircuitSnapshot;
    this.stopWatching();
    nothingWaits(this);
    return snapshot;
  }

  /** The one that goes on from the snapshot. */
  restarted(restore: CircuitSnapshot): Breaker {
    const { options, observed, make, listener, time } = this;
    return new Breaker(options, observed, make, listener, time, restore);
  }

  /** The name stays: it belongs to the making of a breaker. */
  configure({ name: _, ...options }: CircuitBreakerOptions): void {
    this.breaker.configure(recording(options, this.contexts));
    const { name } = this.options;
    this.options = { ...options, ...(name !== undefined && { name }) };
  }

  /** Calls that may be in flight: those that were let in and not ended since. */
  get running(): number {
    return this.sources.length - this.ended.size;
  }

  get watched(): boolean {
    return this.watching.some(({ closed }) => !closed);
  }

  stopWatching(): void {
    for (const subscription of this.watching) subscription.unsubscribe();
  }

  /** A call that ends later, or, where `what` is given, all at once. */
  subscribe(kind: number, again = false, what?: string): CircuitOpenError | undefined {
    let index = -1;
    const source = new Observable<unknown>((subscriber) => {
      const subject = new Subject<unknown>();
      index = this.sources.push(what === undefined ? subject : undefined) - 1;
      if (what === undefined) return subject.subscribe(subscriber);
      this.ended.add(index);
      for (const [how, letter] of deedsOf(what)) {
        if (how === 'complete') subscriber.complete();
        else if (how === 'error') subscriber.error(letter);
        else subscriber.next(letter);
      }
      return undefined;
    });
    let refusal: CircuitOpenError | undefined;
    const { breaker } = this;
    const guarded = kind === 0 ? source.pipe(breaker) : source.pipe(breaker.with(this.kind(kind)));
    const over = (): void => {
      this.ended.add(index);
      if (again) this.subscribeAgain();
    };
    const subscription = guarded.subscribe({
      next: (value) => this.got.push(`${index}:${value}`),
      error: (error: unknown) => {
        if (index === -1 && isCircuitOpenError(error)) {
          refusal = error;
          return;
        }
        this.got.push(`${index}#${told(error)}`);
        over();
      },
      complete: () => {
        this.got.push(`${index}|`);
        over();
      },
    });
    if (refusal === undefined) this.subscriptions[index] = subscription;
    return refusal;
  }

  private subscribeAgain(): void {
    const refusal = this.subscribe(0);
    if (refusal !== undefined) this.got.push(`!${refusal.state}`);
  }

  private kind(kind: number): CallOptions {
    return callKinds[kind]?.ours as CallOptions;
  }

  acquire(kind: number): CircuitOpenError | undefined {
    try {
      this.sources.push(
        kind === 0 ? this.breaker.acquire() : this.breaker.acquire(this.kind(kind)),
      );
      return undefined;
    } catch (error) {
      if (!isCircuitOpenError(error)) throw error;
      return error;
    }
  }

  /** Does something with a call; what it throws is told to the call's subscriber. */
  end(index: number, how: Ending, what: string, error: unknown = what): void {
    const source = this.sources[index];
    if (source === undefined) return;
    if (how !== 'value') this.ended.add(index);
    if (source instanceof Subject) {
      if (how === 'cancel' || how === 'ignore') this.subscriptions[index]?.unsubscribe();
      else if (how === 'value') source.next(what);
      else if (how === 'error') source.error(error);
      else source.complete();
      return;
    }
    try {
      if (how === 'error') source.failure(error);
      else if (how === 'ignore') source.ignore();
      else if (how === 'cancel') source.cancel();
      else if (how === 'complete') source.success();
    } catch (thrown) {
      this.got.push(`${index}#${told(thrown)}`);
    }
  }

  private hear(event: CircuitEvent): void {
    const { listener, breaker } = this;
    if (listener === undefined || this.patience === 0 || !hears(listener, event)) return;
    this.patience--;
    let refusal: CircuitOpenError | undefined;
    if (listener.does === 'fail') refusal = this.subscribe(0, false, '#f');
    else if (listener.does === 'succeed') refusal = this.subscribe(0, false, 'g|');
    else if (listener.does === 'acquire') refusal = this.acquire(0);
    else if (listener.does === 'trip') breaker.trip('L');
    else breaker[listener.does]();
    if (refusal !== undefined) this.got.push(`!${refusal.state}`);
  }
}
