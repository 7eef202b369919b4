import type { Counts, TripPredicate } from '../../src/index.ts';
import { streak, weForgot } from './forgetting.ts';
import type { Call, Dialect, Phase } from './replay.ts';
import type { Settings } from './trace.ts';

interface Gobreaker {
  readonly maxRequests: number;
  readonly intervalMs: number;
  readonly bucketPeriodMs: number;
  readonly timeoutMs: number;
  readonly readyToTrip:
    | { readonly kind: 'default' }
    | { readonly kind: 'consecutive'; readonly n: number }
    | { readonly kind: 'ratio'; readonly minRequests: number; readonly ratio: number }
    | { readonly kind: 'total'; readonly n: number };
}

/**
 * gobreaker: lazy, every op brings it up to date. It counts a request at its start, asks only after
 * failures whether to trip, and stays open until *after* the timeout.
 */
export function gobreaker(settings: Settings): Dialect {
  const { maxRequests, intervalMs, bucketPeriodMs, timeoutMs, readyToTrip } =
    settings as unknown as Gobreaker;
  const buckets = bucketPeriodMs > 0 ? Math.ceil(intervalMs / bucketPeriodMs) : 1;
  const rolling = intervalMs > 0 && buckets > 1;
  const interval = bucketPeriodMs > 0 ? bucketPeriodMs * buckets : intervalMs;
  const probes = maxRequests || 1;
  /** A call leaves their window with the bucket that it started in, ended or not. */
  const theyForgot = (call: Call, phase: Phase): boolean => {
    const bucket = Math.floor((call.start - phase.since) / bucketPeriodMs);
    return phase.now >= phase.since + (bucket + buckets) * bucketPeriodMs;
  };
  /** Ours remembers calls in flight for as long as they are. */
  const forgottenInFlight = (phase: Phase): number =>
    !rolling || phase.state !== 'closed'
      ? 0
      : [...phase.calls.values()].filter(
          (call) => call.end === undefined && theyForgot(call, phase),
        ).length;
  const requests = ({ calls, ignored, inFlight }: Counts, phase: Phase): number =>
    calls + ignored + inFlight - forgottenInFlight(phase);

  return {
    options: (phase) => ({
      tripWhen: readyTo(readyToTrip, (counts) => requests(counts, phase())),
      rollingWindow: rolling ? { duration: interval, buckets } : Number.POSITIVE_INFINITY,
      retryTimeout: (timeoutMs || 60_000) + 1,
      successThreshold: probes,
      maxProbes: probes,
      probeFailureThreshold: 1,
      probeTimeout: Number.POSITIVE_INFINITY,
    }),
    looks: () => true,
    streaks: true,
    apart(op, phase) {
      if (!rolling) return undefined;
      const ending = op.op === 'end' ? phase.calls.get(op.id) : undefined;
      if (ending !== undefined && theyForgot(ending, phase)) return 'a result that they drop';
      for (const call of phase.ended) {
        if (theyForgot(call, phase) !== weForgot(call, phase, interval, buckets)) {
          return 'a result that is in only one of the two windows';
        }
      }
      // ours is a streak however old; theirs shrinks
      return streak(phase).some((call) => theyForgot(call, phase))
        ? 'a streak longer than the window'
        : undefined;
    },
    // A fixed interval is over: counts are cleared and calls in flight forgotten, which is our reset.
    renews: (phase) =>
      !rolling && interval > 0 && phase.state === 'closed' && phase.now > phase.since + interval,
    counts: (_op, ours, phase) => [
      requests(ours, phase),
      ours.successes,
      ours.failures,
      ours.ignored,
      ours.consecutiveSuccesses,
      ours.consecutiveFailures,
    ],
  };
}

function readyTo(
  rule: Gobreaker['readyToTrip'],
  requests: (counts: Counts) => number,
): TripPredicate {
  const trips = (counts: Counts): boolean => {
    switch (rule.kind) {
      case 'default':
        return counts.consecutiveFailures > 5;
      case 'consecutive':
        return counts.consecutiveFailures > rule.n;
      case 'ratio':
        return (
          requests(counts) >= rule.minRequests && counts.failures / requests(counts) >= rule.ratio
        );
      case 'total':
        return counts.failures >= rule.n;
    }
  };
  return (counts) => counts.consecutiveFailures > 0 && trips(counts);
}
