import { ensure, type Machine, show } from '../core/index.js';
import type { Layout } from './evidence.js';

/** How much of the past counts for the fleet. */
export type JointWindow = number | { readonly duration: number; readonly buckets?: number };

/** The rules of a breaker, as its fleet applies them to what all processes have seen. */
export interface Rules extends Layout {
  readonly heartbeat: number;
  readonly timeout: number;
  readonly quorum: number;
  /** Failures that make up the excess rule's threshold; 0 without that rule. */
  readonly excess: number;
  /** A rule looks at the counts of the window, not at the excess alone. */
  readonly isWindowed: boolean;
  /** How many failures one success makes up for, where bad calls are about to trip. */
  readonly goodWeight: number;
  /** Names the kind of evidence: processes with another window do not mix their counts. */
  readonly layout: string;
  /** What the script has to know. */
  readonly wire: Readonly<Record<string, number>>;
}

/** Milliseconds after which keys expire that nobody writes. */
const TTL = 600_000;
/** Milliseconds that no trouble lasts, for JSON has no Infinity. */
const NEVER = 1e12;
/** The shortest step of the joint excess, in milliseconds. */
const SHORTEST_STEP = 20;

const finite = (value: number): number => (value < Number.POSITIVE_INFINITY ? value : 0);

/**
 * Reads the rules out of a breaker's options.
 *
 * @throws RangeError where the breaker's own window cannot be a joint one, and none is given.
 */
export function rulesOf(
  { config }: Machine,
  window: JointWindow | undefined,
  beside: { readonly heartbeat: number; readonly timeout: number; readonly quorum: number },
): Rules {
  const { heartbeat, timeout } = beside;
  const { tripsOnExcess, tripWhen } = config;
  // a predicate may ask for the joint excess, which is no rule by itself then
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
