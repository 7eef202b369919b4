// Is one build slower than another? A fork gives one ratio, the present build over the other. Forks differ although the
// code does not, and now and then one differs a lot; so the verdict asks how the forks are ordered, and not how far the
// farthest lies.

/** A build may be this much slower: less than users notice, and than the layout of the code in memory may cost. */
export const TOLERANCE = 1.03;

/** Chance that all forks but `outside` lie on one side of the true median: a coin that is tossed for each fork. */
function chance(forks: number, outside: number): number {
  let ways = 1;
  let sum = 0;
  for (let i = 0; i <= outside; i++) {
    sum += ways;
    ways = (ways * (forks - i)) / (i + 1);
  }
  return sum / 2 ** forks;
}

/** The most forks on each side that the spread may leave out, so that it misses the true median once in a hundred. */
export function leftOut(forks: number): number {
  let outside = -1;
  while (chance(forks, outside + 1) <= 0.005) outside++;
  if (outside < 0) throw new RangeError(`a verdict needs 8 forks or more, got ${forks}`);
  return outside;
}

export interface Judged {
  readonly median: number;
  /** The spread: the interval that holds the true median in 99 of 100 runs. */
  readonly low: number;
  readonly high: number;
  /** The median above which the present build is slower: `TOLERANCE` times the lower half of the spread. */
  readonly limit: number;
  readonly verdict: 'slower' | 'faster' | 'equal';
}

/**
 * Judges the ratios of the forks, the present build over the other.
 *
 * `slower`: the whole spread lies above the tolerance, `low > TOLERANCE`; or, as the same rule for the median,
 * `median > TOLERANCE * median / low`. `faster`: the whole spread lies below `1 / TOLERANCE`.
 */
export function judge(ratios: readonly number[]): Judged {
  const sorted = [...ratios].sort((a, b) => a - b);
  const outside = leftOut(sorted.length);
  const low = sorted[outside] as number;
  const high = sorted[sorted.length - 1 - outside] as number;
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
  const verdict = low > TOLERANCE ? 'slower' : high < 1 / TOLERANCE ? 'faster' : 'equal';
  return { median, low, high, limit: (TOLERANCE * median) / low, verdict };
}

/** Bytes that a build may need more: the counts of two runs differ by less. */
const BYTES = { part: 1.01, more: 2 };

export interface Weighed {
  readonly ours: number;
  readonly other: number;
  readonly low: number;
  readonly high: number;
  readonly verdict: 'larger' | 'smaller' | 'equal';
}

/** Judges bytes that were counted for both builds, one after the other: every pair has to say the same. */
export function weigh(pairs: readonly (readonly [ours: number, other: number])[]): Weighed {
  const isMore = (a: number, b: number): boolean => a > b * BYTES.part + BYTES.more;
  const larger = pairs.every(([ours, other]) => isMore(ours, other));
  const smaller = pairs.every(([ours, other]) => isMore(other, ours));
  const middle = (values: number[]): number =>
    values.sort((a, b) => a - b)[values.length >> 1] as number;
  const ratios = pairs.map(([ours, other]) => ours / other);
  return {
    ours: middle(pairs.map(([ours]) => ours)),
    other: middle(pairs.map(([, other]) => other)),
    low: Math.min(...ratios),
    high: Math.max(...ratios),
    verdict: larger ? 'larger' : smaller ? 'smaller' : 'equal',
  };
}
