import type { CircuitBreakerOptions, StateChangeReason } from '../../src/index.ts';
import { countsOf, hanging, type Stay } from './memory.ts';

/** Why the state has to change, if it has: the rules of the design, asked after every counted outcome. */
export function verdict(
  stay: Stay,
  options: CircuitBreakerOptions,
  at: number,
): StateChangeReason | undefined {
  const counts = countsOf(stay, at);
  if (stay.state === 'half-open') {
    const { successThreshold = 1, probeFailureThreshold = 1 } = options;
    if (counts.failures >= probeFailureThreshold) return 'probes-failed';
    return counts.successes >= successThreshold ? 'probes-succeeded' : undefined;
  }
  if (stay.state !== 'closed') return undefined;
  const { tripWhen, slowCallDuration, failureThreshold, consecutiveFailureThreshold } = options;
  if (tripWhen !== undefined) return tripWhen(counts) ? 'trip-when' : undefined;

  const { slowCallRateThreshold = slowCallDuration && 1 } = options;
  const { window } = stay;
  const most = window !== undefined && 'calls' in window ? window.calls : 10;
  const { minimumCalls = Math.min(10, most) } = options;
  const others = [failureThreshold, consecutiveFailureThreshold, options.slowCallRateThreshold];
  const alone = others.every((threshold) => threshold === undefined);
  const { failureRateThreshold = alone ? 0.5 : undefined } = options;

  const { calls, failures, slow, consecutiveFailures } = counts;
  const reached = (part: number, whole: number, threshold: number | undefined): boolean =>
    threshold !== undefined && whole >= minimumCalls && part / whole >= threshold;
  const many = (number: number, threshold = Number.POSITIVE_INFINITY): boolean =>
    number >= threshold;
  if (reached(failures, calls, failureRateThreshold)) return 'failure-rate';
  if (many(failures, failureThreshold)) return 'failures';
  if (many(consecutiveFailures, consecutiveFailureThreshold)) return 'consecutive-failures';
  const judged = calls + hanging(stay);
  return reached(slow, judged, slowCallRateThreshold) ? 'slow-call-rate' : undefined;
}
