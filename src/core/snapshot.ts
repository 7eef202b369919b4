import { show } from './check.js';
import type { Counts } from './counts.js';
import type { CircuitState, StateChangeReason } from './state.js';
import type { WindowSnapshot } from './window.js';

/**
 * The reason why a breaker is not closed: when, by which rule or hand, and on which counts.
 *
 * @example
 * ```ts
 * payments.trip(new Error('HTTP 503'));
 * const { reason, message } = payments.snapshot().why as WhySnapshot;
 * console.log(reason, message); // trip HTTP 503
 * ```
 */
export interface WhySnapshot {
  /** The rule, the verdict or the method that opened, isolated or disabled the breaker. */
  readonly reason: StateChangeReason;
  /** Milliseconds since then. */
  readonly ago: number;
  /** The counts that decided. */
  readonly counts: Counts;
  /** The message of the error that opened the breaker, at most 200 characters; missing without such an error. */
  readonly message?: string;
}

/**
 * The excess of bad calls over good calls; see `Counts.excessFailures`.
 *
 * @example
 * ```ts
 * payments.acquire().failure();
 * const { failures, balance } = payments.snapshot().excess as ExcessSnapshot;
 * console.log(failures, balance); // 1 -1
 * ```
 */
export interface ExcessSnapshot {
  readonly failures: number;
  /** Milliseconds since `failures` left 0; null while it is 0. */
  readonly ago: number | null;
  readonly balance: number;
}

/**
 * The results of the probes so far. A bad probe failed or, where a rule uses `slowCallDuration`, was slow.
 *
 * @example
 * ```ts
 * const breaker = circuitBreaker({ successThreshold: 3 });
 * breaker.trip();
 * breaker.halfOpen();
 * breaker.acquire().success();
 * const { good, bad } = breaker.snapshot().probes as ProbesSnapshot;
 * console.log(good, bad); // 1 0
 * ```
 */
export interface ProbesSnapshot {
  readonly good: number;
  readonly bad: number;
}

/**
 * A breaker as plain JSON, for a look or for `restore`. All times are in milliseconds, relative to `takenAt`.
 *
 * ![An open breaker restored from its snapshot stays open for the rest of its time](../../marbles/13-restart/01-an-open-breaker-stays-open-over-a-restart.svg)
 *
 * @example
 * ```ts
 * payments.trip();
 * const stored = JSON.stringify(payments.snapshot());
 *
 * const restore: CircuitSnapshot = JSON.parse(stored);
 * const again = circuitBreaker({ name: 'payments', restore });
 * console.log(again.state, again.retryAfter); // open 1000
 * ```
 */
export interface CircuitSnapshot {
  readonly version: 1;
  readonly name: string;
  /** The scheduler's time of the snapshot, in milliseconds. */
  readonly takenAt?: number;
  readonly state: CircuitState;
  /** Milliseconds since the state was entered. */
  readonly stateFor?: number;
  /** Why the breaker is not closed; null while it is. */
  readonly why?: WhySnapshot | null;
  readonly counts: Counts;
  /** Milliseconds to the next moment that may admit a call: 0 is now, `null` is never (JSON has no `Infinity`). */
  readonly retryAfter: number | null;
  /** The openings since the breaker was last closed. */
  readonly attempt: number;
  /** The contents of the window; `null` for an endless window, whose counts say all. */
  readonly window: WindowSnapshot | null;
  /** The excess while closed or disabled; null in other states. */
  readonly excess?: ExcessSnapshot | null;
  /** The probes' results in half-open with fixed numbers; null in other states. */
  readonly probes?: ProbesSnapshot | null;
  /** Milliseconds that the breaker was open before half-open; null in other states. */
  readonly openTime?: number | null;
}

/** Throws a TypeError that names the `subject` and the wrong field, unless `value` is a snapshot. */
export function ensureSnapshot(
  value: unknown,
  subject = 'restore',
): asserts value is CircuitSnapshot {
  const wrong = wrongField(Object(value));
  if (wrong === undefined) return;
  const got = Object(value)[wrong];
  throw new TypeError(`${subject} must be a snapshot with a valid ${wrong}, got ${show(got)}`);
}

const countNames = [
  'calls',
  'successes',
  'failures',
  'slow',
  'ignored',
  'inFlight',
  'consecutiveSuccesses',
  'consecutiveFailures',
];

/** The longest list in a snapshot: the number of places in a ring. */
const LONGEST = 2 ** 24;

function wrongField(it: Record<keyof CircuitSnapshot, unknown>): string | undefined {
  const { window } = it;
  const { kind, outcomes, buckets } = Object(window);
  const right: Record<string, boolean> = {
    version: it.version === 1,
    takenAt: it.takenAt === undefined || isTime(Math.abs(it.takenAt as number)),
    state: ['closed', 'open', 'half-open', 'isolated', 'disabled'].includes(it.state as string),
    stateFor: it.stateFor === undefined || isTime(it.stateFor),
    counts: areCounts(it.counts),
    retryAfter: it.retryAfter === null || isTime(it.retryAfter),
    attempt: isCount(it.attempt),
    window:
      window === null ||
      (kind === 'calls' &&
        typeof outcomes === 'string' &&
        outcomes.length <= LONGEST &&
        /^[sf]*$/i.test(outcomes)) ||
      (kind === 'time' &&
        Array.isArray(buckets) &&
        buckets.length <= LONGEST &&
        buckets.every(isBucket)),
    excess: !it.excess || isExcess(Object(it.excess)),
    probes: !it.probes || hasCounts(it.probes, ['good', 'bad']),
    openTime: (it.openTime ?? null) === null || isTime(it.openTime),
    why: !it.why || isWhy(Object(it.why)),
  };
  return Object.keys(right).find((field) => !right[field]);
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function hasCounts(from: unknown, names: readonly string[]): boolean {
  return names.every((name) => isCount(Object(from)[name]));
}

function areCounts(counts: unknown): boolean {
  const { calls, successes, failures, slow, slowInFlight = slow } = Object(counts);
  return (
    hasCounts(counts, countNames) &&
    isCount(slowInFlight) &&
    successes + failures === calls &&
    slow - slowInFlight <= calls
  );
}

function isBucket(bucket: unknown): boolean {
  const { ago, successes, failures, slow } = Object(bucket);
  return (
    isTime(ago) &&
    hasCounts(bucket, ['successes', 'failures', 'ignored', 'slow']) &&
    slow <= successes + failures
  );
}

function isExcess({ failures, ago, balance }: Record<keyof ExcessSnapshot, unknown>): boolean {
  return isCount(failures) && (ago === null || isTime(ago)) && Number.isSafeInteger(balance);
}

function isWhy({ reason, ago, counts, message }: Record<keyof WhySnapshot, unknown>): boolean {
  return (
    /^[a-z-]{1,40}$/.test(String(reason)) && // a newer version may know further reasons
    typeof reason === 'string' &&
    isTime(ago) &&
    areCounts(counts) &&
    (message === undefined || (typeof message === 'string' && message.length <= 200))
  );
}
