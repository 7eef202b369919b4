import { config, Subject, type Subscription } from 'rxjs';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitEvent,
  type CircuitSnapshot,
  type circuitBreaker,
  isCircuitOpenError,
  type Permit,
} from '../../src/index.ts';
import { nothingWaits } from './invariants.ts';
import type { Refusal } from './model.ts';
import { type Ending, recording, START, told } from './recording.ts';
import { VirtualTime } from './virtualTime.ts';

// What is thrown when no call waits for it: the model says when that may be, nobody listens to it here.
config.onUnhandledError = () => {};

/** Our breaker and all that was made of it. */
export class Breaker {
  readonly breaker: CircuitBreaker;
  readonly events: CircuitEvent[] = [];
  readonly states: string[] = [];
  /** What each call's subscriber got. */
  readonly got: string[] = [];
  readonly contexts: string[] = [];
  readonly holds: Subscription[] = [];
  private readonly sources: (Subject<unknown> | Permit)[] = [];
  private readonly subscriptions: (Subscription | undefined)[] = [];
  private readonly ended = new Set<number>();
  private readonly watching: Subscription[] = [];

  constructor(
    private readonly options: CircuitBreakerOptions,
    private readonly observed: boolean,
    private readonly make: typeof circuitBreaker,
    readonly time: VirtualTime = new VirtualTime(START),
  ) {
    this.breaker = make({ ...recording(options, this.contexts), scheduler: time });
    if (!observed) return;
    this.watching.push(
      this.breaker.state$.subscribe((state) => this.states.push(state)),
      this.breaker.events$.subscribe((event) => this.events.push(event)),
    );
  }

  /** The one that goes on from the snapshot of this one, which is left as it is. */
  restarted(): Breaker {
    const restore = JSON.parse(JSON.stringify(this.breaker.snapshot())) as CircuitSnapshot;
    this.stopWatching();
    nothingWaits(this);
    const { options, observed, make, time } = this;
    return new Breaker({ ...options, restore }, observed, make, time);
  }

  /** Calls that may be in flight: those that were let in and not ended since. */
  get running(): number {
    return this.sources.length - this.ended.size;
  }

  get watched(): boolean {
    return this.watching.length > 0;
  }

  stopWatching(): void {
    for (const subscription of this.watching) subscription.unsubscribe();
  }

  subscribe(): Refusal | undefined {
    const source = new Subject<unknown>();
    const index = this.sources.length;
    const log = (word: string): void => {
      this.got.push(`${index}${word}`);
    };
    let refusal: Refusal | undefined;
    const subscription = source.pipe(this.breaker).subscribe({
      next: (value) => log(`:${value}`),
      error: (error: unknown) => {
        if (isCircuitOpenError(error)) refusal = error;
        else log(`#${told(error)}`);
      },
      complete: () => log('|'),
    });
    if (refusal !== undefined) {
      if (source.observed) throw new Error('a refused call touched the source');
      return refusal;
    }
    this.sources.push(source);
    this.subscriptions.push(subscription);
    return undefined;
  }

  acquire(): Refusal | undefined {
    try {
      this.sources.push(this.breaker.acquire());
      this.subscriptions.push(undefined);
      return undefined;
    } catch (error) {
      if (!isCircuitOpenError(error)) throw error;
      return error;
    }
  }

  /** Does something with a call; what it throws is told to the call's subscriber. */
  end(index: number, how: Ending, what: string): void {
    if (how !== 'value') this.ended.add(index);
    const source = this.sources[index] as Subject<unknown> | Permit;
    if (source instanceof Subject) {
      if (how === 'unsubscribe' || how === 'ignore') this.subscriptions[index]?.unsubscribe();
      else if (how === 'value') source.next(what);
      else if (how === 'error') source.error(what);
      else source.complete();
      return;
    }
    try {
      if (how === 'error') source.failure(what);
      else if (how === 'ignore' || how === 'unsubscribe') source.ignore();
      else source.success();
    } catch (thrown) {
      this.got.push(`${index}#${told(thrown)}`);
    }
  }
}
