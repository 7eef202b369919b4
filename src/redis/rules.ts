import { ensure, type Machine, show } from '../core/index.js';
import type { Layout } from './evidence.js';

/**
 * The fleet's window: milliseconds, or with the number of buckets (1 to 100, default 10). `Infinity` counts since the
 * fleet closed.
 *
 * @example
 * ```ts
 * const window: JointWindow = { duration: 30_000, buckets: 30 };
 * ```
 */
export type JointWindow = number | { readonly duration: number; readonly buckets?: number };

/** The rules of a breaker, for the joint counts of the fleet. */
export interface Rules extends Layout {
  readonly heartbeat: number;
  readonly timeout: number;
  readonly quorum: number;
  /** The threshold of the excess rule; 0 without the excess rule. */
  readonly excess: number;
  /** A rule reads the counts of the window. */
  readonly isWindowed: boolean;
  /** Failure rate: one success outweighs so many failures at the threshold. */
  readonly goodWeight: number;
  /** The layout of the evidence, a part of the key: only processes with equal windows add their counts. */
  readonly layout: string;
  /** The rules for the script. */
  readonly wire: Readonly<Record<string, number>>;
}

/** Milliseconds from the last write to the expiry of a key. */
const TTL = 600_000;
/** Milliseconds that stand for Infinity in JSON. */
const NEVER = 1e12;
/** The shortest step of the joint excess, in milliseconds. */
const SHORTEST_STEP = 20;

const finite = (value: number): number => (value < Number.POSITIVE_INFINITY ? value : 0);

/**
 * Reads the rules out of a breaker's options.
 *
 * @throws RangeError for a breaker that needs a joint `window` and has none.
 */
export function rulesOf(
  { config }: Machine,
  window: JointWindow | undefined,
  beside: { readonly heartbeat: number; readonly timeout: number; readonly quorum: number },
): Rules {
  const { heartbeat, timeout } = beside;
  const { tripsOnExcess, tripWhen } = config;
  // with `tripWhen` the joint excess is a count for the predicate, not a rule
  const excess = tripsOnExcess || tripWhen ? config.excessFailureThreshold : 0;
  const hold = tripsOnExcess ? Math.min(config.excessDuration, NEVER) : -1;
  const rate = finite(config.failureRateThreshold);
  const failures = finite(config.failureThreshold);
  const slow = finite(config.slowCallRateThreshold);
  const windowed = rate > 0 || failures > 0 || slow > 0 || tripWhen !== undefined;
  const { duration, buckets } = windowed
    ? jointWindow(config, window)
    : { duration: 0, buckets: 0 };
  const step =
    excess > 0
      ? Math.max(SHORTEST_STEP, Math.ceil((hold > 0 ? Math.min(hold, 10_000) : heartbeat) / 10))
      : 0;
  const width = buckets > 0 ? finite(duration / buckets) : 0;
  return {
    ...beside,
    width,
    step,
    excess,
    isWindowed: windowed,
    goodWeight: rate > 0 && failures + slow === 0 ? Math.min(1e6, rate / (1 - rate)) : 0,
    layout: `${duration}x${buckets},${excess}x${step}`,
    wire: {
      ...beside,
      ttl: TTL,
      live: 2 * heartbeat + timeout,
      lease: 2 * heartbeat + timeout,
      width,
      buckets,
      step,
      excess,
      hold,
      rate,
      failures,
      slow,
      minimum: config.minimumCalls,
    },
  };
}

function jointWindow(
  own: { readonly duration: number; readonly buckets: number; readonly size: number },
  given: JointWindow | undefined,
): { readonly duration: number; readonly buckets: number } {
  if (given === undefined) {
    if (own.duration < Number.POSITIVE_INFINITY) return own;
    throw new RangeError(
      'window must be given for a breaker whose rollingWindow counts calls or is endless: the processes have no order of calls in common',
    );
  }
  const { duration, buckets = 10 } =
    typeof given === 'object' && given ? given : { duration: given };
  ensure('window', duration, [
    'milliseconds or { duration, buckets }, more than 0',
    (it: number) => it > 0,
  ]);
  ensure('window.buckets', buckets, [
    'a whole number from 1 to 100',
    (it: number) => Number.isInteger(it) && it >= 1 && it <= 100,
  ]);
  return { duration, buckets: duration === Number.POSITIVE_INFINITY ? 1 : buckets };
}

/** Checks what every sharing needs. */
export function ensureSharing(options: object): void {
  ensure('options', options, ['an object', Boolean, 'object']);
  const known = ['store', 'prefix', 'quorum', 'heartbeat', 'timeout', 'window'];
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`unknown option ${show(name)}`);
  }
  const { store, prefix, quorum, heartbeat, timeout } = options as Record<string, unknown>;
  const hasCommand = ({ command }: { command?: unknown }) => typeof command === 'function';
  ensure('store', store, [
    'a store with command(); see nodeRedis and ioredis',
    hasCommand,
    'object',
  ]);
  if (prefix !== undefined)
    ensure('prefix', prefix, ['a string that is not empty', Boolean, 'string']);
  if (quorum !== undefined) {
    ensure('quorum', quorum, [
      'a whole number from 2 on',
      (it: number) => Number.isSafeInteger(it) && it >= 2,
    ]);
  }
  const between: [string, (it: number) => boolean] = [
    'milliseconds from 50 to 60000',
    (it) => it >= 50 && it <= 60_000,
  ];
  if (heartbeat !== undefined) ensure('heartbeat', heartbeat, between);
  if (timeout !== undefined) ensure('timeout', timeout, between);
}
