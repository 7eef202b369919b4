import { callback, count, delay, duration, ensure, fraction, type Rule, show } from './check.js';
import type { AdmittingState, StateChangeReason } from './events.js';
import { type CircuitSnapshot, ensureSnapshot } from './snapshot.js';
import {
  consecutiveFailures,
  failureRate,
  failures,
  slowCallRate,
  type TripPredicate,
} from './trip.js';
import type { WindowConfig } from './window.js';

/** What a `retryTimeout` function is told. */
export interface RetryTimeoutContext {
  /** How often the breaker has opened since it was last closed, this time included: 1, 2, 3, ... */
  readonly attempt: number;
  /** What opened it: the error, or the value that `classifyValue` called a failure; `undefined` for slow calls. */
  readonly error: unknown;
  /** The breaker just before it opens, with the counts that decided. */
  readonly snapshot: CircuitSnapshot;
  /** The scheduler's time, in milliseconds. */
  readonly now: number;
}

/** How long to stay open, in milliseconds of 0 or more; `Infinity` is until `reset()`. */
export type RetryTimeout = (context: RetryTimeoutContext) => number;

/** How much of the past counts while closed. */
export type RollingWindow =
  | number
  | { readonly duration: number; readonly buckets?: number }
  | { readonly calls: number };

/** The options of the breaker proper. A bad value is a RangeError or a TypeError at creation. */
export interface CoreOptions {
  /**
   * Shown in errors, events and metrics.
   * @default 'circuit-breaker'
   */
  readonly name?: string;
  /**
   * Trip when at least this fraction of the window's calls have failed; in (0, 1].
   * @default 0.5, when no other trip rule is given
   */
  readonly failureRateThreshold?: number;
  /**
   * Calls that the window must hold before a rate may trip.
   * @default 10, or what a window of fewer calls can hold
   */
  readonly minimumCalls?: number;
  /**
   * Trip when at least this many calls of the window have failed.
   * @default off
   */
  readonly failureThreshold?: number;
  /**
   * Trip when this many calls in a row have failed, however long that took.
   * @default off
   */
  readonly consecutiveFailureThreshold?: number;
  /**
   * Milliseconds; a call is slow once it is older than this, finished or not.
   * @default off
   */
  readonly slowCallDuration?: number;
  /**
   * Trip when at least this fraction of the calls are slow; in (0, 1]. Needs `slowCallDuration`. Given
   * on its own it is the only rule: give `failureRateThreshold` too, to trip on failures as well.
   * @default 1, when `slowCallDuration` is set
   */
  readonly slowCallRateThreshold?: number;
  /**
   * Decides instead of the rules above; see `failureRate`, `failures`, `consecutiveFailures`,
   * `slowCallRate`, `anyOf` and `allOf`. Asked after every counted outcome.
   * @default the rules given, any of which trips
   */
  readonly tripWhen?: TripPredicate;
  /**
   * How much of the past counts while closed: milliseconds (in ten buckets), `{ duration, buckets }`,
   * the last `{ calls }`, or `Infinity`: everything since it closed.
   * @default { duration: 10_000, buckets: 10 }
   */
  readonly rollingWindow?: RollingWindow;
  /**
   * Milliseconds in the open state, 0 or more, or a function that says how many; see `exponential`,
   * `jittered` and `retryAfterHeader`. `Infinity` is until `reset()`.
   * @default 30_000
   */
  readonly retryTimeout?: number | RetryTimeout;
  /**
   * Successes in half-open that close the breaker.
   * @default 1
   */
  readonly successThreshold?: number;
  /**
   * Probes in flight at once in half-open.
   * @default `successThreshold`
   */
  readonly maxProbes?: number;
  /**
   * Failures in half-open that open it again.
   * @default 1
   */
  readonly probeFailureThreshold?: number;
  /**
   * Milliseconds after which a probe without an answer gives its place to another.
   * @default the open time just served
   */
  readonly probeTimeout?: number;
  /**
   * What makes a call a success: its completion, or already its first value (for endless streams).
   * @default 'complete'
   */
  readonly successOn?: 'complete' | 'first-value';
  /**
   * What an error means. `state` is the state the call was admitted in: an answer of 404 may be
   * neutral while closed and a proof of life in half-open.
   * @default every error is a failure
   */
  readonly classifyError?: (
    error: unknown,
    state: AdmittingState,
  ) => 'failure' | 'success' | 'ignored';
  /**
   * What a value means: `'failure'` settles the call as one, then and there, and the stream goes on;
   * `'undecided'` leaves the verdict to what comes after.
   * @default every value is a sign of success
   */
  readonly classifyValue?: (
    value: unknown,
    state: AdmittingState,
  ) => 'success' | 'failure' | 'undecided';
  /**
   * A snapshot to start from. Held states were held by a hand that is gone: they start closed.
   * @default none: a fresh closed state
   */
  readonly restore?: CircuitSnapshot;
}

/** A trip rule with the reason it gives. */
interface TripRule {
  readonly reason: StateChangeReason;
  readonly trips: TripPredicate;
}

/** The options checked and complete. Several breakers may share one. */
export interface Config {
  readonly rules: readonly TripRule[];
  readonly window: WindowConfig;
  readonly slowCallDuration: number;
  /** Whether the breaker has to know when a call ends. */
  readonly timed: boolean;
  readonly retryTimeout: number | RetryTimeout;
  readonly successThreshold: number;
  readonly maxProbes: number;
  readonly probeFailureThreshold: number;
  readonly probeTimeout: number | undefined;
  readonly onFirstValue: boolean;
  readonly classifyError: CoreOptions['classifyError'];
  readonly classifyValue: CoreOptions['classifyValue'];
}

/** Milliseconds open, where nobody says otherwise. */
export const DEFAULT_RETRY_TIMEOUT = 30_000;

const object: Rule = { type: 'object', words: 'an object' };

const rules: { readonly [name in keyof CoreOptions | 'scheduler']: Rule | undefined } = {
  name: {
    type: 'string',
    words: 'a string that is not empty',
    holds: (name: string) => name !== '',
  },
  failureRateThreshold: fraction,
  minimumCalls: count,
  failureThreshold: count,
  consecutiveFailureThreshold: count,
  slowCallDuration: duration,
  slowCallRateThreshold: fraction,
  tripWhen: callback,
  rollingWindow: undefined, // see readWindow
  retryTimeout: undefined, // a function or a delay
  successThreshold: count,
  maxProbes: count,
  probeFailureThreshold: count,
  probeTimeout: duration,
  successOn: {
    type: 'string',
    words: "'complete' or 'first-value'",
    holds: (value: string) => value === 'complete' || value === 'first-value',
  },
  classifyError: callback,
  classifyValue: callback,
  restore: undefined, // see ensureSnapshot
  scheduler: {
    type: 'object',
    words: 'an RxJS scheduler, with now() and schedule()',
    holds: (value: { now?: unknown; schedule?: unknown }) =>
      typeof value.now === 'function' && typeof value.schedule === 'function',
  },
};

/** Checks the options and fills in the defaults. Repairs nothing: what is wrong is thrown. */
export function configure(options: CoreOptions): Config {
  ensure('options', options, object);
  ensureNames('option', options, Object.keys(rules));
  for (const [name, rule] of Object.entries(rules)) {
    const value = options[name as keyof CoreOptions];
    if (value !== undefined && rule !== undefined) ensure(name, value, rule);
  }
  const { retryTimeout = DEFAULT_RETRY_TIMEOUT, restore, successThreshold = 1 } = options;
  if (typeof retryTimeout !== 'function') ensure('retryTimeout', retryTimeout, delay);
  if (restore !== undefined) ensureSnapshot(restore);
  const window = readWindow(options.rollingWindow);
  const { maxProbes = successThreshold, probeFailureThreshold = 1 } = options;
  const useful = successThreshold + probeFailureThreshold - 1;
  if (maxProbes > useful) {
    contradiction(
      `maxProbes must be at most successThreshold + probeFailureThreshold - 1 (${useful}), got ${maxProbes}; by then the verdict is certain`,
    );
  }
  const { slowCallDuration = Number.POSITIVE_INFINITY } = options;
  return {
    rules: readRules(options, window),
    window,
    slowCallDuration,
    timed: slowCallDuration < Number.POSITIVE_INFINITY || (window !== null && 'duration' in window),
    retryTimeout,
    successThreshold,
    maxProbes,
    probeFailureThreshold,
    probeTimeout: options.probeTimeout,
    onFirstValue: options.successOn === 'first-value',
    classifyError: options.classifyError,
    classifyValue: options.classifyValue,
  };
}

function readWindow(option: unknown = 10_000): WindowConfig {
  if (typeof option === 'number') {
    ensure('rollingWindow', option, duration);
    return option === Number.POSITIVE_INFINITY ? null : { duration: option, buckets: 10 };
  }
  ensure('rollingWindow', option, {
    type: 'object',
    words: 'milliseconds, { duration, buckets }, { calls } or Infinity',
  });
  const { calls, duration: time, buckets = 10 } = option as Record<string, unknown>;
  if (calls !== undefined) {
    ensureNames('rollingWindow of calls with', option as object, ['calls']);
    ensure('rollingWindow.calls', calls, few);
    return { calls: calls as number };
  }
  ensureNames('rollingWindow of time with', option as object, ['duration', 'buckets']);
  ensure('rollingWindow.duration', time, finite);
  ensure('rollingWindow.buckets', buckets, few);
  return { duration: time as number, buckets: buckets as number };
}

/** A ring is an array, and arrays end. */
const few: Rule = {
  type: 'number',
  words: 'a whole number from 1 to 16777216',
  holds: (value: number) => Number.isInteger(value) && value > 0 && value <= 2 ** 24,
};
const finite: Rule = {
  type: 'number',
  words: 'a finite number of milliseconds, more than 0',
  holds: (value: number) => value > 0 && value < Number.POSITIVE_INFINITY,
};

function readRules(options: CoreOptions, window: WindowConfig): readonly TripRule[] {
  const { tripWhen, slowCallDuration, failureThreshold, consecutiveFailureThreshold } = options;
  const { slowCallRateThreshold = slowCallDuration && 1 } = options;
  if (tripWhen !== undefined) {
    for (const name of thresholds) {
      if (options[name] !== undefined) {
        contradiction(
          `${name} must not stand beside tripWhen, which decides alone, got ${options[name]}`,
        );
      }
    }
    return [{ reason: 'trip-when', trips: tripWhen }];
  }
  if (slowCallRateThreshold !== undefined && slowCallDuration === undefined) {
    contradiction(
      `slowCallRateThreshold must stand beside slowCallDuration, which says what is slow, got ${slowCallRateThreshold} alone`,
    );
  }
  const held = window !== null && 'calls' in window ? window.calls : Number.POSITIVE_INFINITY;
  const { minimumCalls = Math.min(10, held) } = options;
  for (const [name, needed] of Object.entries({ minimumCalls, failureThreshold })) {
    if (needed !== undefined && needed > held) {
      contradiction(
        `${name} must be at most rollingWindow.calls (${held}), got ${needed}; the window never holds as many`,
      );
    }
  }
  const alone = thresholds.every((name) => name === 'minimumCalls' || options[name] === undefined);
  const { failureRateThreshold = alone ? 0.5 : undefined } = options;
  const given: TripRule[] = [];
  const add = (
    reason: StateChangeReason,
    threshold: number | undefined,
    predicate: (threshold: number, minimumCalls: number) => TripPredicate,
  ): void => {
    if (threshold !== undefined) given.push({ reason, trips: predicate(threshold, minimumCalls) });
  };
  add('failure-rate', failureRateThreshold, failureRate);
  add('failures', failureThreshold, failures);
  add('consecutive-failures', consecutiveFailureThreshold, consecutiveFailures);
  add('slow-call-rate', slowCallRateThreshold, slowCallRate);
  return given;
}

const thresholds = [
  'failureRateThreshold',
  'minimumCalls',
  'failureThreshold',
  'consecutiveFailureThreshold',
  'slowCallRateThreshold',
] as const;

function contradiction(message: string): never {
  throw new RangeError(message);
}

function ensureNames(what: string, given: object, known: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) {
      const nearest = known.reduce((a, b) => (distance(name, b) < distance(name, a) ? b : a));
      throw new TypeError(
        `unknown ${what} ${show(name)}, got ${show((given as Record<string, unknown>)[name])}; did you mean ${show(nearest)}?`,
      );
    }
  }
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
