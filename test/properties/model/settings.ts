import type { ExcessRule } from './excess.ts';
import type { CallOptions, Counts, Options, SuccessOn } from './words.ts';
import { NEVER } from './words.ts';

/** What is forgotten; undefined where nothing is. */
export type Window = { duration: number; buckets: number } | { calls: number } | undefined;

/** Options with every default of the design's table in its place. `NEVER` where a rule is off. */
export interface Settings {
  readonly name: string;
  /** Kept for `Counts` where `asks` is false. */
  readonly excess: ExcessRule & { readonly asks: boolean };
  readonly failureRate: number;
  readonly slowRate: number;
  readonly minimumCalls: number;
  readonly failures: number;
  readonly row: number;
  readonly tripWhen: ((counts: Counts) => boolean) | undefined;
  readonly window: Window;
  /** A call that is older is slow. */
  readonly slowAfter: number;
  /** Whether a rule uses `slowAfter`: then probes are judged by it too. */
  readonly slowIsBad: boolean;
  readonly retryTimeout: Options['retryTimeout'];
  readonly halfOpen:
    | { readonly growth: number }
    | { readonly successes: number; readonly failures: number; readonly probes: number };
  readonly probeTimeout: number | undefined;
  readonly successOn: SuccessOn;
  readonly classifyError: CallOptions['classifyError'];
  readonly classifyValue: CallOptions['classifyValue'];
}

const EXCESS_THRESHOLD = 6;
const EXCESS_DURATION = 1_000;
const MINIMUM_CALLS = 10;

export function settingsOf(options: Options): Settings {
  const { tripWhen, minimumCalls, rollingWindow, slowCallDuration } = options;
  const { excessFailureThreshold, excessDuration, retryTimeout, probeTimeout } = options;
  const otherRules = [
    options.failureRateThreshold,
    options.failureThreshold,
    options.consecutiveFailureThreshold,
    options.slowCallRateThreshold,
    tripWhen,
  ].some((rule) => rule !== undefined);
  const excessGiven = excessFailureThreshold !== undefined || excessDuration !== undefined;
  const windowGiven = minimumCalls !== undefined || rollingWindow !== undefined;
  // beside `tripWhen` the threshold is only the clamp of what `Counts` show
  const excessAsks = tripWhen === undefined && (excessGiven || !(otherRules || windowGiven));
  const rateByWindow = windowGiven && !otherRules && !excessAsks;
  const window = windowOf(
    rollingWindow ?? (excessAsks && !otherRules ? NEVER : { duration: 10_000, buckets: 10 }),
  );
  const held = window !== undefined && 'calls' in window ? window.calls : MINIMUM_CALLS;
  return {
    name: options.name ?? 'circuit-breaker',
    excess: {
      threshold: excessFailureThreshold ?? EXCESS_THRESHOLD,
      duration: excessDuration ?? EXCESS_DURATION,
      asks: excessAsks,
    },
    failureRate: options.failureRateThreshold ?? (rateByWindow ? 0.5 : NEVER),
    slowRate: options.slowCallRateThreshold ?? NEVER,
    minimumCalls: minimumCalls ?? Math.min(MINIMUM_CALLS, held),
    failures: options.failureThreshold ?? NEVER,
    row: options.consecutiveFailureThreshold ?? NEVER,
    tripWhen,
    window,
    slowAfter: slowCallDuration ?? NEVER,
    slowIsBad:
      slowCallDuration !== undefined &&
      (excessAsks || tripWhen !== undefined || options.slowCallRateThreshold !== undefined),
    retryTimeout,
    halfOpen: halfOpenOf(options),
    probeTimeout,
    successOn: options.successOn ?? 'complete',
    classifyError: options.classifyError,
    classifyValue: options.classifyValue,
  };
}

function halfOpenOf(options: Options): Settings['halfOpen'] {
  const { successThreshold, maxProbes, probeFailureThreshold, probeGrowth = 2 } = options;
  const given = [successThreshold, maxProbes, probeFailureThreshold];
  if (given.every((value) => value === undefined)) return { growth: probeGrowth };
  const successes = successThreshold ?? 1;
  return { successes, failures: probeFailureThreshold ?? 1, probes: maxProbes ?? successes };
}

function windowOf(given: NonNullable<Options['rollingWindow']>): Window {
  if (given === NEVER) return undefined;
  if (typeof given === 'number') return { duration: given, buckets: 10 };
  return given.calls === undefined ? { buckets: 10, ...given } : given;
}
