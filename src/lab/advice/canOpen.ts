import type { CircuitBreakerOptions } from '../../index.js';
import { ensureFields, positive, share, whole } from '../check.js';
import { inWords, plural, round } from '../score/words.js';
import { errors } from '../service/incident.js';
import type { Distribution } from '../service/latency.js';
import { poisson } from '../traffic/traffic.js';
import type { Plan } from '../world/plan.js';
import { World } from '../world/world.js';

/** A finding about settings. */
export interface Finding {
  /**
   * `'cannot-open'`: no opening in any of the outages that were tried; `'opens-seldom'`: no opening in some;
   * `'opens-late'`: later than the limit; `'opens-when-well'`: open before anything was wrong; `'never-closes'`:
   * still not closed long after the outage; `'closes-late'`: later than the limit.
   */
  readonly code:
    | 'cannot-open'
    | 'opens-seldom'
    | 'opens-late'
    | 'opens-when-well'
    | 'never-closes'
    | 'closes-late';
  readonly sentence: string;
  /** The numbers of the sentence, and those behind it; times are in milliseconds. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** The traffic and the trouble for the settings. */
export interface Conditions {
  /** Requests per second, of all processes together. */
  readonly rate: number;
  /** Processes, each with a breaker of its own. @default 1 */
  readonly processes?: number;
  /** Fraction of failing calls in the trouble. @default 1, a total outage */
  readonly failureRate?: number;
  /** How long calls take: milliseconds, or a distribution. @default 0 */
  readonly latency?: number | Distribution;
  /** The limit for opening, in milliseconds. @default 10_000 */
  readonly opensWithin?: number;
  /** The limit for closing after the trouble, in milliseconds. @default 60_000 */
  readonly closesWithin?: number;
}

/** Outages of a trial; of 20, the p95 is the last but one. */
const TRIALS = 20;
/** Healthy traffic before each outage: five minutes, or so many calls if that is less. */
const HEALTHY = 300_000;
const HEALTHY_CALLS = 3_000;
/** How long an outage lasts at most: ten minutes, but 200 calls at least and 10,000 at most. */
const PATIENCE = 600_000;
const LEAST_CALLS = 200;
const MOST_CALLS = 10_000;
/** How long a breaker may take to close: ten minutes, or so many calls if that is less, but two minutes at least. */
const CLOSING_CALLS = 600_000;
const LEAST_CLOSING = 120_000;
/** How long the outage goes on after the opening. */
const AFTER_OPENING = 20_000;

/**
 * Says what is wrong with settings at some traffic: that they cannot open in an outage, open late, open while all
 * is well, or never close. Each breaker is tried in virtual time, in 20 outages with random (Poisson) traffic,
 * so every trip rule can be asked, a `tripWhen` too.
 *
 * @returns What was found, the worst first; an empty list for nothing.
 * @throws RangeError or TypeError naming the field; and the library's own for options that no breaker takes.
 * @example
 * ```ts
 * for (const { sentence } of canOpen({ failureRateThreshold: 0.5 }, { rate: 0.1 })) console.warn(sentence);
 * // The breaker cannot open: in 20 total outages of 33 min 20 s it never did ...
 * ```
 */
export function canOpen(options: CircuitBreakerOptions, conditions: Conditions): Finding[] {
  ensureFields('conditions', conditions, {
    rate: positive,
    'processes?': whole(1, 100_000),
    'failureRate?': share,
    'latency?': null,
    'opensWithin?': positive,
    'closesWithin?': positive,
  });
  const { rate, processes = 1, failureRate = 1, latency = 0 } = conditions;
  const perSecond = rate / processes;
  const healthy = Math.min(HEALTHY, (HEALTHY_CALLS / perSecond) * 1_000);
  const patience = Math.min(
    Math.max(PATIENCE, (LEAST_CALLS / perSecond) * 1_000),
    Math.max((MOST_CALLS / perSecond) * 1_000, 10_000),
  );
  const closing = Math.min(
    Math.max(patience, PATIENCE),
    Math.max((CLOSING_CALLS / perSecond) * 1_000, LEAST_CLOSING),
  );
  const setting = { perSecond, failureRate, latency, healthy, patience, closing };
  const trials = Array.from({ length: TRIALS }, (_, n) => tryOutage(options, setting, n + 1));
  return findings(options, conditions, { ...setting, trials });
}

/** The reaction of one breaker to one outage. */
interface Trial {
  readonly openedWhileWell: boolean;
  /** Milliseconds to the opening; null for none. */
  readonly open: number | null;
  /** Milliseconds to the closing; null for none. */
  readonly close: number | null;
}

interface Setting {
  readonly perSecond: number;
  readonly failureRate: number;
  readonly latency: number | Distribution;
  readonly healthy: number;
  readonly patience: number;
  readonly closing: number;
}

function tryOutage(options: CircuitBreakerOptions, setting: Setting, seed: number): Trial {
  const { perSecond, failureRate, latency, healthy, patience, closing } = setting;
  const plan: Plan = {
    traffic: poisson(perSecond),
    service: { latency },
    duration: healthy + patience + AFTER_OPENING + closing,
  };
  const world = new World(plan, { it: options }, seed);
  const [record] = world.lanes[0]?.records ?? [];
  if (record === undefined) throw new Error('a lane with options has a breaker');
  world.advance(healthy);
  const openedWhileWell = record.openings.length > 0;
  const before = record.openings.length;
  world.service.break(errors({ at: 0, for: 1, rate: failureRate }));
  for (let at = healthy; record.openings.length === before && at < healthy + patience; ) {
    at = Math.min(at + 1_000, healthy + patience);
    world.advance(at);
  }
  const opening = record.openings[before];
  if (opening === undefined) return { openedWhileWell, open: null, close: null };
  world.advance(world.now + AFTER_OPENING);
  world.service.heal();
  const wellAt = world.now;
  for (let at = wellAt; record.states.at(-1) !== 'closed' && at < wellAt + closing; ) {
    at = Math.min(at + 1_000, wellAt + closing);
    world.advance(at);
  }
  const closed = record.states.at(-1) === 'closed';
  const closedAt = Math.max(wellAt, record.at.at(-1) as number);
  return {
    openedWhileWell,
    open: opening.at - healthy,
    close: closed ? closedAt - wellAt : null,
  };
}

interface Evidence {
  readonly perSecond: number;
  readonly patience: number;
  readonly closing: number;
  readonly trials: readonly Trial[];
}

function findings(
  options: CircuitBreakerOptions,
  { rate, processes = 1, failureRate = 1, opensWithin = 10_000, closesWithin = 60_000 }: Conditions,
  { perSecond, patience, closing, trials }: Evidence,
): Finding[] {
  const found: Finding[] = [];
  const opens = trials.map(({ open }) => open).filter((it) => it !== null);
  const closes = trials.map(({ close }) => close).filter((it) => it !== null);
  const well = trials.filter(({ openedWhileWell }) => openedWhileWell).length;
  const trouble =
    failureRate === 1 ? 'total outages' : `troubles in which ${round(failureRate * 100)} % fail`;
  const base = { rate, processes, perSecond, trials: TRIALS, opened: opens.length };
  const why = reason(options, perSecond);
  if (opens.length === 0) {
    const sentence = `The breaker cannot open: in ${TRIALS} ${trouble} of ${inWords(patience)} it never did.${why}`;
    found.push({ code: 'cannot-open', sentence, numbers: { ...base, outage: patience } });
  } else if (opens.length < TRIALS) {
    const sentence =
      `The breaker opens by luck: in ${TRIALS - opens.length} of ${TRIALS} ${trouble} of ` +
      `${inWords(patience)} it did not.${why}`;
    found.push({ code: 'opens-seldom', sentence, numbers: { ...base, outage: patience } });
  }
  if (well > 0) {
    const sentence =
      `The breaker opens while all is well: it did in ${well} of ${TRIALS} trials, before any call failed. ` +
      'Is slowCallDuration below the usual latency?';
    found.push({ code: 'opens-when-well', sentence, numbers: { ...base, openedWhenWell: well } });
  }
  const [openP50, openP95] = [percentile(opens, 0.5), percentile(opens, 0.95)];
  if (openP95 !== null && openP50 !== null && openP95 > opensWithin) {
    const sentence =
      `The breaker opens late: ${inWords(openP50)} after the beginning of the trouble (median), ` +
      `${inWords(openP95)} (p95), and the limit is ${inWords(opensWithin)}.${why}`;
    const numbers = { ...base, p50: openP50, p95: openP95, limit: opensWithin };
    found.push({ code: 'opens-late', sentence, numbers });
  }
  const stuck = opens.length - closes.length;
  if (stuck > 0) {
    const sentence =
      `The breaker does not close: in ${stuck} of ${opens.length} trials it was not closed ` +
      `${inWords(closing)} after the service was well again.`;
    found.push({ code: 'never-closes', sentence, numbers: { ...base, stuck, waited: closing } });
  }
  const [closeP50, closeP95] = [percentile(closes, 0.5), percentile(closes, 0.95)];
  if (closeP95 !== null && closeP50 !== null && closeP95 > closesWithin) {
    const sentence =
      `The breaker closes late: ${inWords(closeP50)} after the service is well again (median), ` +
      `${inWords(closeP95)} (p95), and the limit is ${inWords(closesWithin)}.`;
    const numbers = { ...base, p50: closeP50, p95: closeP95, limit: closesWithin };
    found.push({ code: 'closes-late', sentence, numbers });
  }
  return found;
}

/** Why a breaker with a time window may be blind at a rate: a sentence with a space before, or nothing. */
function reason(options: CircuitBreakerOptions, perSecond: number): string {
  const { failureRateThreshold, slowCallRateThreshold, minimumCalls, rollingWindow } = options;
  const rate = failureRateThreshold ?? slowCallRateThreshold ?? minimumCalls ?? rollingWindow;
  if (rate === undefined || options.tripWhen !== undefined) return '';
  const given = rollingWindow ?? 10_000;
  if (typeof given === 'object' && 'calls' in given) {
    const least = minimumCalls ?? Math.min(10, given.calls);
    return ` The window is the last ${given.calls} calls, minimumCalls is ${least}, and a process makes ${round(perSecond)} calls a second.`;
  }
  const duration = typeof given === 'number' ? given : given.duration;
  if (!Number.isFinite(duration)) {
    return ' With a rolling window of Infinity every success since the last closing has to be outweighed.';
  }
  const calls = (perSecond * duration) / 1_000;
  return (
    ` At ${round(perSecond)} calls a second of one process the window of ${inWords(duration)} holds ` +
    `${plural(round(calls), 'call')} in the mean, and minimumCalls is ${minimumCalls ?? 10}.`
  );
}

function percentile(values: readonly number[], fraction: number): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] as number;
}
