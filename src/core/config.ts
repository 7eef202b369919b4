import { callback, count, delay, duration, ensure, fraction, type Rule, show } from './check.js';
import type { StateChangeReason } from './events.js';
import type { CoreOptions, RetryTimeout } from './options.js';
import { ensureSnapshot } from './snapshot.js';
import {
  consecutiveFailures,
  failureRate,
  failures,
  slowCallRate,
  type TripPredicate,
} from './trip.js';
import type { WindowConfig } from './window.js';

/** The options checked and complete. */
export interface Config {
  readonly tripWhen: TripPredicate | undefined;
  /** The rules that decide where there is no `tripWhen`; any of them trips. */
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

interface TripRule {
  readonly reason: StateChangeReason;
  readonly trips: TripPredicate;
}

type Name = keyof CoreOptions | 'scheduler';

const NEVER = Number.POSITIVE_INFINITY;

/** Milliseconds open, where nobody says otherwise. */
export const DEFAULT_RETRY_TIMEOUT = 30_000;

/** What can be said of an option by itself; the rest is in `complete`. */
const rules: { readonly [name in Name]: Rule | undefined } = {
  name: {
    type: 'string',
    words: 'a string that is not empty',
    holds: (text: string) => text !== '',
  },
  failureRateThreshold: fraction,
  minimumCalls: count,
  failureThreshold: count,
  consecutiveFailureThreshold: count,
  slowCallDuration: duration,
  slowCallRateThreshold: fraction,
  tripWhen: callback,
  rollingWindow: undefined,
  retryTimeout: undefined,
  successThreshold: count,
  maxProbes: count,
  probeFailureThreshold: count,
  probeTimeout: duration,
  successOn: {
    type: 'string',
    words: '"complete" or "first-value"',
    holds: (text: string) => text === 'complete' || text === 'first-value',
  },
  classifyError: callback,
  classifyValue: callback,
  restore: undefined,
  scheduler: {
    type: 'object',
    words: 'a scheduler, with now() and schedule()',
    holds: (it: Record<string, unknown>) =>
      typeof it['now'] === 'function' && typeof it['schedule'] === 'function',
  },
};
const names = /* @__PURE__ */ Object.keys(rules) as readonly Name[];
const thresholds = /* @__PURE__ */ names.slice(1, 5).concat('slowCallRateThreshold');

let latest: { readonly options: Options; readonly config: Config } | undefined;

type Options = CoreOptions & { readonly scheduler?: unknown };

/** Checks the options and fills in the defaults. Repairs nothing: what is wrong is thrown. */
export function configure(options: Options): Config {
  ensure('options', options, { type: 'object', words: 'an object' });
  ensureNames('option', options, names);
  for (const name of names) {
    const rule = rules[name];
    if (rule !== undefined && options[name] !== undefined) ensure(name, options[name], rule);
  }
  if (options.restore !== undefined) ensureSnapshot(options.restore);
  // Breakers made in a row, one for each key, mostly differ in their names only. They share one Config,
  // which would be half of what an idle breaker weighs.
  if (latest === undefined || !alike(options, latest.options)) {
    const { rollingWindow } = options;
    const kept = typeof rollingWindow === 'object' ? { ...rollingWindow } : rollingWindow;
    latest = { config: complete(options), options: { ...options, rollingWindow: kept as number } };
  }
  return latest.config;
}

function alike(a: Options, b: Options): boolean {
  return names.every(
    (name) =>
      Object.is(a[name], b[name]) ||
      name === 'name' ||
      name === 'restore' ||
      name === 'scheduler' ||
      (name === 'rollingWindow' && show(a[name]) === show(b[name])),
  );
}

function complete(options: CoreOptions): Config {
  const { slowCallDuration = NEVER, retryTimeout = DEFAULT_RETRY_TIMEOUT } = options;
  const { successThreshold = 1, probeFailureThreshold = 1 } = options;
  const { maxProbes = successThreshold } = options;
  if (typeof retryTimeout !== 'function') ensure('retryTimeout', retryTimeout, delay);
  const useful = successThreshold + probeFailureThreshold - 1;
  if (maxProbes > useful) {
    contradict(
      'maxProbes',
      maxProbes,
      `at most successThreshold + probeFailureThreshold - 1 = ${useful}, when the verdict is certain`,
    );
  }
  const window = readWindow(options.rollingWindow);
  return {
    tripWhen: options.tripWhen,
    rules: readRules(options, window !== null && 'calls' in window ? window.calls : NEVER),
    window,
    slowCallDuration,
    timed: slowCallDuration < NEVER || (window !== null && 'duration' in window),
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

/** A ring is an array, and arrays end. */
const places: Rule = {
  type: 'number',
  words: 'a whole number from 1 to 16777216',
  holds: (value: number) => Number.isInteger(value) && value > 0 && value <= 2 ** 24,
};

function readWindow(option: unknown = 10_000): WindowConfig {
  if (typeof option === 'number') {
    ensure('rollingWindow', option, duration);
    return option === NEVER ? null : { duration: option, buckets: 10 };
  }
  ensure('rollingWindow', option, {
    type: 'object',
    words: 'milliseconds, { duration, buckets }, { calls } or Infinity',
  });
  const given = option as { calls?: number; duration?: number; buckets?: number };
  if (given.calls !== undefined) {
    ensureNames('rollingWindow of calls with', given, ['calls']);
    ensure('rollingWindow.calls', given.calls, places);
    return { calls: given.calls };
  }
  ensureNames('rollingWindow of time with', given, ['duration', 'buckets']);
  const { duration: time, buckets = 10 } = given;
  ensure('rollingWindow.duration', time, {
    type: 'number',
    words: 'a finite number of milliseconds, more than 0',
    holds: (value: number) => value > 0 && value < NEVER,
  });
  ensure('rollingWindow.buckets', buckets, places);
  return { duration: time as number, buckets };
}

/** The trip rules; `held` is how many calls the window can hold. */
function readRules(options: CoreOptions, held: number): readonly TripRule[] {
  const { slowCallDuration, failureThreshold, minimumCalls = Math.min(10, held) } = options;
  const given = thresholds.filter((name) => options[name as keyof CoreOptions] !== undefined);
  if (options.tripWhen !== undefined) {
    for (const name of given) {
      contradict(
        name,
        options[name as keyof CoreOptions],
        'left out beside tripWhen, which decides alone',
      );
    }
    return [];
  }
  if (slowCallDuration === undefined && options.slowCallRateThreshold !== undefined) {
    contradict(
      'slowCallRateThreshold',
      options.slowCallRateThreshold,
      'beside slowCallDuration, which says what is slow',
    );
  }
  for (const [name, needed = 0] of Object.entries({ minimumCalls, failureThreshold })) {
    if (needed > held) {
      contradict(name, needed, `at most rollingWindow.calls = ${held}, all that the window holds`);
    }
  }
  const alone = given.every((name) => name === 'minimumCalls');
  const all: [
    StateChangeReason,
    number | undefined,
    (n: number, calls: number) => TripPredicate,
  ][] = [
    ['failure-rate', options.failureRateThreshold ?? (alone ? 0.5 : undefined), failureRate],
    ['failures', failureThreshold, failures],
    ['consecutive-failures', options.consecutiveFailureThreshold, consecutiveFailures],
    ['slow-call-rate', options.slowCallRateThreshold ?? (slowCallDuration && 1), slowCallRate],
  ];
  return all.flatMap(([reason, threshold, predicate]) =>
    threshold === undefined ? [] : [{ reason, trips: predicate(threshold, minimumCalls) }],
  );
}

function contradict(name: string, value: unknown, words: string): never {
  throw new RangeError(`${name} must be ${words}, got ${show(value)}`);
}

function ensureNames(what: string, given: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(given)) {
    if (!known.includes(name)) {
      const nearest = known.reduce((a, b) => (distance(name, b) < distance(name, a) ? b : a));
      throw new TypeError(
        `unknown ${what} ${show(name)}, got ${show(value)}; did you mean ${show(nearest)}?`,
      );
    }
  }
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (above[j - 1] as number) + Number(a[i - 1] !== b[j - 1]);
      row.push(Math.min(swap, (above[j] as number) + 1, (row[j - 1] as number) + 1));
    }
  }
  return row[b.length] as number;
}
