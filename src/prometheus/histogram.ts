import { durations } from '../telemetry/durations.js';
import type { Series } from './registry.js';

/** The calls of one outcome: the number in each bucket, and the seconds in sum. */
class Tally {
  readonly counts: number[];
  sum = 0;

  constructor(buckets: number) {
    this.counts = new Array(buckets + 1).fill(0); // the last bucket has no bound
  }
}

/** The durations of the calls of one name, by outcome. */
export class Histogram {
  private readonly bounds: readonly number[];
  private readonly tallies: ReadonlyMap<string, Tally>;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.tallies = new Map(
      durations.outcomes.map((outcome) => [outcome, new Tally(bounds.length)]),
    );
  }

  observe(outcome: string, seconds: number): void {
    const tally = this.tallies.get(outcome);
    if (tally === undefined) return;
    let bucket = 0;
    while (bucket < this.bounds.length && seconds > (this.bounds[bucket] as number)) bucket++;
    (tally.counts[bucket] as number)++;
    tally.sum += seconds;
  }

  /** The series of the histogram. Buckets are cumulative, as Prometheus expects. */
  series(metric: string, name: string): Series[] {
    return [...this.tallies].flatMap(([outcome, { counts, sum }]) => {
      const labels = { name, outcome };
      let count = 0;
      const buckets = counts.map((inBucket, index) => {
        count += inBucket;
        const le = this.bounds[index] ?? '+Inf';
        return { metricName: `${metric}_bucket`, labels: { le, ...labels }, value: count };
      });
      return [
        ...buckets,
        { metricName: `${metric}_sum`, labels, value: sum },
        { metricName: `${metric}_count`, labels, value: count },
      ];
    });
  }
}
