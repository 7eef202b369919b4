import { excessTrips } from './excess.ts';
import type { Settings } from './settings.ts';
import { countsOf, excessOf, type Stay } from './stay.ts';

/**
 * Why a closed breaker has to open, if it has. `bad` says whether a call has just become bad: only then is the
 * excess rule asked.
 */
export function verdict(
  stay: Stay,
  settings: Settings,
  at: number,
  bad: boolean,
): string | undefined {
  if (stay.state !== 'closed') return undefined;
  const counts = countsOf(stay, settings, at);
  const { excess, tripWhen, minimumCalls } = settings;
  if (tripWhen !== undefined) return tripWhen(counts) ? 'trip-when' : undefined;

  if (excess.asks && bad && excessTrips(excessOf(stay, excess.threshold), excess, at)) {
    return 'excess-failures';
  }
  const { calls, failures, slow, slowInFlight, consecutiveFailures } = counts;
  const reached = (part: number, whole: number, threshold: number): boolean =>
    whole >= minimumCalls && part / whole >= threshold;
  if (reached(failures, calls, settings.failureRate)) return 'failure-rate';
  if (failures >= settings.failures) return 'failures';
  if (consecutiveFailures >= settings.row) return 'consecutive-failures';
  return reached(slow, calls + slowInFlight, settings.slowRate) ? 'slow-call-rate' : undefined;
}
