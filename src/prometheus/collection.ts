import { durations } from '../telemetry/durations.js';
import { Ledger, type Row } from '../telemetry/ledger.js';
import { type Metric, metrics } from '../telemetry/metrics.js';
import type { CircuitSource } from '../telemetry/sources.js';
import { Stopwatch } from '../telemetry/stopwatch.js';
import { Histogram } from './histogram.js';
import { type MetricRegistry, RegisteredMetric, type Series } from './registry.js';

/** The sources and the metrics of one registry under one prefix. */
export class Collection {
  private readonly prefix: string;
  private readonly ledger = new Ledger();
  private readonly registered = new Map<string, RegisteredMetric>();
  private readonly histograms = new Map<string, Histogram>();
  private readonly stopwatch = new Stopwatch((name, outcome, seconds) =>
    this.histograms.get(name)?.observe(outcome, seconds),
  );
  /** The bounds of the histogram's buckets; undefined until a user asks for durations. */
  private bounds: readonly number[] | undefined;
  private rows: readonly Row[] | undefined;

  constructor(prefix: string) {
    this.prefix = `${prefix}circuit_breaker_`;
  }

  /** False before `register`, after `leave`, and after `registry.clear()`. */
  isIn(registry: MetricRegistry): boolean {
    return [...this.registered].some(([name, metric]) => registry.getSingleMetric(name) === metric);
  }

  /** Registers all metrics; throws before the first one if a name is taken. */
  register(registry: MetricRegistry): void {
    const made = metrics.map((metric) => {
      const { kind, help } = metric;
      const type = kind === 'counter' ? 'counter' : 'gauge';
      const aggregator = kind === 'gauge' ? 'average' : 'sum';
      const series = (): Series[] => this.series(metric);
      return new RegisteredMetric(this.nameOf(metric), help, type, aggregator, series);
    });
    this.registerAll(registry, made);
  }

  /** Registers the histogram of durations once. All names share the buckets. */
  registerDurations(registry: MetricRegistry, bounds: readonly number[]): void {
    if (this.bounds === undefined) {
      const name = `${this.prefix}call_duration_seconds`;
      const series = (): Series[] =>
        [...this.histograms].flatMap(([of, histogram]) => histogram.series(name, of));
      const { help } = durations;
      this.registerAll(registry, [new RegisteredMetric(name, help, 'histogram', 'sum', series)]);
      this.bounds = bounds;
    } else if (this.bounds.join() !== bounds.join()) {
      throw new RangeError(
        `durations must be the same buckets for all of a registry: [${this.bounds.join(', ')}], got [${bounds.join(', ')}]`,
      );
    }
  }

  private registerAll(registry: MetricRegistry, made: readonly RegisteredMetric[]): void {
    for (const { name } of made) {
      if (!registry.getSingleMetric(name)) continue;
      throw new Error(`the registry already holds another metric ${name}; give a prefix`);
    }
    for (const metric of made) {
      this.registered.set(metric.name, metric);
      registry.registerMetric(metric as never);
    }
  }

  /** Adds a source under a name. The returned function removes the source. */
  add(name: string, source: CircuitSource, keys: boolean, withDurations: boolean): () => void {
    const remove = this.ledger.add(name, source, keys);
    const stop = withDurations ? this.time(name, source) : undefined;
    this.rows = undefined;
    return () => {
      stop?.();
      remove();
      if (!this.ledger.has(name)) this.histograms.delete(name);
      this.rows = undefined;
    };
  }

  private time(name: string, source: CircuitSource): () => void {
    if (!this.histograms.has(name)) this.histograms.set(name, new Histogram(this.bounds ?? []));
    return this.stopwatch.add(name, source);
  }

  /** Removes the metrics from the registry once the last source has left. */
  leave(registry: MetricRegistry): void {
    if (!this.ledger.isEmpty) return;
    for (const [name, metric] of this.registered) {
      if (registry.getSingleMetric(name) === metric) registry.removeSingleMetric(name);
    }
    this.registered.clear();
    this.bounds = undefined;
  }

  private nameOf({ name, unit, kind }: Metric): string {
    return `${this.prefix}${name}${unit === 's' ? '_seconds' : ''}${kind === 'counter' ? '_total' : ''}`;
  }

  private series({ label, values }: Metric): Series[] {
    return this.read().flatMap(({ labels, reading }) =>
      values(reading).map(([of, value]) => ({
        labels: label === undefined ? labels : { ...labels, [label]: of },
        value,
      })),
    );
  }

  /**
   * One reading for all metrics of a scrape. A registry asks all metrics in one synchronous go, so a reading is kept
   * until the next microtask.
   */
  private read(): readonly Row[] {
    if (this.rows !== undefined) return this.rows;
    const rows = this.ledger.read();
    this.rows = rows;
    queueMicrotask(() => {
      this.rows = undefined;
    });
    return rows;
  }
}
