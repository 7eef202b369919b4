import { Stream } from '../random/index.js';

/** Resamples; with 2,000 the bounds of a mean move by less than a tenth of their distance from seed to seed. */
const RESAMPLES = 2_000;
/** The stream of the resamples, apart from those of the plans. */
const RESAMPLING = 99;

/** A mean with its bounds. */
export interface Bounded {
  readonly mean: number;
  /** The lower bound: with a confidence of 95 % the true mean is not below. */
  readonly low: number;
  /** The upper bound. */
  readonly high: number;
}

/**
 * The mean of some values with its 95 % bounds, by the percentile bootstrap: the mean of as many values drawn
 * with replacement, again and again. Deterministic: the draws are a stream of their own.
 */
export function bootstrap(values: readonly number[]): Bounded {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (values.every((value) => value === values[0])) {
    const [value = 0] = values;
    return { mean: value, low: value, high: value };
  }
  const draws = new Stream(count, RESAMPLING);
  const means = new Float64Array(RESAMPLES);
  for (let n = 0, draw = 0; n < RESAMPLES; n++) {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += values[Math.floor(draws.at(draw++) * count)] as number;
    means[n] = sum / count;
  }
  means.sort();
  return {
    mean,
    low: means[Math.floor(0.025 * RESAMPLES)] as number,
    high: means[Math.ceil(0.975 * RESAMPLES) - 1] as number,
  };
}
