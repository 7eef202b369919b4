import { show } from './check.js';
import type { Counts } from './counts.js';
import type { CircuitState, StateChangeReason } from './state.js';
import type { WindowSnapshot } from './window.js';

/** Why a breaker is not closed. */
export interface WhySnapshot {
  /** The rule, the verdict or the hand that opened, isolated or disabled the breaker. */
  readonly reason: StateChangeReason;
  /** Milliseconds since then. */
  readonly ago: number;
  /** The counts that decided. */
  readonly counts: Counts;
  /** The message of the error that opened the breaker, at most 200 characters; missing without such an error. */
  readonly message?: string;
}

/** The excess of bad calls over good ones; see `Counts.excessFailures`. */
export interface ExcessSnapshot {
  readonly failures: number;
  /** Milliseconds since `failures` left 0; null while it is 0. */
  readonly ago: number | null;
  readonly balance: number;
}

/** The probes' results so far. */
export interface ProbesSnapshot {
  readonly good: number;
  readonly bad: number;
}

/** A breaker as plain JSON. Times are relative, and `takenAt` says to what. */
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
  /** Milliseconds until it is worth asking again; 0 is now, `null` never (JSON has no `Infinity`). */
  readonly retryAfter: number | null;
  /** How often the breaker has opened since it was last closed. */
  readonly attempt: number;
  /** The contents of a window that forgets; `null` for an endless window. */
  readonly window: WindowSnapshot | null;
  /** The excess while closed or disabled; null in other states. */
  readonly excess?: ExcessSnapshot | null;
  /** The probes' results in half-open with fixed numbers; null in other states. */
  readonly probes?: ProbesSnapshot | null;
  /** Milliseconds that the breaker was open before half-open; null in other states. */
  readonly openTime?: number | null;
}

/** Throws a TypeError that names the `subject` and the wrong field, unless `value` is a snapshot (rule 20). */
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

/** The longest list that a snapshot may hold: as many as a ring has places. */
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
