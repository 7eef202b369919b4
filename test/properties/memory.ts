import type {
  BucketSnapshot,
  CircuitBreakerOptions,
  CircuitState,
  Counts,
  WindowSnapshot,
} from '../../src/index.ts';

/** One stay in a state: all that happened during it. What is to be known of it is counted anew each time. */
export interface Stay {
  readonly state: CircuitState;
  readonly since: number;
  /** Open: when it is over. */
  readonly until: number;
  /** Half-open: how long a probe may keep its place. */
  readonly lease: number;
  readonly window: Window;
  readonly ended: Ended[];
  /** Calls without an outcome, oldest first. */
  readonly running: ModelCall[];
}

export interface Ended {
  readonly at: number;
  outcome: 'success' | 'failure' | 'ignored';
  readonly slow: boolean;
}

export interface ModelCall {
  readonly stay: Stay;
  readonly start: number;
  settled: boolean;
  /** A value came that makes the call a success when it is given up. */
  served: boolean;
  /** Slow by now; or in half-open, its place has been given away. */
  overdue: boolean;
  /** Nothing more can come. */
  closed: boolean;
}

/** What is forgotten; undefined where nothing is. */
export type Window = { duration: number; buckets: number } | { calls: number } | undefined;

export function windowOf({ rollingWindow = 10_000 }: CircuitBreakerOptions): Window {
  if (rollingWindow === Number.POSITIVE_INFINITY) return undefined;
  if (typeof rollingWindow === 'number') return { duration: rollingWindow, buckets: 10 };
  return rollingWindow.calls === undefined ? { buckets: 10, ...rollingWindow } : rollingWindow;
}

/** Which bucket a time belongs to, counted from when the state was entered. */
function bucket(
  stay: Stay,
  at: number,
  { duration, buckets }: { duration: number; buckets: number },
): number {
  return Math.floor(((at - stay.since) * buckets) / duration);
}

const number = (of: readonly Ended[], outcome: string): number =>
  of.filter((entry) => entry.outcome === outcome).length;

/** What the window holds, oldest first. */
export function remembered(stay: Stay, at: number): Ended[] {
  const { ended, state, window } = stay;
  if (window === undefined || state === 'half-open') return ended;
  if ('calls' in window) {
    const counted = ended.filter(({ outcome }) => outcome !== 'ignored').slice(-window.calls);
    return ended.filter((entry) => entry.outcome === 'ignored' || counted.includes(entry));
  }
  const oldest = bucket(stay, at, window) - window.buckets;
  return ended.filter((entry) => bucket(stay, entry.at, window) > oldest);
}

/** Calls in flight that are slow by now. */
export function hanging({ running, state }: Stay): number {
  return state === 'half-open' ? 0 : running.filter((call) => call.overdue).length;
}

export function countsOf(stay: Stay, at: number): Counts {
  const { ended, running, state } = stay;
  const kept = remembered(stay, at);
  const successes = number(kept, 'success');
  const failures = number(kept, 'failure');
  const calls = successes + failures;
  const slow = kept.filter((entry) => entry.slow).length + hanging(stay);
  const judged = calls + hanging(stay);
  // a streak is as long as it is, whatever the window forgot
  const counted = ended.filter(({ outcome }) => outcome !== 'ignored');
  const streak = (outcome: string): number =>
    counted.length - 1 - counted.findLastIndex((entry) => entry.outcome !== outcome);
  return {
    calls,
    successes,
    failures,
    slow,
    ignored: number(kept, 'ignored'),
    inFlight: running.filter((call) => state !== 'half-open' || !call.overdue).length,
    consecutiveSuccesses: streak('success'),
    consecutiveFailures: streak('failure'),
    failureRate: calls === 0 ? 0 : failures / calls,
    slowRate: judged === 0 ? 0 : slow / judged,
  };
}

export function windowSnapshot(stay: Stay, at: number): WindowSnapshot | null {
  const { window, state } = stay;
  if (window === undefined || (state !== 'closed' && state !== 'disabled')) return null;
  const kept = remembered(stay, at);
  if ('calls' in window) {
    const letter = ({ outcome, slow }: Ended): string => {
      const plain = outcome === 'success' ? 's' : 'f';
      return slow ? plain.toUpperCase() : plain;
    };
    const counted = kept.filter(({ outcome }) => outcome !== 'ignored');
    return { kind: 'calls', outcomes: counted.map(letter).join('') };
  }
  const { duration, buckets } = window;
  const numbers = new Set(kept.map((entry) => bucket(stay, entry.at, window)));
  const snapshots = [...numbers]
    .sort((a, b) => b - a)
    .map((nth): BucketSnapshot => {
      const entries = kept.filter((entry) => bucket(stay, entry.at, window) === nth);
      return {
        ago: at - (stay.since + (nth * duration) / buckets),
        successes: number(entries, 'success'),
        failures: number(entries, 'failure'),
        ignored: number(entries, 'ignored'),
        slow: entries.filter(({ slow }) => slow).length,
      };
    });
  return { kind: 'time', buckets: snapshots };
}
