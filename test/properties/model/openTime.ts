/** The default open time: 1 s, doubling to a mean of 15 s, each but the first spread by 20 %. */
export const meanOpenTime = (attempt: number): number =>
  Math.min(15_000, 1_000 * 2 ** (attempt - 1));

export function openTimeBounds(attempt: number): { readonly min: number; readonly max: number } {
  const mean = meanOpenTime(attempt);
  return attempt === 1 ? { min: mean, max: mean } : { min: 0.8 * mean, max: 1.2 * mean };
}

/** The open time where a `retryTimeout` function throws, or its answer is no delay. */
export const OPEN_TIME_OF_A_FAULT = 30_000;

/** The least time that a probe may take, where `probeTimeout` is not given. */
export const LEAST_LEASE = 10_000;
