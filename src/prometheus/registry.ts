/**
 * What is asked of a registry. Those of `prom-client` 14 and 15 and of `@prometheus-io/client` have this
 * shape, and so does `Registry.merge`.
 */
export interface MetricRegistry {
  registerMetric(metric: never): void;
  getSingleMetric(name: string): unknown;
  removeSingleMetric(name: string): void;
}

/** A line of the exposition: a value and the labels of its series. */
export interface Series {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Where the series is named otherwise than its metric, as the parts of a histogram are. */
  readonly metricName?: string;
}

/** A metric as a registry holds it. The registry asks it for its values at each scrape. */
export class RegisteredMetric {
  /** The registry writes here: in OpenMetrics mode a counter loses its `_total`. */
  name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** How a cluster adds up the values of its workers. */
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

  /** Asked by the registry, at once for all metrics of a scrape. */
  async get(): Promise<object> {
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values: this.series() };
  }

  /** A registry calls this when it is reset. The totals belong to the breakers and go on. */
  reset(): void {}
}
