import { show } from './check.js';
import { countsOf, type Epoch, nothing, Refusing } from './epoch.js';
import type { CircuitState } from './events.js';
import type { Counts } from './trip.js';
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

export function takeSnapshot(
  name: string,
  epoch: Epoch,
  retryAfter: number,
  attempt: number,
  now: number,
): CircuitSnapshot {
  return {
    version: 1,
    name,
    state: epoch.state,
    counts: countsOf(epoch),
    retryAfter: retryAfter === Number.POSITIVE_INFINITY ? null : retryAfter,
    attempt,
    window: epoch instanceof Refusing ? null : epoch.windowSnapshot(now),
  };
}

/** Throws a TypeError that says what is wrong, unless `value` is a snapshot. */
export function ensureSnapshot(value: unknown): asserts value is CircuitSnapshot {
  const { version, state, counts, retryAfter, attempt, window } = Object(value);
  const wrong =
    (version !== 1 && 'version') ||
    (!states.includes(state) && 'state') ||
    (!numbers(counts, Object.keys(countsOf(nothing))) && 'counts') ||
    (retryAfter !== null &&
      retryAfter !== Number.POSITIVE_INFINITY &&
      !numbers({ retryAfter }, ['retryAfter']) &&
      'retryAfter') ||
    (!numbers({ attempt }, ['attempt']) && 'attempt') ||
    (!windowed(window) && 'window');
  if (wrong) {
    throw new TypeError(
      `restore must be a snapshot of version 1, got ${show(value)}; its ${wrong} is wrong`,
    );
  }
}

const states: readonly unknown[] = ['closed', 'open', 'half-open', 'isolated', 'disabled'];

/** Whether all of these are numbers from 0 on, and whole where they count something. */
function numbers(from: unknown, keys: readonly string[]): boolean {
  return keys.every((key) => {
    const value = Object(from)[key];
    const fraction = key === 'ago' || key === 'retryAfter' || key.endsWith('Rate');
    return (fraction ? Number.isFinite(value) : Number.isSafeInteger(value)) && value >= 0;
  });
}

function windowed(window: unknown): boolean {
  if (window === null) return true;
  const { kind, outcomes, buckets } = Object(window);
  if (kind === 'calls') return typeof outcomes === 'string' && /^[sfSF]*$/.test(outcomes);
  const keys = ['ago', 'successes', 'failures', 'ignored', 'slow'];
  return kind === 'time' && Array.isArray(buckets) && buckets.every((it) => numbers(it, keys));
}
