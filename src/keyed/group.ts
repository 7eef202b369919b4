import { Observable, Subscription } from 'rxjs';
import { show } from '../core/check.js';
import type { Config } from '../core/config.js';
import { type CircuitSnapshot, ensureSnapshot } from '../core/snapshot.js';
import type { StateChangeReason } from '../core/state.js';
import type { CircuitTotals } from '../core/totals.js';
import { guard } from '../rxjs/call.js';
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

/** The breakers of a group: see `CircuitBreakers` for what each member does. */
export class Group implements Home {
  readonly news: News<KeyedCircuitEvent> = new News();
  readonly events$: Observable<KeyedCircuitEvent>;
  private readonly optionsFor: CircuitBreakersOptions['optionsFor'];
  private readonly registry: Registry<KeyedMachine>;
  private shared: SharedOptions;
  /** Of all keys without options of their own: checked once, and there once. */
  private config: Config;
  /** How many holds for all keys there are. */
  private isolations = 0;
  private disables = 0;
  /** Machines of deleted keys that somebody still has a claim on, by key. */
  private readonly leaving = new Map<string, KeyedMachine>();
  /** Machines that found no room, each for one call that is not over. */
  private readonly strays = new Set<KeyedMachine>();
  /** What happened at machines that are forgotten. */
  private gone: CircuitTotals = none();

  constructor(options: CircuitBreakersOptions) {
    const { shared, optionsFor, maxKeys, idleTime, restore } = read(options);
    this.config = configOf(shared); // bad options are told here, not at the first call
    this.shared = shared;
    this.optionsFor = optionsFor;
    this.registry = new Registry(maxKeys, idleTime, this.config.scheduler, this.onDropped);
    this.events$ = new Observable((subscriber) => {
      this.tick(); // what is past is not told
      this.news.events$.subscribe(subscriber);
      this.feedAll();
      // by then the subscriber has left the news, for it came to them first
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
    const machine = this.obtain(key);
    this.unclaimed(machine);
    this.news.flush();
    return machine.breaker;
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
    for (const machine of this.kept()) {
      if (machine.place !== 'out') this.remove(machine); // unless a listener did
    }
  }

  // --- all breakers, or one ---

  snapshot(): Record<string, CircuitSnapshot> {
    // keys come from outside: with assignment, one named __proto__ would be lost
    return Object.fromEntries(this.kept().map((machine) => [machine.key, machine.snapshot()]));
  }

  totals(): CircuitTotals {
    const machines = this.all(); // first, for some may be dropped by that
    return machines.reduce((sums, machine) => sum(sums, machine.totals()), sum(this.gone, none()));
  }

  configure(options: SharedOptions): void {
    ensureSettings(options);
    const { scheduler } = this.shared;
    const shared = { ...options, ...(scheduler && { scheduler }) };
    const config = configOf(shared);
    // all before the first is changed, for one of them may be wrong
    const changes = new Map<KeyedMachine, Config>();
    let size = -1;
    while (size < changes.size) {
      size = changes.size;
      for (const machine of this.all()) {
        if (changes.has(machine)) continue;
        const own = this.given(machine.key); // may use keys: those are found at the next turn
        changes.set(machine, own === undefined ? config : configOf({ ...shared, ...own }));
      }
    }
    this.config = config;
    this.shared = shared;
    for (const [machine, changed] of changes) {
      if (this.config !== config) break; // a listener has given all of them other settings
      if (!machine.isRetired) machine.reconfigure(changed);
    }
    this.news.flush();
  }

  isolate(...key: [] | [key: string]): Subscription {
    return key.length === 1 ? this.heldBreaker(key[0]).isolate() : this.holdAll(1, 0, 'isolate');
  }

  disable(...key: [] | [key: string]): Subscription {
    return key.length === 1 ? this.heldBreaker(key[0]).disable() : this.holdAll(0, 1, 'disable');
  }

  reset(...key: [] | [key: string]): void {
    const machines = key.length === 1 ? this.keptFor(key[0]) : this.kept();
    for (const machine of machines) {
      if (machine.place === 'out') continue; // a listener has deleted the key
      machine.restart();
      this.registry.reconsider(machine);
    }
    this.news.flush();
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
    if (machine.place !== 'out') return machine;
    const kept = this.present(machine.key);
    if (kept !== undefined) return kept;
    const fresh = this.make(machine.key);
    const meanwhile = this.present(machine.key); // by `optionsFor`
    if (meanwhile !== undefined) return meanwhile;
    fresh.retire();
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
    if (this.leaving.get(machine.key) === machine) return this.add(machine); // deleted on its way in
    this.strays.add(machine);
    this.tell({ type: 'key-refused', key: machine.key, breaker: machine.name });
    this.settleIn(machine);
  }

  released(machine: KeyedMachine): void {
    if (machine.place !== 'out') this.registry.touch(machine);
    this.unclaimed(machine);
    this.news.flush();
  }

  unclaimed(machine: KeyedMachine): void {
    if (machine.place !== 'out') return this.registry.reconsider(machine);
    if (machine.claims > 0) return;
    if (this.leaving.get(machine.key) !== machine && !this.strays.has(machine)) return;
    const totals = this.lastTotals(machine);
    if (machine.place === 'out' && machine.claims === 0) this.forget(machine, totals);
  }

  // --- making and keeping ---

  /** The machine of a key that is used now: kept, unless there is no room. */
  private readonly obtain = (key: string): KeyedMachine => {
    ensureKey(key);
    const now = this.drop();
    const found = this.find(key, now);
    if (found !== undefined) return found;
    const made = this.make(key);
    const meanwhile = this.find(key, now); // by `optionsFor`
    if (meanwhile !== undefined) return meanwhile;
    const hasRoom = this.news.quietly(() => this.registry.makeRoom());
    const lately = this.find(key, now); // by what a look at a key runs, such as a health check
    if (lately !== undefined) return lately;
    if (hasRoom) this.add(made);
    return made;
  };

  /** The machine that the key has now: kept, or leaving. */
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
    if (leaving !== undefined) this.add(leaving); // even over the limit: somebody has a claim on it
    return leaving;
  }

  private make(key: string, restore?: CircuitSnapshot): KeyedMachine {
    const given = this.given(key);
    const own = restore === undefined ? given : { ...given, restore };
    return new KeyedMachine(key, this.configFor(own), own ?? {}, this);
  }

  /** The options of a key's own: a copy, so that what is checked is used. */
  private given(key: string): CircuitBreakerOptions | undefined {
    const { optionsFor } = this; // called as the plain function that it is
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

  /** What all machines are in for, from the first use on. */
  private settleIn(machine: KeyedMachine): void {
    // quietly, for the machine is about to be used
    this.news.quietly(() =>
      machine.whileClaimed(() => {
        if (this.news.observed) machine.feedTo(this.news);
        machine.holdForAll(this.held, this.reason);
      }),
    );
    if (machine.place === 'aside') this.registry.reconsider(machine); // busy no more
  }

  // --- dropping ---

  /** Drops what is idle, and has it told. */
  private tick(): void {
    this.drop();
    this.news.flush();
  }

  /** Drops what is idle; returns the time. */
  private drop(): number {
    const { registry } = this;
    const now = registry.time;
    if (registry.isDue(now)) this.news.quietly(() => registry.dropIdle(now));
    return now;
  }

  private readonly onDropped = (machine: KeyedMachine, reason: DropReason): void => {
    this.forget(machine, machine.totals()); // a look came right before: no time has changed the state since
    this.tellDropped(machine, reason);
  };

  private remove(machine: KeyedMachine): void {
    const totals = this.lastTotals(machine);
    if (machine.place === 'out') return this.unclaimed(machine); // a listener was first
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
   * What happened at a machine that is about to go. Has what time changed told, too, before nobody hears of
   * it: that runs user code, which may use the machine.
   */
  private lastTotals(machine: KeyedMachine): CircuitTotals {
    return this.news.quietly(() => machine.whileClaimed(() => machine.totals()));
  }

  /** Nobody needs the machine any more. Runs no user code. */
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

  /** What is kept now, the least recently used first. To look is no use. */
  private kept(): KeyedMachine[] {
    this.tick();
    return this.registry.values();
  }

  private keptFor(key: string): KeyedMachine[] {
    ensureKey(key);
    this.tick();
    const machine = this.registry.get(key);
    return machine === undefined ? [] : [machine];
  }

  /** All machines that have calls or could have: kept, leaving, or without room. */
  private all(): KeyedMachine[] {
    return [...this.kept(), ...this.leaving.values(), ...this.strays];
  }

  /** Has all machines tell the news, or none, as somebody listens to them or nobody does. */
  private feedAll(): void {
    const { observed } = this.news;
    for (const machine of this.all()) {
      if (this.news.observed !== observed) return; // a listener has changed that, and done the rest
      if (observed) machine.feedTo(this.news);
      else machine.mute();
    }
  }

  private get held(): number {
    return (this.isolations > 0 ? ISOLATED : 0) + (this.disables > 0 ? DISABLED : 0);
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
        machine.holdForAll(this.held, why); // as it is now: a listener may have changed it
        this.registry.reconsider(machine);
      }
      this.news.flush();
    };
    add(1, reason);
    return new Subscription(() => add(-1, 'release'));
  }

  /** The breaker of a key that is about to be held: kept even over the limit. */
  private heldBreaker(key: string): CircuitBreaker {
    const machine = this.obtain(key);
    this.keep(machine);
    return machine.breaker;
  }

  private tell(event: KeyedCircuitEvent): void {
    this.news.push(event);
  }
}
