import { show } from './check.js';
import type { Counts } from './counts.js';
import { byState, type CircuitState, type StateChangeReason } from './state.js';
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
  const snapshot = Object(value);
  for (const [field, isRight] of Object.entries(rules)) {
    const got = snapshot[field];
    if (isRight(got)) continue;
    throw new TypeError(`${subject} must be a snapshot with a valid ${field}, got ${show(got)}`);
  }
}

/** The rule of each field. */
const rules: { readonly [field in keyof CircuitSnapshot]?: (value: unknown) => boolean } = {
  version: (value) => value === 1,
  takenAt: (value) => isTime(Math.abs((value ?? 0) as number)),
  state: (value) => Object.keys(byState()).includes(value as string),
  stateFor: (value) => value === undefined || isTime(value),
  counts: areCounts,
  retryAfter: isTimeOrNull,
  attempt: isCount,
  window: isWindow,
  excess: (value) => !value || isExcess(Object(value)),
  probes: (value) => !value || hasCounts(value, ['good', 'bad']),
  openTime: (value) => isTime(value ?? 0),
  why: (value) => !value || isWhy(Object(value)),
};

/** The counts of the outcomes. */
const outcomeCounts = ['successes', 'failures', 'ignored', 'slow'];

/** The longest list in a snapshot: the number of places in a ring. */
const LONGEST = 2 ** 24;

/** Milliseconds: the first number above the safe integers. A snapshot has `null` for such a long time. */
export const TOO_LONG: number = 2 ** 53;

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < TOO_LONG;
}

function isTimeOrNull(value: unknown): boolean {
  return value === null || isTime(value);
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest;
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
    hasCounts(counts, [
      ...outcomeCounts,
      'calls',
      'inFlight',
      'consecutiveSuccesses',
      'consecutiveFailures',
    ]) &&
    isCount(slowInFlight) &&
    successes + failures === calls &&
    slow - slowInFlight <= calls
  );
}

function isWindow(window: unknown): boolean {
  const { kind, outcomes, buckets } = Object(window);
  return (
    window === null ||
    (kind === 'calls' && isText(outcomes, LONGEST) && /^[sf]*$/i.test(outcomes)) ||
    (kind === 'time' &&
      Array.isArray(buckets) &&
      buckets.length <= LONGEST &&
      buckets.every(isBucket))
  );
}

function isBucket(bucket: unknown): boolean {
  const { ago, successes, failures, slow } = Object(bucket);
  return isTime(ago) && hasCounts(bucket, outcomeCounts) && slow <= successes + failures;
}

function isExcess({ failures, ago, balance }: Record<keyof ExcessSnapshot, unknown>): boolean {
  const isAgeRight = failures === 0 ? ago === null : isTime(ago);
  return isCount(failures) && isAgeRight && Number.isSafeInteger(balance);
}

function isWhy({ reason, ago, counts, message }: Record<keyof WhySnapshot, unknown>): boolean {
  return (
    isText(reason, 40) &&
    /^[a-z-]+$/.test(reason) && // a newer version may know further reasons
    isTime(ago) &&
    areCounts(counts) &&
    (message === undefined || isText(message, 200))
  );
}
