import { show } from '../core/index.js';
import type { CircuitEvent } from '../index.js';

/** The histogram of the time that calls take, for those who ask for it. */
export const durations = {
  name: 'call.duration',
  unit: 's',
  help: 'Seconds from the admission of a call to its outcome.',
  outcomes: ['success', 'failure', 'ignored', 'cancelled', 'late'],
  /** Seconds; the buckets that Prometheus and OpenTelemetry advise for calls over a network. */
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
} as const;

/** Tells a histogram how long the call of this event took; an event without a duration tells nothing. */
export function tellDuration(
  event: CircuitEvent,
  tell: (outcome: string, seconds: number) => void,
): void {
  if ('duration' in event && event.duration !== undefined) tell(event.type, event.duration / 1_000);
}

/**
 * The bounds of the buckets that the option `durations` asks for; none when it is false.
 *
 * @throws RangeError unless it is a boolean or ascending seconds.
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
