import { after, type Excess, type Mark, noExcess } from './excess.ts';
import type { Rounds } from './rounds.ts';
import type { Settings, Window } from './settings.ts';
import type { CallOptions, Counts, State } from './words.ts';

/** One stay in a state: all that happened during it. What is to be known of it is counted anew each time. */
export interface Stay {
  readonly state: State;
  readonly since: number;
  /** Open: when it is over. */
  until: number;
  /** Half-open: how long the breaker was open before. */
  readonly served: number;
  readonly ended: Ended[];
  /** When the first bucket began: with the state, or with a window that `configure` brought. */
  readonly windowSince: number;
  /** Calls without an outcome, oldest first. */
  readonly running: Call[];
  /** What the excess was before the first mark: of a restored stay. */
  readonly excess: Excess;
  readonly marks: Mark[];
  /** Half-open by rounds. */
  readonly rounds: Rounds;
  /** Fixed half-open: probes judged so far, those that still run past their limit included. */
  readonly judged: { good: number; bad: number };
  /** Half-open: when the last probe came. */
  lastProbe: number;
}

export interface Ended {
  readonly at: number;
  outcome: 'success' | 'failure' | 'ignored';
  readonly slow: boolean;
  /** A window that `configure` replaced had forgotten it, so the new one does not know it. */
  gone?: boolean;
}

export interface Call {
  readonly stay: Stay;
  readonly start: number;
  readonly options: CallOptions;
  readonly judge: Pick<Settings, 'successOn' | 'classifyError' | 'classifyValue'>;
  settled: boolean;
  /** A value came that makes the call a success when it is given up. */
  served: boolean;
  /** Its age passed the limit while it ran: it was bad then. */
  overdue: boolean;
  /** Half-open: its place was given to another. */
  expired: boolean;
  /** Nothing more can come. */
  closed: boolean;
}

export const opened = (state: State, since: number): Stay => ({
  state,
  since,
  until: Number.POSITIVE_INFINITY,
  served: 0,
  ended: [],
  windowSince: since,
  running: [],
  excess: noExcess,
  marks: [],
  rounds: { limit: 1, good: 0, bad: 0, refused: false, well: since },
  judged: { good: 0, bad: 0 },
  lastProbe: since,
});

export function excessOf(stay: Stay, threshold: number): Excess {
  return stay.marks.reduce((excess, mark) => after(excess, mark, threshold), stay.excess);
}

/** Which bucket a time belongs to, counted from when the first one began. */
function bucket(
  stay: Stay,
  at: number,
  { duration, buckets }: { duration: number; buckets: number },
): number {
  return Math.floor(((at - stay.windowSince) * buckets) / duration);
}

const number = (of: readonly Ended[], outcome: string): number =>
  of.filter((entry) => entry.outcome === outcome).length;

/** What the window holds, oldest first. */
export function remembered(stay: Stay, window: Window, at: number): Ended[] {
  const { state } = stay;
  const ended = stay.ended.filter((entry) => entry.gone !== true);
  if (window === undefined || state === 'half-open') return ended;
  if ('calls' in window) {
    const counted = ended.filter(({ outcome }) => outcome !== 'ignored').slice(-window.calls);
    return ended.filter((entry) => entry.outcome === 'ignored' || counted.includes(entry));
  }
  const oldest = bucket(stay, at, window) - window.buckets;
  return ended.filter((entry) => bucket(stay, entry.at, window) > oldest);
}

export function countsOf(stay: Stay, settings: Settings, at: number): Counts {
  const { ended, running, state } = stay;
  const kept = remembered(stay, settings.window, at);
  const successes = number(kept, 'success');
  const failures = number(kept, 'failure');
  const calls = successes + failures;
  const slowInFlight = running.filter((call) => call.overdue && !call.expired).length;
  const slow = kept.filter((entry) => entry.slow).length + slowInFlight;
  const judged = calls + slowInFlight;
  // a streak is as long as it is, whatever the window forgot
  const counted = ended.filter(({ outcome }) => outcome !== 'ignored');
  const streak = (outcome: string): number =>
    counted.length - 1 - counted.findLastIndex((entry) => entry.outcome !== outcome);
  const keepsExcess = state === 'closed' || state === 'disabled';
  const excess = keepsExcess ? excessOf(stay, settings.excess.threshold) : noExcess;
  return {
    calls,
    successes,
    failures,
    slow,
    slowInFlight,
    ignored: number(kept, 'ignored'),
    inFlight: running.filter((call) => !call.expired).length,
    consecutiveSuccesses: streak('success'),
    consecutiveFailures: streak('failure'),
    excessFailures: excess.failures,
    troubledFor: excess.failures === 0 ? 0 : at - excess.troubled,
    balance: excess.balance,
    failureRate: calls === 0 ? 0 : failures / calls,
    slowRate: judged === 0 ? 0 : slow / judged,
  };
}
