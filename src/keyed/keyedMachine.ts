import { Observable, Subscription } from 'rxjs';
import { NEVER } from '../core/clock.js';
import type { Config } from '../core/config.js';
import type { CircuitOpenError } from '../core/errors.js';
import type { CircuitEvent } from '../core/events.js';
import type { Flight } from '../core/flights.js';
import type { Judge } from '../core/judge.js';
import type { CircuitState, StateChangeReason } from '../core/state.js';
import { checkHealth } from '../rxjs/checkHealth.js';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  operatorOf,
} from '../rxjs/circuitBreaker.js';
import { RxMachine } from '../rxjs/watch.js';
import type { KeyedCircuitEvent } from './events.js';
import type { News } from './news.js';
import type { Kept, Place } from './registry.js';

/** The group that a machine belongs to. */
export interface Home {
  readonly news: News<KeyedCircuitEvent>;
  /** The machine of the key, for a use: made and kept, if there is room. */
  use(machine: KeyedMachine): KeyedMachine;
  /** The machine of the key, for a look: a fresh one, which nobody keeps, where the key is not kept. */
  look(machine: KeyedMachine): KeyedMachine;
  /** The machine of the key, for somebody who stays: made and kept, even over the limit. */
  hold(machine: KeyedMachine): KeyedMachine;
  /** Keeps this machine, which was made for a use, even over the limit. */
  keep(machine: KeyedMachine): void;
  /** A call is about to be made at a machine that found no room. */
  refused(machine: KeyedMachine): void;
  /** A claim on the machine is over. */
  released(machine: KeyedMachine): void;
  /** A claim that was no use of the key is over, or there was none. */
  unclaimed(machine: KeyedMachine): void;
}

/** Everything isolated, everything disabled: bits of what a group holds all its keys in. */
export const ISOLATED = 1;
export const DISABLED = 2;

/**
 * The machine of a key. The handle of the key may outlive the machine: the handle asks the group for the
 * present machine at each use.
 */
export class KeyedMachine extends RxMachine implements Kept<KeyedMachine> {
  readonly key: string;
  readonly breaker: CircuitBreaker;
  /** How many calls in flight, subscriptions to the streams and holds of its own the machine has. */
  claims = 0;
  place: Place = 'out';
  since = 0;
  turn = 0;
  dueBack = 0;
  older: KeyedMachine | null = null;
  newer: KeyedMachine | null = null;
  private readonly home: Home;
  // Most keys have neither of the next two, and each field of a key costs 8 bytes.
  /** What the holds for all keys have done to this one: `ISOLATED`, `DISABLED`, or both added. */
  declare private heldForAll?: number;
  /** The group's own subscription to what happens here. */
  declare private feed?: Subscription | undefined;
  /** The group has forgotten the machine. */
  declare isRetired?: true;

  /** @param own What is special about the key; part of the config, and checked. */
  constructor(
    key: string,
    config: Config,
    own: Pick<CircuitBreakerOptions, 'name' | 'restore'>,
    home: Home,
  ) {
    super(own.name ?? key, config, own.restore);
    this.key = key;
    this.home = home;
    this.breaker = operatorOf(this);
  }

  // --- for the handle ---

  override get used(): KeyedMachine {
    return this.home.use(this);
  }

  override get seen(): KeyedMachine {
    return this.home.look(this);
  }

  override get state$(): Observable<CircuitState> {
    return this.claimed((machine) => machine.states());
  }

  override get events$(): Observable<CircuitEvent> {
    return this.claimed((machine) => machine.happenings());
  }

  /** A stream of the machine that the key has when somebody subscribes. The subscription is a claim. */
  private claimed<T>(stream: (machine: KeyedMachine) => Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      const machine = this.home.hold(this);
      machine.claims++;
      stream(machine).subscribe(subscriber);
      this.home.news.flush();
      return () => machine.ended();
    });
  }

  // --- for the registry ---

  get busyFor(): number {
    if (this.claims > 0) return NEVER;
    if (this.current === null) return 0; // nobody has used it or looked at it
    const state = this.state();
    if (this.claims > 0) return NEVER; // a health check began
    if (state === 'half-open' && this.config.probe !== undefined) return NEVER; // and the next one is planned
    return state === 'open' ? this.retryAfter() : 0;
  }

  // --- what the core does ---

  override refusal(judge?: Judge): CircuitOpenError | null {
    this.claims++; // before the decision: a listener may delete the key of a call that is about to be admitted
    let isAdmitted = false;
    try {
      if (this.place === 'out') this.home.refused(this);
      const refusal = super.refusal(judge);
      isAdmitted = refusal === null;
      return refusal;
    } finally {
      this.claims--;
      if (!isAdmitted) {
        this.home.unclaimed(this);
        this.home.news.flush();
      }
    }
  }

  override admit(): Flight | null {
    this.claims++;
    const flight = super.admit();
    this.home.news.flush();
    return flight;
  }

  /**
   * The group tells when the machine has told all that happened: a listener of the group may delete the key,
   * and what the machine had still to tell would be lost.
   */
  protected override flush(): void {
    super.flush();
    this.home.news.flush();
  }

  /** A call, a subscription to a stream, or a hold is over. */
  protected override ended(): void {
    this.claims--;
    this.home.released(this);
  }

  override hold(isolations: number, disables: number, reason: StateChangeReason): () => void {
    const holds = isolations + disables;
    try {
      return this.whileClaimed(() => {
        if (holds > 0) this.home.keep(this);
        const undo = super.hold(isolations, disables, reason);
        if (holds > 0) this.claims += holds;
        return undo;
      });
    } finally {
      if (holds < 0) this.claims += holds; // lifted in any case; what a broken clock kept from holding is no claim
      this.home.released(this);
    }
  }

  override trip(error: unknown): void {
    this.change(() => {
      this.home.keep(this);
      super.trip(error);
    });
  }

  override halfOpen(): void {
    this.change(() => super.halfOpen());
  }

  override reconfigure(config: Config): void {
    this.change(() => {
      super.reconfigure(config);
      if (config.probe !== undefined) checkHealth(this);
    });
  }

  private change(deed: () => void): void {
    try {
      this.whileClaimed(deed);
    } finally {
      this.home.unclaimed(this);
      this.home.news.flush();
    }
  }

  /** Does a deed that may run user code: who deletes the key meanwhile leaves the machine to the deed. */
  whileClaimed<T>(deed: () => T): T {
    this.claims++;
    try {
      return deed();
    } finally {
      this.claims--;
    }
  }

  // --- for the group ---

  /** Brings the machine in line with what the group holds all its keys in. That is no claim on this one. */
  holdForAll(held: number, reason: StateChangeReason): void {
    const { heldForAll = 0 } = this;
    const isolations = (held & ISOLATED) - (heldForAll & ISOLATED);
    const disables = ((held & DISABLED) - (heldForAll & DISABLED)) / DISABLED;
    if (isolations === 0 && disables === 0) return;
    this.heldForAll = held;
    super.hold(isolations, disables, reason);
  }

  /** A fresh closed state, without a use of the key. */
  restart(): void {
    super.hold(0, 0, 'reset');
  }

  /** Tells the group's listeners from now on. */
  feedTo(news: News<KeyedCircuitEvent>): void {
    if (this.feed !== undefined) return;
    const { key } = this;
    const feed = new Subscription();
    this.feed = feed; // first: to subscribe may run code that comes back here
    feed.add(this.happenings().subscribe((event) => news.push({ key, ...event })));
  }

  mute(): void {
    if (this.feed === undefined) return;
    this.feed.unsubscribe();
    this.feed = undefined;
  }

  /** Nobody will use the machine again. */
  retire(): void {
    this.isRetired = true;
    this.mute();
    if (this.config.probe !== undefined) this.config = { ...this.config, probe: undefined }; // checks no more
  }
}
