import {
  callback,
  count,
  delay,
  duration,
  ensure,
  fraction,
  object,
  places,
  type Rule,
  show,
  text,
} from './check.js';
import { NEVER, type TimeSource } from './clock.js';
import type { CoreOptions, RetryTimeout } from './options.js';
import { ensureSnapshot } from './snapshot.js';
import type { TripPredicate } from './trip.js';
import type { WindowConfig } from './window.js';

/** The options checked and complete. Primitives and functions only, so that two are alike when their fields are. */
export interface Config extends WindowConfig {
  /** A trip rule that is off has a threshold of `Infinity`; beside `tripWhen` all are. */
  readonly excessFailureThreshold: number;
  readonly excessDuration: number;
  readonly failureRateThreshold: number;
  readonly minimumCalls: number;
  readonly failureThreshold: number;
  readonly consecutiveFailureThreshold: number;
  readonly slowCallDuration: number;
  readonly slowCallRateThreshold: number;
  readonly tripWhen: TripPredicate | undefined;
  readonly retryTimeout: number | RetryTimeout;
  readonly successThreshold: number;
  readonly maxProbes: number;
  readonly probeFailureThreshold: number;
  readonly probeTimeout: number | undefined;
  readonly onFirstValue: boolean;
  readonly classifyError: CoreOptions['classifyError'];
  readonly classifyValue: CoreOptions['classifyValue'];
  readonly scheduler: TimeSource;
}

/** Milliseconds open, where nobody says otherwise. */
export const DEFAULT_RETRY_TIMEOUT = 30_000;

type Options = CoreOptions & { readonly scheduler?: TimeSource };

const alone: Rule = ['left out beside tripWhen', (_, { tripWhen }: Options) => !tripWhen];
const held: Rule = [
  'at most rollingWindow.calls',
  (value: number, { rollingWindow }: Options) =>
    !(value > ((rollingWindow as { calls?: number } | undefined)?.calls as number)),
];

/** What each option has to be; a rule may look at the other options. */
const rules: { readonly [name in keyof Options]-?: readonly Rule[] } = {
  name: [text],
  tripWhen: [callback],
  failureRateThreshold: [fraction, alone],
  minimumCalls: [count, alone, held],
  failureThreshold: [count, alone, held],
  consecutiveFailureThreshold: [count, alone],
  slowCallDuration: [duration],
  slowCallRateThreshold: [
    fraction,
    alone,
    ['beside slowCallDuration', (_, { slowCallDuration }: Options) => slowCallDuration],
  ],
  rollingWindow: [],
  retryTimeout: [],
  successThreshold: [count],
  probeFailureThreshold: [count],
  maxProbes: [
    count,
    [
      'at most successThreshold + probeFailureThreshold - 1', // with that many the verdict is certain
      (value: number, { successThreshold = 1, probeFailureThreshold = 1 }: Options) =>
        value <= successThreshold + probeFailureThreshold - 1,
    ],
  ],
  probeTimeout: [duration],
  successOn: [
    [
      '"complete" or "first-value"',
      (value: string) => value === 'complete' || value === 'first-value',
      'string',
    ],
  ],
  classifyError: [callback],
  classifyValue: [callback],
  restore: [],
  scheduler: [
    [
      'a scheduler, with now() and schedule()',
      ({ now, schedule }: Record<string, unknown>) =>
        typeof now === 'function' && typeof schedule === 'function',
      'object',
    ],
  ],
};

let latest = {} as Config;

/**
 * Checks the options and fills in the defaults. Repairs nothing: what is wrong is thrown.
 *
 * Breakers made in a row, one for each key, mostly differ in their names only. They share one Config,
 * which would be half of what an idle breaker weighs.
 */
export function configure(options: Options, defaultScheduler: TimeSource): Config {
  ensure('options', options, object);
  check('', options, rules);
  const {
    tripWhen,
    slowCallDuration,
    successThreshold = 1,
    slowCallRateThreshold,
    retryTimeout = DEFAULT_RETRY_TIMEOUT,
    restore,
  } = options;
  if (typeof retryTimeout !== 'function') ensure('retryTimeout', retryTimeout, delay);
  if (restore !== undefined) ensureSnapshot(restore);
  const window = readWindow(options.rollingWindow);
  const others =
    tripWhen ??
    options.failureThreshold ??
    options.consecutiveFailureThreshold ??
    slowCallRateThreshold;
  const config: Config = {
    tripWhen,
    excessFailureThreshold: NEVER,
    excessDuration: NEVER,
    failureRateThreshold: options.failureRateThreshold ?? (others ? NEVER : 0.5),
    minimumCalls: options.minimumCalls ?? Math.min(10, window.size),
    failureThreshold: options.failureThreshold ?? NEVER,
    consecutiveFailureThreshold: options.consecutiveFailureThreshold ?? NEVER,
    slowCallDuration: slowCallDuration ?? NEVER,
    slowCallRateThreshold: slowCallRateThreshold ?? (slowCallDuration && !tripWhen ? 1 : NEVER),
    ...window,
    retryTimeout,
    successThreshold,
    maxProbes: options.maxProbes ?? successThreshold,
    probeFailureThreshold: options.probeFailureThreshold ?? 1,
    probeTimeout: options.probeTimeout,
    onFirstValue: options.successOn === 'first-value',
    classifyError: options.classifyError,
    classifyValue: options.classifyValue,
    scheduler: options.scheduler ?? defaultScheduler,
  };
  for (const field in config) {
    if (config[field as keyof Config] !== latest[field as keyof Config]) latest = config;
  }
  return latest;
}

const finite: Rule = [
  'a finite number of milliseconds, more than 0',
  (value: number) => value > 0 && value < NEVER,
];

function readWindow(given: unknown = 10_000): WindowConfig {
  if (typeof given === 'number') {
    ensure('rollingWindow', given, duration);
    return { duration: given, buckets: 10, size: NEVER };
  }
  ensure('rollingWindow', given, [
    'milliseconds, { duration, buckets } or { calls }',
    Boolean,
    'object',
  ]);
  const { calls, duration: time, buckets = 10 } = given as Record<string, number>;
  if (calls === undefined) {
    check('rollingWindow.', given as object, { duration: [], buckets: [places] });
    ensure('rollingWindow.duration', time, finite);
  } else {
    check('rollingWindow.', given as object, { calls: [places] });
  }
  return { duration: time ?? NEVER, buckets, size: calls ?? NEVER };
}

/** Throws for a name that is not among the rules, and for a value that breaks one of its own. */
function check(
  path: string,
  given: object,
  rules: Readonly<Record<string, readonly Rule[]>>,
): void {
  const names = Object.keys(rules);
  for (const [name, value] of Object.entries(given)) {
    if (!names.includes(name)) {
      const [nearest] = names.sort((a, b) => likeness(name, b) - likeness(name, a));
      throw new TypeError(
        `unknown option ${show(path + name)}, got ${show(value)}; did you mean ${show(path + nearest)}?`,
      );
    }
  }
  for (const name of names) {
    const value: unknown = given[name as keyof object];
    if (value === undefined) continue;
    for (const rule of rules[name] as Rule[]) ensure(path + name, value, rule, given);
  }
}

/** How much of a known name is in the one given: the share of its pairs of letters. */
function likeness(given: string, known: string): number {
  const found = [...known].filter((_, at) => given.includes(known.slice(at, at + 2)));
  return found.length / known.length;
}
