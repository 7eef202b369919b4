import { ensure, show } from '../../core/index.js';
import { ensureFields, milliseconds, positive, span } from '../check.js';
import { exp, log, normalQuantile } from '../random/index.js';
import type { Recording } from '../recording/recording.js';

/** How long answers take: a distribution, by its quantiles. */
export interface Distribution {
  /** The distribution in words, with its numbers; for reports. */
  readonly label: string;
  /** Mean milliseconds. */
  readonly mean: number;
  /** The latency in milliseconds at the quantile `u` in (0, 1). */
  quantile(u: number): number;
}

/**
 * The usual shape of latencies: most answers near the median, a long tail.
 *
 * @param shape.p50 The median in milliseconds, more than 0.
 * @param shape.p99 The 99th percentile in milliseconds, at least `p50`.
 * @throws RangeError or TypeError naming the field.
 * @example
 * ```ts
 * lognormal({ p50: 50, p99: 400 });
 * ```
 */
export function lognormal(shape: { readonly p50: number; readonly p99: number }): Distribution {
  ensureFields('lognormal', shape, { p50: span, p99: span });
  const { p50, p99 } = shape;
  ensure('lognormal.p99', p99, ['at least p50', (value: number) => value >= p50]);
  const sigma = log(p99 / p50) / normalQuantile(0.99);
  return {
    label: `lognormal ${p50}..${p99} ms`,
    mean: p50 * exp((sigma * sigma) / 2),
    quantile: (u) => p50 * exp(sigma * normalQuantile(u)),
  };
}

/**
 * Latencies without memory: an exponential distribution, as queueing theory has it.
 *
 * @param mean Mean milliseconds, more than 0.
 * @throws RangeError or TypeError naming the parameter.
 * @example
 * ```ts
 * memoryless(50);
 * ```
 */
export function memoryless(mean: number): Distribution {
  ensure('memoryless mean', mean, span);
  return { label: `memoryless ${mean} ms`, mean, quantile: (u) => -mean * log(u) };
}

/**
 * Latencies as they were measured: a list of milliseconds, or the answered calls of a recording. Between two
 * measured values the quantiles lie on a straight line.
 *
 * @param measured Milliseconds, or a recording with at least one answered call.
 * @throws RangeError or TypeError for a list that is empty or holds anything but milliseconds.
 * @example
 * ```ts
 * empirical([12, 15, 15, 18, 22, 40, 310]);
 * ```
 */
export function empirical(measured: readonly number[] | Recording): Distribution {
  const values: number[] = [];
  if (Array.isArray(measured)) {
    for (const [at, value] of measured.entries()) {
      ensure(`empirical[${at}]`, value, milliseconds);
      values.push(value);
    }
  } else {
    const { length, duration, failed } = measured as Recording;
    for (let n = 0; n < length; n++) if (failed[n] === 0) values.push(duration[n] as number);
  }
  if (values.length === 0) {
    throw new RangeError('empirical needs at least one latency of an answered call, got none');
  }
  const sorted = Float64Array.from(values).sort();
  const last = sorted.length - 1;
  let sum = 0;
  for (const value of sorted) sum += value;
  return {
    label: `empirical, ${sorted.length} latencies`,
    mean: sum / sorted.length,
    quantile: (u) => {
      const place = u * last;
      const below = Math.floor(place);
      const low = sorted[below] as number;
      return low + ((sorted[Math.min(below + 1, last)] as number) - low) * (place - below);
    },
  };
}

/** The distribution that a plan means: a number is a latency that never varies. */
export function distributionOf(subject: string, latency: number | Distribution): Distribution {
  if (typeof latency === 'number') {
    ensure(subject, latency, milliseconds);
    return { label: `${show(latency)} ms`, mean: latency, quantile: () => latency };
  }
  ensure(subject, latency, [
    'milliseconds, or a distribution as of lognormal()',
    (it: Partial<Distribution>) => typeof it.quantile === 'function',
    'object',
  ]);
  ensure(`${subject}.mean`, latency.mean, positive);
  return latency;
}
