import { Observable, Subscription } from 'rxjs';
import { show } from '../core/check.js';
import type { Config } from '../core/config.js';
import { type CircuitSnapshot, ensureSnapshot } from '../core/snapshot.js';
import type { StateChangeReason } from '../core/state.js';
import type { CircuitTotals } from '../core/totals.js';
import { guard, linkSubscribing } from '../rxjs/call.js';
import type { CircuitBreaker, CircuitBreakerOptions } from '../rxjs/circuitBreaker.js';
import type { KeyedCircuitEvent } from './events.js';
import { shownInNode } from './inspect.js';
import { DISABLED, type Home, ISOLATED, KeyedMachine } from './keyedMachine.js';
import { News } from './news.js';
import {
  type CircuitBreakersOptions,
  configOf,
  ensureKey,
  ensureSettings,
  read,
  type SharedOptions,
} from './options.js';
import { type DropReason, Registry } from './registry.js';
import { none, sum } from './totals.js';

/** The implementation of `CircuitBreakers`; the interface documents the members. */
export class Group implements Home {
  readonly news: News<KeyedCircuitEvent> = new News();
  readonly events$: Observable<KeyedCircuitEvent>;
  private readonly optionsFor: CircuitBreakersOptions['optionsFor'];
  private readonly registry: Registry<KeyedMachine>;
  private shared: SharedOptions;
  /** The one config of all keys without options of their own. */
  private config: Config;
  /** The number of holds for all keys. */
  private isolations = 0;
  private disables = 0;
  /** The machines of deleted keys with claims (calls, subscriptions, holds), by key. */
  private readonly leaving = new Map<string, KeyedMachine>();
  /** Machines without room in the registry, each for one call in flight. */
  private readonly strays = new Set<KeyedMachine>();
  /** The totals of forgotten machines. */
  private gone: CircuitTotals = none();

  constructor(options: CircuitBreakersOptions) {
    const { shared, optionsFor, maxKeys, idleTime, restore } = read(options);
    this.config = configOf(shared); // throws for bad options now, before the first call
    this.shared = shared;
    this.optionsFor = optionsFor;
    this.registry = new Registry(maxKeys, idleTime, this.config.scheduler, this.onDropped);
    this.events$ = new Observable((subscriber) => {
      this.tick(); // first: changes that are due happen before the subscription
      this.news.events$.subscribe(subscriber);
      this.feedAll();
      // the subscriber joined the news first, so it has left the news by now
      return () => this.feedAll();
    });
    shownInNode(this, 'CircuitBreakers', () =>
      this.kept().map((machine) => [machine.key, machine.state()]),
    );
    for (const [key, snapshot] of Object.entries(restore).slice(-maxKeys)) {
      ensureKey(key);
      ensureSnapshot(snapshot, `restore[${show(key)}]`);
      this.add(this.make(key, snapshot));
    }
  }

  // --- keys ---

  get size(): number {
    this.tick();
    return this.registry.size;
  }

  has(key: string): boolean {
    this.tick();
    return this.registry.get(key) !== undefined;
  }

  keys(): IterableIterator<string> {
    return this.kept()
      .map(({ key }) => key)
      .values();
  }

  [Symbol.iterator](): IterableIterator<[key: string, breaker: CircuitBreaker]> {
    const pair = ({ key, breaker }: KeyedMachine): [string, CircuitBreaker] => [key, breaker];
    return this.kept().map(pair).values();
  }

  get(key: string): CircuitBreaker {
    const { breaker } = this.obtain(key);
    this.news.flush();
    return breaker;
  }

  guard(key: string): <T>(source: Observable<T>) => Observable<T> {
    ensureKey(key);
    const { obtain } = this;
    const owner = {
      name: key,
      get used(): KeyedMachine {
        return obtain(key);
      },
    };
    return (source) => guard(owner, source);
  }

  delete(key: string): boolean {
    const machines = this.keptFor(key);
    for (const machine of machines) this.remove(machine);
    return machines.length > 0;
  }

  clear(): void {
    for (const machine of this.kept()) this.remove(machine);
  }

  // --- all breakers, or one ---

  snapshot(): Record<string, CircuitSnapshot> {
    // fromEntries: keys come from outside, and an assignment to the key `__proto__` would lose the entry
    return Object.fromEntries(this.kept().map((machine) => [machine.key, machine.snapshot()]));
  }

  totals(): CircuitTotals {
    const machines = this.all(); // first: `all` may drop machines and add their totals to `gone`
    return machines.reduce((sums, machine) => sum(sums, machine.totals()), sum(this.gone, none()));
  }

  configure(options: SharedOptions): void {
    ensureSettings(options);
    const { scheduler } = this.shared;
    const shared = { ...options, ...(scheduler && { scheduler }) };
    const config = configOf(shared);
    // all configs before the first change: one of the configs may be bad
    const changes = new Map<KeyedMachine, Config>();
    let size = -1;
    while (size < changes.size) {
      size = changes.size;
      for (const machine of this.all()) {
        if (changes.has(machine)) continue;
        const own = this.given(machine.key); // may add keys: the next turn finds the new keys
        changes.set(machine, own === undefined ? config : configOf({ ...shared, ...own }));
      }
    }
    this.config = config;
    this.shared = shared;
    for (const [machine, changed] of changes) {
      machine.state(); // first: tells the changes that are due, and a listener may change all settings again
      if (this.config !== config) break;
      machine.reconfigure(changed);
    }
  }

  isolate(...key: [] | [key: string]): Subscription {
    return key.length === 1 ? this.get(key[0]).isolate() : this.holdAll(1, 0, 'isolate');
  }

  disable(...key: [] | [key: string]): Subscription {
    return key.length === 1 ? this.get(key[0]).disable() : this.holdAll(0, 1, 'disable');
  }

  reset(...key: [] | [key: string]): void {
    const machines = key.length === 1 ? this.keptFor(key[0]) : this.kept();
    for (const machine of machines) {
      if (machine.place === 'out') continue; // a listener has deleted the key
      machine.restart();
      this.registry.reconsider(machine);
    }
  }

  // --- for the machines ---

  use(machine: KeyedMachine): KeyedMachine {
    const now = this.drop();
    if (machine.place === 'out') return this.obtain(machine.key);
    this.registry.touch(machine, now);
    return machine;
  }

  look(machine: KeyedMachine): KeyedMachine {
    this.tick();
    const kept = this.present(machine.key);
    if (kept !== undefined) return kept;
    const fresh = this.make(machine.key);
    const meanwhile = this.present(machine.key); // `optionsFor` may have used the key
    if (meanwhile !== undefined) return meanwhile;
    fresh.holdForAll(this.held, this.reason);
    return fresh;
  }

  hold({ key }: KeyedMachine): KeyedMachine {
    const machine = this.obtain(key);
    this.keep(machine);
    return machine;
  }

  keep(machine: KeyedMachine): void {
    if (machine.place === 'out') this.add(machine);
  }

  refused(machine: KeyedMachine): void {
    if (this.leaving.get(machine.key) === machine) {
      this.add(machine); // a listener deleted the key before the call
      return;
    }
    this.strays.add(machine);
    this.tell({ type: 'key-refused', key: machine.key, breaker: machine.name });
    this.settleIn(machine);
  }

  released(machine: KeyedMachine): void {
    if (machine.place !== 'out') this.registry.touch(machine);
    this.unclaimed(machine);
  }

  unclaimed(machine: KeyedMachine): void {
    if (machine.place !== 'out') {
      this.registry.reconsider(machine);
      return;
    }
    const isKnown = this.leaving.get(machine.key) === machine || this.strays.has(machine);
    if (isKnown && machine.claims === 0) this.forget(machine, this.lastTotals(machine));
  }

  // --- making and keeping ---

  /** A use of a key. Returns the machine, and keeps the machine if there is room. */
  private readonly obtain = (key: string): KeyedMachine => {
    ensureKey(key);
    const now = this.drop();
    const found = this.find(key, now);
    if (found !== undefined) return found;
    const made = this.make(key);
    const meanwhile = this.find(key, now); // `optionsFor` may have used the key
    if (meanwhile !== undefined) return meanwhile;
    const hasRoom = this.news.quietly(() => this.registry.makeRoom());
    const lately = this.find(key, now); // a health check, run by a look, may have used the key
    if (lately !== undefined) return lately;
    if (hasRoom) this.add(made);
    return made;
  };

  /** The machine of the key, kept or leaving. A look, no use. */
  private present(key: string): KeyedMachine | undefined {
    return this.registry.get(key) ?? this.leaving.get(key);
  }

  private find(key: string, now: number): KeyedMachine | undefined {
    const kept = this.registry.get(key);
    if (kept !== undefined) {
      this.registry.touch(kept, now);
      return kept;
    }
    const leaving = this.leaving.get(key);
    if (leaving !== undefined) this.add(leaving); // even over the limit, because the machine has claims
    return leaving;
  }

  private make(key: string, restore?: CircuitSnapshot): KeyedMachine {
    const given = this.given(key);
    const own = restore === undefined ? given : { ...given, restore };
    return new KeyedMachine(key, this.configFor(own), own ?? {}, this);
  }

  /** The options of one key. A copy: the user may change the object after the check. */
  private given(key: string): CircuitBreakerOptions | undefined {
    const { optionsFor } = this; // without `this`, as a user calls a function
    const given = optionsFor?.(key);
    return given && { ...given };
  }

  private configFor(own: CircuitBreakerOptions | undefined): Config {
    return own === undefined ? this.config : configOf({ ...this.shared, ...own });
  }

  private add(machine: KeyedMachine): void {
    this.leaving.delete(machine.key);
    this.registry.add(machine);
    this.tell({ type: 'key-added', key: machine.key, breaker: machine.name });
    this.settleIn(machine);
  }

  /** Brings a new machine in line with the group: the holds for all keys, and the listeners of the group. */
  private settleIn(machine: KeyedMachine): void {
    // quietly, for the machine is about to be used
    this.news.quietly(() =>
      machine.whileClaimed(() => {
        if (this.news.observed) machine.feedTo(this.news);
        machine.holdForAll(this.held, this.reason);
        if (machine.place !== 'out') machine.beginChecks();
      }),
    );
  }

  // --- dropping ---

  /** Drops idle keys, and tells the listeners. */
  private tick(): void {
    this.drop();
    this.news.flush();
  }

  /** Drops idle keys. Returns the time. */
  private drop(): number {
    const { registry } = this;
    const now = registry.time;
    if (registry.isDue(now)) this.news.quietly(() => registry.dropIdle(now));
    return now;
  }

  private readonly onDropped = (machine: KeyedMachine, reason: DropReason): void => {
    this.forget(machine, machine.totals()); // a look has just told the changes that were due
    this.tellDropped(machine, reason);
  };

  private remove(machine: KeyedMachine): void {
    const totals = this.lastTotals(machine);
    if (machine.place === 'out') {
      this.unclaimed(machine); // a listener deleted the key first
      return;
    }
    this.registry.remove(machine);
    if (machine.claims === 0) {
      this.forget(machine, totals);
      this.tellDropped(machine, 'deleted');
    } else {
      this.leaving.set(machine.key, machine);
      this.tellDropped(machine, 'deleted');
      machine.restart();
    }
    this.news.flush();
  }

  /**
   * The totals of a machine before its end. Tells the changes that are due while the listeners still hear
   * the machine: user code may run, and use or delete the key.
   */
  private lastTotals(machine: KeyedMachine): CircuitTotals {
    return this.news.quietly(() => machine.whileClaimed(() => machine.totals()));
  }

  /** Removes a machine without claims, and adds its totals to `gone`. Runs no user code. */
  private forget(machine: KeyedMachine, totals: CircuitTotals): void {
    if (this.leaving.get(machine.key) === machine) this.leaving.delete(machine.key);
    this.strays.delete(machine);
    this.gone = sum(this.gone, totals);
    machine.retire();
  }

  private tellDropped({ key, name: breaker }: KeyedMachine, reason: DropReason): void {
    this.tell({ type: 'key-dropped', key, breaker, reason });
  }

  // --- all ---

  /** The machines that the group keeps now, the least recently used first. A look, no use. */
  private kept(): KeyedMachine[] {
    linkSubscribing();
    this.tick();
    return this.registry.values();
  }

  private keptFor(key: string): KeyedMachine[] {
    ensureKey(key);
    linkSubscribing();
    this.tick();
    const machine = this.registry.get(key);
    return machine === undefined ? [] : [machine];
  }

  /** All machines that may have calls: kept, leaving, or without room. */
  private all(): KeyedMachine[] {
    return [...this.kept(), ...this.leaving.values(), ...this.strays];
  }

  /** Connects all machines to the news if somebody listens, and disconnects all machines otherwise. */
  private feedAll(): void {
    for (const machine of this.all()) {
      // read again: a listener may subscribe or leave meanwhile
      if (this.news.observed) machine.feedTo(this.news);
      else machine.mute();
    }
  }

  private get held(): number {
    return (this.isolations > 0 ? ISOLATED : 0) | (this.disables > 0 ? DISABLED : 0);
  }

  private get reason(): StateChangeReason {
    return this.isolations > 0 ? 'isolate' : 'disable';
  }

  private holdAll(isolations: number, disables: number, reason: StateChangeReason): Subscription {
    const add = (sign: number, why: StateChangeReason): void => {
      this.isolations += sign * isolations;
      this.disables += sign * disables;
      for (const machine of this.all()) {
        if (machine.isRetired) continue; // a listener has deleted the key
        machine.holdForAll(this.held, why); // read again: a listener may have changed the hold
        this.registry.reconsider(machine);
      }
    };
    add(1, reason);
    return new Subscription(() => add(-1, 'release'));
  }

  private tell(event: KeyedCircuitEvent): void {
    this.news.push(event);
  }
}
