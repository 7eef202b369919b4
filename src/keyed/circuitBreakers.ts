import { Observable, Subject, type Subscription } from 'rxjs';
import { callback, count, duration, ensure, object, type Rule, text } from '../core/check.js';
import { type Config, configure } from '../core/config.js';
import type { CircuitSnapshot } from '../core/snapshot.js';
import type { CircuitBreaker, CircuitBreakerOptions } from '../rxjs/circuitBreaker.js';
import { surroundings } from '../rxjs/surroundings.js';
import { type KeyedCircuitEvent, KeyedMachine } from './keyedMachine.js';
import { Registry } from './registry.js';

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

/**
 * A circuit breaker for each key: each host, tenant or route that can fail by itself.
 *
 * A key is dropped only while it is clean: closed, nothing in flight, no failure in its window, and
 * nobody subscribed to its `state$` or `events$`. So a key that comes back after that starts as it would
 * have gone on, but for a run of failures so old that its window has forgotten them. Whoever keeps a
 * breaker longer than its key is kept, though, is alone with it: use `guard`, or ask with `get` each time.
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
  /** Of all keys without options of their own: it is checked once, and there once. */
  private readonly config: Config;
  private readonly optionsFor: CircuitBreakersOptions['optionsFor'];
  private readonly registry: Registry<KeyedMachine>;
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
    this.config = configure(shared, surroundings); // bad options are told here, not at the first call
    this.shared = shared;
    this.optionsFor = optionsFor;
    const { scheduler } = this.config;
    this.registry = new Registry(
      maxKeys,
      idleTime,
      () => scheduler.now(),
      (member) => member.mute(),
    );
    this.events$ = new Observable((subscriber) => {
      this.events.subscribe(subscriber);
      this.each((member) => member.feedTo(this.events));
      // by then the subscriber has left the subject, for it came to that first
      return () => {
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
    const pair = ({ key, breaker }: KeyedMachine): [string, CircuitBreaker] => [key, breaker];
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

  private find(key: string): KeyedMachine {
    ensure('key', key, text);
    const found = this.registry.use(key);
    if (found !== undefined) return found;
    const made = this.make(key);
    if (this.registry.makeRoom()) this.keep(made);
    return made;
  }

  private make(key: string, restore?: CircuitSnapshot): KeyedMachine {
    const { optionsFor } = this; // called as the plain function that it is
    const given = optionsFor?.(key);
    if (!given && restore === undefined) return new KeyedMachine(key, this.config, {}, this.keep);
    const own = restore === undefined ? { ...given } : { ...given, restore }; // what is checked is used
    const config = configure({ ...this.shared, ...own }, surroundings);
    return new KeyedMachine(key, config, own, this.keep);
  }

  /** Keeps a machine, unless its key has one. All machines have this one function. */
  private readonly keep = (member: KeyedMachine): void => {
    if (this.registry.has(member.key)) return;
    this.registry.add(member.key, member);
    if (this.events.observed) member.feedTo(this.events);
  };

  private each(visit: (member: KeyedMachine) => void): void {
    for (const member of this.registry.values()) visit(member);
  }
}
