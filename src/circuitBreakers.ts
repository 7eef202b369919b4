import { asyncScheduler, Observable, Subject, type Subscription } from 'rxjs';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
} from './circuitBreaker.js';
import { callback, count, duration, ensure, object, type Rule, text } from './core/check.js';
import type { CircuitEvent } from './core/events.js';
import { Registry } from './core/registry.js';
import type { CircuitSnapshot } from './core/snapshot.js';

/** The options that every breaker of a group has, and those of the group itself. */
export interface CircuitBreakersOptions extends Omit<CircuitBreakerOptions, 'name' | 'restore'> {
  /**
   * What is different for one key, over the shared options. Asked when the breaker of the key is made.
   * The breaker's name is the key, unless a `name` is given here.
   * @default nothing
   */
  readonly optionsFor?: (key: string) => Omit<CircuitBreakerOptions, 'scheduler'> | undefined;
  /**
   * Keys kept at most. At the limit a new key takes the place of the least recently used one that is
   * clean. When none is, the new key is not kept: its calls pass, each with a breaker of its own.
   * @default 1_000
   */
  readonly maxKeys?: number;
  /**
   * Milliseconds after which a key that is clean and was not asked for is dropped; `Infinity` is never.
   * @default 600_000, ten minutes
   */
  readonly idleTime?: number;
  /**
   * What `snapshot()` of such a group held, to start from.
   * @default none
   */
  readonly restore?: Readonly<Record<string, CircuitSnapshot>>;
}

/** What happened at the breaker of a key. */
export type KeyedCircuitEvent = CircuitEvent & { readonly key: string };

/**
 * A circuit breaker for each key: each host, tenant or route that can fail by itself.
 *
 * A key is dropped only while it is clean: closed, nothing in flight, no failure in its window, and
 * nobody subscribed to its `state$` or `events$`. So a key that comes back after that starts as it would
 * have gone on. Whoever keeps a breaker longer than its key is kept, though, is alone with it: use
 * `guard`, or ask with `get` each time.
 */
export interface CircuitBreakers extends Iterable<[key: string, breaker: CircuitBreaker]> {
  /** How many keys are kept now. */
  readonly size: number;
  /** What happens at all the breakers, with the key. Costs nothing while nobody listens. */
  readonly events$: Observable<KeyedCircuitEvent>;
  /** The breaker of the key, for use now; made on first use. */
  get(key: string): CircuitBreaker;
  /** An operator to keep: each subscription is a call at what is then the breaker of the key. */
  guard(key: string): <T>(source: Observable<T>) => Observable<T>;
  /** Whether the key is kept. To ask is no use of it. */
  has(key: string): boolean;
  /** The keys, the least recently used first. */
  keys(): IterableIterator<string>;
  /** All breakers as plain JSON, by key. */
  snapshot(): Record<string, CircuitSnapshot>;
  /** Refuses everything of this key until every such handle is unsubscribed. The key is kept meanwhile. */
  isolate(key: string): Subscription;
}

/**
 * Makes a group of circuit breakers, one for each key, made on first use.
 *
 * <span class="informal">One breaker per dependency, without knowing them beforehand.</span>
 *
 * @example
 * ```ts
 * const hosts = circuitBreakers({ failureRateThreshold: 0.5, maxKeys: 200 }); // made once
 *
 * const load = (url: URL) => fromFetch(url).pipe(hosts.guard(url.host));
 * ```
 *
 * @throws RangeError or TypeError that names the option, the rule and the value.
 */
export function circuitBreakers(options: CircuitBreakersOptions = {}): CircuitBreakers {
  return new Group(options);
}

const snapshots: Rule = ['an object of snapshots by key', Boolean, 'object'];

class Group implements CircuitBreakers {
  readonly events$: Observable<KeyedCircuitEvent>;
  private readonly shared: CircuitBreakerOptions;
  private readonly optionsFor: CircuitBreakersOptions['optionsFor'];
  private readonly registry: Registry<Member>;
  private readonly events = new Subject<KeyedCircuitEvent>();

  constructor(options: CircuitBreakersOptions) {
    ensure('options', options, object);
    const { optionsFor, maxKeys = 1_000, idleTime = 600_000, restore = {}, ...shared } = options;
    if (optionsFor !== undefined) ensure('optionsFor', optionsFor, callback);
    ensure('maxKeys', maxKeys, count);
    ensure('idleTime', idleTime, duration);
    ensure('restore', restore, snapshots);
    if ('name' in shared) {
      throw new TypeError('name must come from optionsFor, for each key has its own; leave it out');
    }
    circuitBreaker(shared); // bad options are told here, not at the first call
    this.shared = shared;
    this.optionsFor = optionsFor;
    const { scheduler = asyncScheduler } = shared;
    const drop = (member: Member): void => member.mute();
    this.registry = new Registry(maxKeys, idleTime, () => scheduler.now(), drop);
    this.events$ = new Observable((subscriber) => {
      const first = !this.events.observed;
      const leave = this.events.subscribe(subscriber);
      if (first) this.each((member) => member.tell(this.events));
      return () => {
        leave.unsubscribe();
        if (!this.events.observed) this.each((member) => member.mute());
      };
    });
    for (const [key, snapshot] of Object.entries(restore)) {
      ensure('key', key, text);
      this.keep(this.make(key, snapshot));
    }
  }

  get size(): number {
    return this.registry.size;
  }

  get(key: string): CircuitBreaker {
    return this.find(key).breaker;
  }

  guard(key: string): <T>(source: Observable<T>) => Observable<T> {
    ensure('key', key, text);
    return <T>(source: Observable<T>) =>
      new Observable<T>((subscriber) => this.get(key)(source).subscribe(subscriber));
  }

  has(key: string): boolean {
    return this.registry.has(key);
  }

  keys(): IterableIterator<string> {
    return this.registry
      .values()
      .map(({ key }) => key)
      .values();
  }

  [Symbol.iterator](): Iterator<[key: string, breaker: CircuitBreaker]> {
    const pair = ({ key, breaker }: Member): [string, CircuitBreaker] => [key, breaker];
    return this.registry.values().map(pair).values();
  }

  snapshot(): Record<string, CircuitSnapshot> {
    // keys come from outside: with assignment, one named __proto__ would be lost
    return Object.fromEntries([...this].map(([key, breaker]) => [key, breaker.snapshot()]));
  }

  isolate(key: string): Subscription {
    const member = this.find(key);
    this.keep(member); // even over the limit
    return member.breaker.isolate();
  }

  private find(key: string): Member {
    ensure('key', key, text);
    const found = this.registry.use(key);
    if (found !== undefined) return found;
    const member = this.make(key);
    if (this.registry.makeRoom()) this.keep(member);
    return member;
  }

  private make(key: string, restore?: CircuitSnapshot): Member {
    const options = { name: key, ...this.shared, ...this.optionsFor?.(key) };
    const breaker = circuitBreaker(restore === undefined ? options : { ...options, restore });
    return new Member(key, breaker, (member) => this.keep(member));
  }

  /** Keeps a member, unless its key has one. */
  private keep(member: Member): void {
    if (this.registry.has(member.key)) return;
    this.registry.add(member.key, member);
    if (this.events.observed) member.tell(this.events);
  }

  private each(visit: (member: Member) => void): void {
    for (const member of this.registry.values()) visit(member);
  }
}

/** The breaker of a key, and who looks at it. */
class Member {
  readonly key: string;
  readonly breaker: CircuitBreaker;
  /** Subscriptions to its streams, without the group's own. */
  private observers = 0;
  /** The streams without the count. */
  private readonly streams: CircuitBreaker;
  private readonly watched: (member: Member) => void;
  private feed: Subscription | null = null;

  /** @param watched hears that somebody has begun to look: then the key has to be kept. */
  constructor(key: string, breaker: CircuitBreaker, watched: (member: Member) => void) {
    this.key = key;
    this.breaker = breaker;
    this.streams = Object.getPrototypeOf(breaker);
    this.watched = watched;
    Object.defineProperties(breaker, {
      state$: { get: () => this.counted('state$') },
      events$: { get: () => this.counted('events$') },
    });
  }

  get forgettable(): boolean {
    if (this.observers > 0 || this.breaker.state !== 'closed') return false;
    const { failures, inFlight } = this.breaker.snapshot().counts;
    return failures === 0 && inFlight === 0;
  }

  /** Tells the group's listeners from now on. */
  tell(listeners: Subject<KeyedCircuitEvent>): void {
    const { key } = this;
    this.feed ??= this.stream('events$').subscribe((event) => listeners.next({ key, ...event }));
  }

  mute(): void {
    this.feed?.unsubscribe();
    this.feed = null;
  }

  private stream<N extends 'state$' | 'events$'>(name: N): CircuitBreaker[N] {
    return Reflect.get(this.streams, name, this.breaker);
  }

  private counted(name: 'state$' | 'events$'): Observable<unknown> {
    return new Observable((subscriber) => {
      this.observers++;
      this.watched(this);
      const stream: Observable<unknown> = this.stream(name);
      stream.subscribe(subscriber);
      return () => this.observers--;
    });
  }
}
