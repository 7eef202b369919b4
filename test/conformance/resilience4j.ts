import type { CircuitBreakerOptions } from '../../src/index.ts';
import { weForgot } from './forgetting.ts';
import type { Dialect, Phase } from './replay.ts';
import type { Settings } from './trace.ts';

interface Resilience4j {
  readonly slidingWindowType: 'COUNT_BASED' | 'TIME_BASED';
  readonly slidingWindowSize: number;
  readonly minimumNumberOfCalls: number;
  /** Per cent, like the other one. */
  readonly failureRateThreshold: number;
  readonly slowCallRateThreshold: number;
  readonly slowCallDurationThresholdMs: number;
  readonly waitDurationInOpenStateMs: number;
  readonly automaticTransitionFromOpenToHalfOpenEnabled: boolean;
  readonly permittedNumberOfCallsInHalfOpenState: number;
}

/**
 * resilience4j: half-open comes by a timer, or with the first start *after* the wait. The half-open
 * verdict is a rate over several calls, so with more than one permitted call the comparison ends at its
 * first result.
 */
export function resilience4j(settings: Settings): Dialect {
  const given = settings as unknown as Resilience4j;
  const { slidingWindowSize: size, permittedNumberOfCallsInHalfOpenState: permitted } = given;
  const automatic = given.automaticTransitionFromOpenToHalfOpenEnabled;
  const timed = given.slidingWindowType === 'TIME_BASED';
  const duration = size * 1_000;
  const minimumCalls = timed
    ? given.minimumNumberOfCalls
    : Math.min(given.minimumNumberOfCalls, size);
  const shared: CircuitBreakerOptions = {
    rollingWindow: timed ? { duration, buckets: size } : { calls: size },
    retryTimeout: given.waitDurationInOpenStateMs + (automatic ? 0 : 1),
    successThreshold: permitted,
    maxProbes: permitted,
    probeTimeout: Number.POSITIVE_INFINITY,
  };
  const slow = given.slowCallDurationThresholdMs;
  // The families without slow calls say a minute: nothing in them takes as long.
  const asksForSlow = slow < 60_000;

  /** Calls that hang: ours are evidence at once, theirs when they end. */
  const hanging = (phase: Phase): number =>
    [...phase.calls.values()].filter(
      ({ start, end }) => end === undefined && phase.now - start > slow,
    ).length;

  return {
    options: (phase) =>
      asksForSlow
        ? {
            ...shared,
            slowCallDuration: slow,
            // their two rules, asked when a call has ended, with the hanging ones taken out
            tripWhen: ({ calls, failureRate, slow }) =>
              phase().ending &&
              calls >= minimumCalls &&
              (failureRate >= given.failureRateThreshold / 100 ||
                (slow - hanging(phase())) / calls >= given.slowCallRateThreshold / 100),
          }
        : { ...shared, minimumCalls, failureRateThreshold: given.failureRateThreshold / 100 },
    looks: (op, { state }) => automatic || state !== 'open' || op.op === 'start',
    cut(op, phase) {
      if (phase.state === 'half-open' && op.op === 'end' && (permitted > 1 || asksForSlow)) {
        return 'a half-open verdict by rate';
      }
      if (!timed || phase.state !== 'closed') return undefined;
      // theirs is in whole seconds of the wall clock
      const apart = phase.ended.some((call) => {
        const second = Math.floor((call.end ?? 0) / 1_000);
        const theyForgot = phase.now >= (second + size) * 1_000;
        return theyForgot !== weForgot(call, phase, duration, size);
      });
      return apart ? 'a result that is in only one of the two windows' : undefined;
    },
    counts: (_op, ours, phase) =>
      phase.state === 'closed'
        ? [ours.calls, ours.failures, ours.slow - hanging(phase)]
        : undefined,
  };
}
