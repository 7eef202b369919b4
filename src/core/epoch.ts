import type { AdmittingState } from './events.js';
import type { Flights } from './flights.js';
import type { CircuitSnapshot } from './snapshot.js';
import type { Counts } from './trip.js';
import {
  type Counted,
  FAILURE,
  openWindow,
  SUCCESS,
  type Totals,
  type Window,
  type WindowConfig,
  type WindowSnapshot,
} from './window.js';

/**
 * One stay in a state. The object itself is the epoch: a permit that holds another one than the
 * machine does is late.
 */
export type Epoch = Admitting | Refusing;

/** A stay in a state that lets calls through and counts them. */
export class Admitting implements Counts, Totals {
  readonly state: AdmittingState;
  successes = 0;
  failures = 0;
  ignored = 0;
  endedSlow = 0;
  inFlight = 0;
  /** Calls by age; null when no rule asks for ages. Overdue means slow, or in half-open, expired. */
  readonly flights: Flights | null;
  /** The last outcomes that were alike: so many successes, or minus so many failures. */
  private streak = 0;
  /** What forgets, from the first outcome on; `config` is null when nothing does. */
  private window: Window | null = null;
  private readonly config: WindowConfig;
  private readonly since: number;

  constructor(state: AdmittingState, flights: Flights | null, config: WindowConfig, since: number) {
    this.state = state;
    this.flights = flights;
    this.config = config;
    this.since = since;
  }

  /** When time alone changes something next: a call in flight becomes slow, or a probe expires. */
  get due(): number {
    return this.flights === null ? Number.POSITIVE_INFINITY : this.flights.due;
  }

  get calls(): number {
    return this.successes + this.failures;
  }

  get slow(): number {
    return this.endedSlow + this.overdue;
  }

  get failureRate(): number {
    return this.failures === 0 ? 0 : this.failures / this.calls;
  }

  get slowRate(): number {
    return this.slow === 0 ? 0 : this.slow / (this.calls + this.overdue);
  }

  get consecutiveSuccesses(): number {
    return Math.max(0, this.streak);
  }

  get consecutiveFailures(): number {
    return Math.max(0, -this.streak);
  }

  /** Calls in flight that are slow by now. */
  private get overdue(): number {
    return this.flights === null || this.state === 'half-open' ? 0 : this.flights.overdue;
  }

  /** Counts one more outcome. Answers with the streak that it met, for `amend`. */
  count(counted: Counted, slow: boolean, now: number): number {
    const { streak } = this;
    if (this.config !== null) this.opened(this.config).add(this, counted, slow, now);
    if (slow) this.endedSlow++;
    if (counted === SUCCESS) {
      this.successes++;
      this.streak = streak > 0 ? streak + 1 : 1;
    } else if (counted === FAILURE) {
      this.failures++;
      this.streak = streak < 0 ? streak - 1 : -1;
    } else {
      this.ignored++;
    }
    return streak;
  }

  /** Turns the success just counted into a failure. */
  amend(streak: number): void {
    this.window?.amend();
    this.successes--;
    this.failures++;
    this.streak = streak < 0 ? streak - 1 : -1;
  }

  /** Forgets what is too old at `now`. */
  roll(now: number): this {
    this.window?.roll(this, now);
    return this;
  }

  /** Starts from what a snapshot held; calls then in flight are gone, the slow ones among them too. */
  load({ counts, window }: CircuitSnapshot, now: number): void {
    this.streak = counts.consecutiveSuccesses - counts.consecutiveFailures;
    if (this.config !== null) {
      this.opened(this.config).load(this, window, now);
      return;
    }
    const judged = counts.slow === 0 ? counts.calls : Math.round(counts.slow / counts.slowRate);
    this.successes = counts.successes;
    this.failures = counts.failures;
    this.ignored = counts.ignored;
    this.endedSlow = counts.slow - (judged - counts.calls);
  }

  windowSnapshot(now: number): WindowSnapshot | null {
    return this.config === null ? null : this.opened(this.config).toJSON(now);
  }

  private opened(config: NonNullable<WindowConfig>): Window {
    this.window ??= openWindow(config, this.since);
    return this.window;
  }
}

/** A stay in a state that refuses calls. */
export class Refusing {
  readonly state: 'open' | 'isolated';
  /** When time alone changes something next: the retry timeout is over. */
  readonly due: number;
  /** How long that was, in milliseconds. */
  readonly wait: number;

  constructor(state: 'open' | 'isolated', due: number, wait: number) {
    this.state = state;
    this.due = due;
    this.wait = wait;
  }
}

/** An epoch in which nothing has happened. */
export const nothing: Admitting = /* @__PURE__ */ new Admitting('closed', null, null, 0);

/** The counts of an epoch as they are now, for keeps. A state that refuses counts nothing. */
export function countsOf(epoch: Epoch): Counts {
  const from = epoch instanceof Refusing ? nothing : epoch;
  return {
    calls: from.calls,
    successes: from.successes,
    failures: from.failures,
    slow: from.slow,
    ignored: from.ignored,
    inFlight: from.inFlight,
    consecutiveSuccesses: from.consecutiveSuccesses,
    consecutiveFailures: from.consecutiveFailures,
    failureRate: from.failureRate,
    slowRate: from.slowRate,
  };
}
