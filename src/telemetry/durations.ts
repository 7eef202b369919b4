import { show } from '../core/index.js';
import type { CircuitEvent, KeyedCircuitEvent } from '../index.js';

/** The histogram of call durations, which the user asks for by the option `durations`. */
export const durations = {
  name: 'call.duration',
  unit: 's',
  help: 'Seconds from the admission of a call to its outcome.',
  outcomes: ['success', 'failure', 'ignored', 'cancelled', 'late'],
  /** Seconds; the buckets advised by Prometheus and OpenTelemetry for calls over a network. */
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
} as const;

/** Hands the duration of a call's end to a histogram; events without a duration are left out. */
export function tellDuration(
  event: CircuitEvent | KeyedCircuitEvent,
  tell: (outcome: string, seconds: number) => void,
): void {
  if ('duration' in event && event.duration !== undefined) tell(event.type, event.duration / 1_000);
}

/**
 * The bounds of the buckets for a value of the option `durations`; undefined for false.
 *
 * @throws RangeError for a value other than a boolean or ascending seconds.
 */
export function boundsOf(option: boolean | readonly number[]): readonly number[] | undefined {
  if (typeof option === 'boolean') return option ? durations.buckets : undefined;
  const ascending =
    Array.isArray(option) &&
    option.length > 0 &&
    option.every((bound, index) => Number.isFinite(bound) && bound > (option[index - 1] ?? 0));
  if (ascending) return [...option];
  throw new RangeError(
    `durations must be true, false, or seconds above 0 in ascending order, got ${show(option)}`,
  );
}
