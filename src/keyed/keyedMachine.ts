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
  /** A use: returns the machine of the key. Creates the machine, and keeps the machine if there is room. */
  use(machine: KeyedMachine): KeyedMachine;
  /** A look: returns the machine of the key, or a fresh machine that the group does not keep. */
  look(machine: KeyedMachine): KeyedMachine;
  /** A claim that lasts: returns the machine of the key, and keeps the machine even over the limit. */
  hold(machine: KeyedMachine): KeyedMachine;
  /** Keeps this machine even over the limit. */
  keep(machine: KeyedMachine): void;
  /** A call begins at a machine without room. */
  refused(machine: KeyedMachine): void;
  /** A claim on the machine has ended. */
  released(machine: KeyedMachine): void;
  /** A claim has ended without a use of the key. */
  unclaimed(machine: KeyedMachine): void;
}

/** The bits of the hold for all keys of a group: isolated, disabled. */
export const ISOLATED = 1;
export const DISABLED = 2;

/**
 * The machine of a key. The handle of the key may outlive the machine: at each use the handle asks the group for the
 * present machine.
 */
export class KeyedMachine extends RxMachine implements Kept<KeyedMachine> {
  readonly key: string;
  readonly breaker: CircuitBreaker;
  /** Calls in flight + subscriptions to `state$` and `events$` + holds of this key. */
  claims = 0;
  place: Place = 'out';
  since = 0;
  turn = 0;
  dueBack = 0;
  older: KeyedMachine | null = null;
  newer: KeyedMachine | null = null;
  private readonly home: Home;
  // `declare`: a field costs 8 bytes, and most keys have none of the next fields
  /** The part of the hold for all keys that this machine has taken: `ISOLATED`, `DISABLED`, or their sum. */
  declare private heldForAll?: number;
  /** The subscription of the group to the events of this machine. */
  declare private feed?: Subscription | undefined;
  /** The health check of a machine that the group does not keep: a look at a key checks nothing. */
  declare private laterProbe?: Config['probe'];
  /** The group has forgotten the machine. */
  declare isRetired?: true;

  /** @param own The checked options of the key. */
  constructor(
    key: string,
    config: Config,
    own: Pick<CircuitBreakerOptions, 'name' | 'restore'>,
    home: Home,
  ) {
    super(own.name ?? key, withoutProbe(config), own.restore);
    if (config.probe !== undefined) this.laterProbe = config.probe;
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

  /** A stream of the machine that the key has at the subscription. The subscription is a claim. */
  private claimed<T>(stream: (machine: KeyedMachine) => Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      const machine = this.home.hold(this);
      machine.claims++;
      stream(machine).subscribe(subscriber);
      return () => machine.ended();
    });
  }

  // --- for the registry ---

  get busyFor(): number {
    if (this.claims > 0) return NEVER;
    if (this.current === null) return 0; // unused, so it holds no state
    const state = this.state();
    if (state === 'half-open' && this.config.probe !== undefined) return NEVER; // the time of health checks
    return state === 'open' ? this.retryAfter() : 0;
  }

  // --- what the core does ---

  override refusal(judge?: Judge): CircuitOpenError | null {
    if (this.place === 'out') this.home.refused(this);
    this.claims++; // a listener may delete the key before the call is admitted
    let refusal: CircuitOpenError | null;
    try {
      refusal = super.refusal(judge);
    } finally {
      this.claims--;
    }
    if (refusal === null) return null;
    this.home.unclaimed(this);
    this.home.news.flush();
    return refusal;
  }

  override admit(): Flight | null {
    this.claims++;
    return super.admit();
  }

  /**
   * The group tells its news after the machine has told all events. To tell is a claim: a listener that ends the last
   * other claim may delete the key, and the delete would lose the events that the machine still has to tell.
   */
  protected override flush(): void {
    const { place, turn } = this;
    this.claims++;
    try {
      super.flush();
    } finally {
      this.claims--;
    }
    // a look at a member, which has put the member aside, decides itself
    const isLook = place === 'aside' && this.place === place && this.turn === turn;
    if (!isLook) this.home.unclaimed(this);
    this.home.news.flush();
  }

  /** A claim has ended: a call, a subscription to a stream, or a hold. */
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
        this.claims += Math.max(0, holds);
        return undo;
      });
    } finally {
      this.claims += Math.min(0, holds); // a broken clock lifts a hold, but takes none
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
      const isKept = this.place !== 'out';
      super.reconfigure(isKept ? config : withoutProbe(config));
      this.laterProbe = isKept ? undefined : config.probe;
      checkHealth(this);
    });
  }

  private change(deed: () => void): void {
    try {
      this.whileClaimed(deed);
    } finally {
      this.home.unclaimed(this);
    }
  }

  /** Runs a deed with a claim: user code that deletes the key meanwhile does not end the machine. */
  whileClaimed<T>(deed: () => T): T {
    this.claims++;
    try {
      return deed();
    } finally {
      this.claims--;
    }
  }

  // --- for the group ---

  /** Applies the hold for all keys. Such a hold is no claim on this key. */
  holdForAll(held: number, reason: StateChangeReason): void {
    const { heldForAll = 0 } = this;
    const change = (hold: number): number => bit(held, hold) - bit(heldForAll, hold);
    const isolations = change(ISOLATED);
    const disables = change(DISABLED);
    if (isolations === 0 && disables === 0) return;
    this.heldForAll = held;
    super.hold(isolations, disables, reason);
  }

  /** Starts a fresh closed state. No use of the key. */
  restart(): void {
    super.hold(0, 0, 'reset');
  }

  /** Tells the listeners of the group from now on. */
  feedTo(news: News<KeyedCircuitEvent>): void {
    if (this.feed !== undefined) return;
    const { key } = this;
    const feed = new Subscription();
    this.feed = feed; // first: the subscription may run code that calls `feedTo` again
    feed.add(this.happenings().subscribe((event) => news.push({ key, ...event })));
  }

  /** The group keeps the machine: health checks may begin. */
  beginChecks(): void {
    const { config, laterProbe: probe } = this;
    if (probe === undefined) return;
    this.laterProbe = undefined;
    this.config = { ...config, probe };
    checkHealth(this);
  }

  mute(): void {
    if (this.feed === undefined) return;
    this.feed.unsubscribe();
    this.feed = undefined;
  }

  /** Ends a machine that nobody uses again: no news, no health checks. */
  retire(): void {
    this.isRetired = true;
    this.mute();
    this.config = withoutProbe(this.config);
    this.lookAfterHealth?.(); // cancels the next check
  }
}

function withoutProbe(config: Config): Config {
  return config.probe === undefined ? config : { ...config, probe: undefined };
}

function bit(holds: number, hold: number): number {
  return (holds & hold) === 0 ? 0 : 1;
}
