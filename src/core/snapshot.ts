import { show } from './check.js';
import type { Counts } from './counts.js';
import { nothing } from './epoch.js';
import type { CircuitState } from './state.js';
import type { WindowSnapshot } from './window.js';

/** A breaker as plain JSON. Times are relative, so that it means the same after a restart. */
export interface CircuitSnapshot {
  readonly version: 1;
  readonly name: string;
  readonly state: CircuitState;
  readonly counts: Counts;
  /** Milliseconds until a call may be admitted; 0 is now, `null` never (JSON has no `Infinity`). */
  readonly retryAfter: number | null;
  /** How often the breaker has opened since it was last closed. */
  readonly attempt: number;
  /** What a window that forgets holds; `null` where there is none. */
  readonly window: WindowSnapshot | null;
}

/** Throws a TypeError that says what is wrong with the `subject`, unless `value` is a snapshot. */
export function ensureSnapshot(
  value: unknown,
  subject = 'restore',
): asserts value is CircuitSnapshot {
  const { version, state, counts, retryAfter, window } = Object(value);
  const { kind, outcomes, buckets } = Object(window);
  const parts = {
    version: version === 1,
    state: ['closed', 'open', 'half-open', 'isolated', 'disabled'].includes(state),
    counts: numbers(counts, Object.keys(nothing)),
    retryAfter: retryAfter === null || numbers(value, ['retryAfter']),
    attempt: numbers(value, ['attempt']),
    window:
      window === null ||
      (kind === 'calls' && typeof outcomes === 'string' && /^[sf]*$/i.test(outcomes)) ||
      (kind === 'time' &&
        Array.isArray(buckets) &&
        buckets.every((it) => numbers(it, ['ago', 'successes', 'failures', 'ignored', 'slow']))),
  };
  for (const [part, right] of Object.entries(parts)) {
    if (right) continue;
    throw new TypeError(
      `${subject} must be a snapshot with a valid ${part}, got ${show(value).slice(0, 100)}`,
    );
  }
}

/** Whether all of these are numbers from 0 on, and whole where they count something. */
function numbers(from: unknown, keys: readonly string[]): boolean {
  return keys.every((key) => {
    const value = Object(from)[key];
    const measured = typeof value === 'number' && /ago|after|rate/i.test(key);
    return value >= 0 && (measured || Number.isSafeInteger(value));
  });
}
