/**
 * The methods that a registry needs. The registries of `prom-client` 14 and 15 and of `@prometheus-io/client` have
 * them.
 *
 * @example
 * ```ts
 * import { Registry } from 'prom-client';
 *
 * const registry: MetricRegistry = new Registry();
 * collectCircuitBreakers(registry, { payments });
 * ```
 */
export interface MetricRegistry {
  registerMetric(metric: never): void;
  getSingleMetric(name: string): unknown;
  removeSingleMetric(name: string): void;
}

/** A line of the exposition: a series and the value. */
export interface Series {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** The name of the series, if the name differs from the metric's, as in histograms. */
  readonly metricName?: string;
}

/** A metric in a registry. At each scrape the registry asks for the values. */
export class RegisteredMetric {
  /** The registry writes here: in OpenMetrics mode a counter loses the ending `_total`. */
  name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** How a cluster combines the values of the workers. */
  readonly aggregator: 'sum' | 'average';
  private readonly series: () => Series[];

  constructor(
    name: string,
    help: string,
    type: RegisteredMetric['type'],
    aggregator: RegisteredMetric['aggregator'],
    series: () => Series[],
  ) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.aggregator = aggregator;
    this.series = series;
  }

  /** The registry asks all metrics of a scrape in one go. */
  async get(): Promise<object> {
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values: this.series() };
  }

  /** Called by `registry.resetMetrics()`. The totals belong to the breakers and go on. */
  reset(): void {}
}
