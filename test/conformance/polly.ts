import type { CircuitBreakerOptions } from '../../src/index.ts';
import { weForgot } from './forgetting.ts';
import type { Call, Dialect, Phase } from './replay.ts';
import type { Settings } from './trace.ts';

interface PollyAdvanced {
  readonly failureThreshold: number;
  readonly samplingDurationMs: number;
  readonly minimumThroughput: number;
  readonly durationOfBreakMs: number;
}

/**
 * The advanced breaker of Polly 7: it asks only after failures whether to trip, lets one probe through
 * in each break duration, and counts the probe that closes it in the closed state. Errors that it does
 * not handle never reach it, so a probe that ends with one keeps its place.
 */
export function polly(settings: Settings): Dialect {
  const given = settings as unknown as PollyAdvanced;
  const { failureThreshold, minimumThroughput, samplingDurationMs, durationOfBreakMs } = given;
  const buckets = samplingDurationMs < 200 ? 1 : 10;
  const options: CircuitBreakerOptions = {
    tripWhen: ({ consecutiveFailures, calls, failureRate }) =>
      consecutiveFailures > 0 && calls >= minimumThroughput && failureRate >= failureThreshold,
    rollingWindow: { duration: samplingDurationMs, buckets },
    retryTimeout: durationOfBreakMs,
    successThreshold: 1,
    maxProbes: 1,
    probeFailureThreshold: 1,
    probeTimeout: durationOfBreakMs,
  };

  /** When their window forgets each counted result: slices start at their first use. */
  const leaves = (phase: Phase): ReadonlyMap<Call, number> => {
    let slice = Number.NEGATIVE_INFINITY;
    const when = new Map<Call, number>();
    for (const call of phase.ended) {
      const end = call.end ?? 0;
      if (call.outcome === 'ignored') continue;
      if (end - slice >= samplingDurationMs / buckets) slice = end;
      when.set(call, slice + samplingDurationMs);
    }
    return when;
  };

  return {
    options: () => options,
    looks: (op, { state }) => op.op !== 'end' || state !== 'open',
    hears: (op) => op.outcome !== 'ignored',
    countsLastProbe: true,
    apart(_op, phase) {
      const apart = [...leaves(phase)].some(
        ([call, at]) => phase.now >= at !== weForgot(call, phase, samplingDurationMs, buckets),
      );
      return apart ? 'a result that is in only one of the two windows' : undefined;
    },
    // read without ageing, so up to date only after a result
    counts: (op, ours, { state }) =>
      state === 'closed' && op.op === 'end' && op.outcome !== 'ignored'
        ? [ours.successes, ours.failures]
        : undefined,
  };
}
