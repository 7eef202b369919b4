import { defaultRetryTimeout } from './backoff.js';
import {
  callback,
  check,
  count,
  delay,
  duration,
  ensure,
  fraction,
  object,
  type Rule,
  ringSize,
  show,
  text,
} from './check.js';
import { NEVER, type TimeSource } from './clock.js';
import { type Judge, judgeOf } from './judge.js';
import type { CoreOptions, RetryTimeout, RollingWindow } from './options.js';
import { ensureSnapshot } from './snapshot.js';
import type { TripPredicate } from './trip.js';
import type { WindowConfig } from './window.js';

/** The parts that the library around the core provides: a default clock, and a report of errors without a caller. */
export interface Surroundings {
  readonly scheduler: TimeSource;
  readonly report: (error: unknown) => void;
}

/** The checked options with all defaults. The config is also the judge of calls without options of their own. */
export interface Config extends WindowConfig, Judge, Surroundings {
  /** The excess rule is on. */
  readonly tripsOnExcess: boolean;
  readonly excessFailureThreshold: number;
  readonly excessDuration: number;
  /** `Infinity`: the rule is off. Beside `tripWhen` all rules are off. */
  readonly failureRateThreshold: number;
  readonly minimumCalls: number;
  readonly failureThreshold: number;
  readonly consecutiveFailureThreshold: number;
  readonly slowCallRateThreshold: number;
  readonly tripWhen: TripPredicate | undefined;
  /** No rule reads a rate or a window, so a good call cannot trip. */
  readonly tripsOnBadOnly: boolean;
  readonly slowCallDuration: number;
  /** slowCallDuration + 1: the first whole millisecond at which a call in flight is slow. */
  readonly slowLimit: number;
  /** A slow probe is bad: `slowCallDuration` is given, and a rule uses the limit. */
  readonly slowIsBad: boolean;
  readonly retryTimeout: number | RetryTimeout;
  /** Half-open by rounds; undefined with fixed numbers of probes. */
  readonly probeGrowth: number | undefined;
  readonly successThreshold: number;
  readonly maxProbes: number;
  readonly probeFailureThreshold: number;
  readonly probeTimeout: number | undefined;
  /** The health check; undefined if calls are the probes. */
  readonly probe: (() => unknown) | undefined;
}

type Options = CoreOptions & {
  readonly scheduler?: TimeSource;
  readonly probe?: () => unknown;
};

const alone: Rule = ['left out beside tripWhen', (_, { tripWhen }: Options) => !tripWhen];
const fitsWindow: Rule = [
  'at most rollingWindow.calls',
  (value: number, { rollingWindow }: Options) =>
    !(value > ((rollingWindow as { calls?: number } | undefined)?.calls as number)),
];
const byRounds: Rule = [
  'left out beside successThreshold, maxProbes and probeFailureThreshold',
  (_, options: Options) => !hasFixedProbes(options),
];

/** The rules of each option. A rule may read the other options. */
const rules: { readonly [name in keyof Options]-?: readonly Rule[] } = {
  name: [text],
  tripWhen: [callback],
  excessFailureThreshold: [count],
  excessDuration: [delay, alone],
  failureRateThreshold: [fraction, alone],
  minimumCalls: [
    count,
    alone,
    ['left out without a rate to trip on', (_, options: Options) => usesMinimum(options)],
    fitsWindow,
  ],
  failureThreshold: [count, alone, fitsWindow],
  consecutiveFailureThreshold: [count, alone],
  slowCallDuration: [duration],
  slowCallRateThreshold: [
    fraction,
    alone,
    ['beside slowCallDuration', (_, { slowCallDuration }: Options) => slowCallDuration],
  ],
  rollingWindow: [],
  retryTimeout: [],
  probeGrowth: [
    [
      'a whole number from 1 on, or Infinity',
      (n: number) => n === NEVER || count[1](n as never, n as never),
    ],
    byRounds,
  ],
  successThreshold: [count],
  probeFailureThreshold: [count],
  maxProbes: [
    count,
    [
      'at most successThreshold + probeFailureThreshold - 1', // with so many results the verdict is certain
      (value: number, { successThreshold = 1, probeFailureThreshold = 1 }: Options) =>
        value <= successThreshold + probeFailureThreshold - 1,
    ],
  ],
  probeTimeout: [duration],
  probe: [callback],
  successOn: [],
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

/** The names of all options of a breaker. */
export const optionNames: readonly string[] = /* @__PURE__ */ Object.keys(rules);

function hasFixedProbes(options: Options): boolean {
  const { successThreshold, maxProbes, probeFailureThreshold } = options;
  return (successThreshold ?? maxProbes ?? probeFailureThreshold) !== undefined;
}

/** The first trip rule that the user gave; undefined without one. */
function givenRule(options: Options): unknown {
  const { tripWhen, failureThreshold, consecutiveFailureThreshold, slowCallRateThreshold } =
    options;
  const { failureRateThreshold, excessFailureThreshold, excessDuration } = options;
  return (
    tripWhen ??
    failureRateThreshold ??
    slowCallRateThreshold ??
    failureThreshold ??
    consecutiveFailureThreshold ??
    excessFailureThreshold ??
    excessDuration
  );
}

function usesMinimum(options: Options): boolean {
  const { failureRateThreshold, slowCallRateThreshold } = options;
  const rate = failureRateThreshold ?? slowCallRateThreshold;
  return rate !== undefined || givenRule(options) === undefined;
}

/**
 * Checks the options and adds the defaults. Repairs no option.
 *
 * @throws RangeError or TypeError that names the option, the rule and the value.
 */
export function configure(options: Options, surroundings: Surroundings): Config {
  if (typeof (options as { subscribe?: unknown } | null)?.subscribe === 'function') {
    throw new TypeError(
      'options must be an object of options, got an Observable: write pipe(circuitBreaker())',
    );
  }
  ensure('options', options, object);
  check('', options, rules);
  const {
    excessFailureThreshold,
    excessDuration,
    failureRateThreshold,
    minimumCalls,
    failureThreshold = NEVER,
    consecutiveFailureThreshold = NEVER,
    slowCallDuration = NEVER,
    slowCallRateThreshold = NEVER,
    tripWhen,
    rollingWindow,
    retryTimeout = defaultRetryTimeout,
    probeGrowth = 2,
    successThreshold = 1,
    maxProbes = successThreshold,
    probeFailureThreshold = 1,
    probeTimeout,
    probe,
    restore,
    scheduler = surroundings.scheduler,
  } = options;
  if (typeof retryTimeout !== 'function') ensure('retryTimeout', retryTimeout, delay);
  if (restore !== undefined) ensureSnapshot(restore);

  const judge = judgeOf(
    { successOnFirstValue: false, mayProbe: true, isHealthCheck: false },
    options,
  );

  const isGiven = givenRule(options) !== undefined;
  const byWindow = !isGiven && (minimumCalls !== undefined || rollingWindow !== undefined);
  const tripsOnExcess =
    !byWindow &&
    !tripWhen &&
    (!isGiven || (excessFailureThreshold ?? excessDuration) !== undefined);
  const rate = failureRateThreshold ?? (byWindow ? 0.5 : NEVER);
  const tripsOnBadOnly =
    !tripWhen && Math.min(rate, slowCallRateThreshold, failureThreshold) === NEVER;
  const excessAlone = tripsOnExcess && tripsOnBadOnly && consecutiveFailureThreshold === NEVER;
  const window = readWindow(excessAlone ? NEVER : 10_000, rollingWindow);
  return {
    ...window,
    tripsOnExcess,
    excessFailureThreshold: excessFailureThreshold ?? 6,
    excessDuration: excessDuration ?? 1_000,
    failureRateThreshold: rate,
    minimumCalls: minimumCalls ?? Math.min(10, window.size),
    failureThreshold,
    consecutiveFailureThreshold,
    slowCallRateThreshold,
    tripWhen,
    tripsOnBadOnly,
    slowCallDuration,
    slowLimit: slowCallDuration + 1,
    slowIsBad:
      slowCallDuration < NEVER &&
      (tripsOnExcess || slowCallRateThreshold < NEVER || tripWhen !== undefined),
    retryTimeout,
    probeGrowth: hasFixedProbes(options) ? undefined : probeGrowth,
    successThreshold,
    maxProbes,
    probeFailureThreshold,
    probeTimeout,
    probe,
    ...judge,
    scheduler,
    report: surroundings.report,
  };
}

function readWindow(otherwise: number, given: RollingWindow = otherwise): WindowConfig {
  if (typeof given === 'number') {
    ensure('rollingWindow', given, [
      'a number of milliseconds, 1 or more',
      (value: number) => value >= 1,
    ]);
    return { duration: given, buckets: 10, size: NEVER };
  }
  ensure('rollingWindow', given, [
    'milliseconds, { duration, buckets } or { calls }',
    Boolean,
    'object',
  ]);
  check('rollingWindow.', given, { calls: [ringSize], duration: [], buckets: [ringSize] });
  const { calls, duration: time, buckets = 10 } = given;
  if (calls === undefined) {
    ensure('rollingWindow.duration', time, [
      'a finite number of milliseconds, 1 or more',
      (value: number) => value >= 1 && value < NEVER,
    ]);
    return { duration: time as number, buckets, size: NEVER };
  }
  if ((time ?? given.buckets) !== undefined) {
    throw new TypeError(
      `rollingWindow must be { duration, buckets } or { calls }, not both, got ${show(given)}`,
    );
  }
  return { duration: NEVER, buckets, size: calls };
}
