import type { CircuitBreakerOptions } from '../../src/index.ts';
import { weForgot } from './forgetting.ts';
import type { Call, Dialect, Phase } from './replay.ts';
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
 * verdict is a rate over several calls, so the comparison ends where only one of the two has decided.
 */
export function resilience4j(settings: Settings): Dialect {
  const given = settings as unknown as Resilience4j;
  const { slidingWindowSize: size, permittedNumberOfCallsInHalfOpenState: permitted } = given;
  const automatic = given.automaticTransitionFromOpenToHalfOpenEnabled;
  const timed = given.slidingWindowType === 'TIME_BASED';
  const duration = size * 1_000;
  // Half-open they decide by the rate of so many results, so that many failures are needed to re-open;
  // we decide as soon as that is certain.
  const verdictAfter = Math.min(given.minimumNumberOfCalls, permitted);
  const failuresReopen = least(verdictAfter, given.failureRateThreshold);
  const minimumCalls = timed
    ? given.minimumNumberOfCalls
    : Math.min(given.minimumNumberOfCalls, size);
  const shared: CircuitBreakerOptions = {
    rollingWindow: timed ? { duration, buckets: size } : { calls: size },
    retryTimeout: given.waitDurationInOpenStateMs + (automatic ? 0 : 1),
    successThreshold: permitted - failuresReopen + 1,
    probeFailureThreshold: failuresReopen,
    maxProbes: permitted,
    probeTimeout: Number.POSITIVE_INFINITY,
  };
  const slow = given.slowCallDurationThresholdMs;
  // The families without slow calls say a minute: nothing in them takes as long.
  const asksForSlow = slow < 60_000;

  /** Calls that hang while closed: ours are evidence at once, theirs when they end. */
  const hanging = (phase: Phase): number =>
    [...phase.calls.values()].filter(
      ({ start, end }) => phase.state === 'closed' && end === undefined && phase.now - start > slow,
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
      if (phase.state !== 'half-open') return undefined;
      const running = [...phase.calls.values()].filter(({ end }) => end === undefined);
      if (asksForSlow && running.some(({ start }) => op.t - start > slow)) {
        return 'a probe that is slow while it runs: a bad one here, not there';
      }
      if (op.op !== 'end') return undefined;
      const { start = op.t } = phase.calls.get(op.id) ?? {};
      const slowest = Math.max(op.t - start, ...phase.ended.map((call) => lasted(call)));
      if (asksForSlow && slowest > slow) return 'a half-open verdict over slow calls';
      const counted = [...phase.ended, op].filter(({ outcome }) => outcome !== 'ignored');
      const failed = counted.filter(({ outcome }) => outcome === 'failure').length;
      const certain =
        failed >= failuresReopen || counted.length - failed > permitted - failuresReopen;
      return certain !== counted.length >= verdictAfter
        ? 'a half-open verdict that is certain before they decide, or the other way round'
        : undefined;
    },
    apart(_op, phase) {
      if (!timed) return undefined;
      // theirs is in whole seconds of the wall clock
      const differs = phase.ended.some((call) => {
        const second = Math.floor((call.end ?? 0) / 1_000);
        const theyForgot = phase.now >= (second + size) * 1_000;
        return theyForgot !== weForgot(call, phase, duration, size);
      });
      return differs ? 'a result that is in only one of the two windows' : undefined;
    },
    counts: (_op, ours, phase) =>
      phase.state !== 'open' ? [ours.calls, ours.failures, ours.slow - hanging(phase)] : undefined,
  };
}

/** The fewest failures among so many calls that reach a rate in per cent; theirs is a number of 32 bits. */
function least(calls: number, rate: number): number {
  for (let failures = 1; failures < calls; failures++) {
    if (Math.fround((failures * 100) / calls) >= Math.fround(rate)) return failures;
  }
  return calls;
}

const lasted = ({ start, end = start }: Call): number => end - start;
