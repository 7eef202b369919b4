import { ensure } from '../../core/index.js';
import type { Traffic } from '../traffic/traffic.js';
import type { Recording } from './recording.js';

/**
 * Requests as they were recorded.
 *
 * In a plan without a `service` the recorded outcomes are replayed, as an open loop: each request comes to what
 * the log says, whatever the breaker did before. In a plan with a `service` only the instants are taken.
 *
 * @param recording What `readLog` or `record` made, with at least one call.
 * @throws RangeError or TypeError for anything else.
 * @example
 * ```ts
 * const recording = await readLog(lines, { format: 'combined' });
 * const run = play({ traffic: recorded(recording), duration: recording.span }, {}, { explain: true });
 * ```
 */
export function recorded(recording: Recording): Traffic {
  ensure('recorded', recording, [
    'a recording as of readLog() or record()',
    ({ at, duration, failed }: Partial<Recording>) =>
      at instanceof Float64Array &&
      duration instanceof Float64Array &&
      failed instanceof Uint8Array,
    'object',
  ]);
  ensure('recorded length', recording.length, ['at least one call', (value: number) => value > 0]);
  const { at, length, span } = recording;
  return {
    label: `recorded, ${length} calls`,
    rate: (length / Math.max(1, span)) * 1_000,
    recording,
    arrivals: () => {
      let n = 0;
      return () => (n < length ? (at[n++] as number) : Infinity);
    },
  };
}
