import {
  type BatchObservableCallback,
  type Histogram,
  type Meter,
  metrics as metricsApi,
  type Observable as ObservableInstrument,
} from '@opentelemetry/api';
import { Subscription } from 'rxjs';
import { show } from '../core/index.js';
import { checkOptions } from '../telemetry/checkOptions.js';
import { boundsOf, durations as histogram } from '../telemetry/durations.js';
import { Ledger } from '../telemetry/ledger.js';
import { type Metric, type MetricKind, metrics } from '../telemetry/metrics.js';
import { type CircuitSource, sourcesOf } from '../telemetry/sources.js';
import { Stopwatch } from '../telemetry/stopwatch.js';

/**
 * The options of `observeCircuitBreakers`.
 *
 * @example
 * ```ts
 * import { metrics } from '@opentelemetry/api';
 *
 * const options: ObserveOptions = { meter: metrics.getMeter('shop'), durations: [0.01, 0.1, 1] };
 * observeCircuitBreakers({ payments }, options);
 * ```
 */
export interface ObserveOptions {
  /**
   * The meter that makes the instruments.
   * @default the meter `rxjs-circuit-breaker` of the present global provider
   */
  readonly meter?: Meter;
  /**
   * Measures the duration of calls, in a histogram. `true`: buckets from 5 ms to 10 s. An array: the bounds of the
   * buckets, in seconds. A call then costs about eight times as much, for the histogram hears of every call.
   * @default false
   */
  readonly durations?: boolean | readonly number[];
}

/** The sources of a meter and the one callback that reads them. */
class Observed {
  readonly ledger = new Ledger();
  private readonly meter: Meter;
  private histogram: Histogram | undefined;
  readonly stopwatch = new Stopwatch((name, outcome, seconds) =>
    this.histogram?.record(seconds, { name, outcome }),
  );
  private readonly instruments: readonly (readonly [Metric, ObservableInstrument])[];

  constructor(meter: Meter) {
    this.meter = meter;
    this.instruments = metrics.map((metric) => {
      const { name, unit, help: description, kind } = metric;
      return [metric, meter[make[kind]](`circuit_breaker.${name}`, { unit, description })];
    });
  }

  private readonly callback: BatchObservableCallback = (result) => {
    const rows = this.ledger.read();
    for (const [{ label, values }, instrument] of this.instruments) {
      for (const { labels, reading } of rows) {
        for (const [of, value] of values(reading)) {
          const attributes = label === undefined ? labels : { ...labels, [label]: of };
          result.observe(instrument, value, attributes);
        }
      }
    }
  };

  start(): void {
    this.meter.addBatchObservableCallback(this.callback, this.all);
  }

  stop(): void {
    this.meter.removeBatchObservableCallback(this.callback, this.all);
  }

  /** Makes the histogram of durations, once. */
  measure(bounds: readonly number[]): void {
    this.histogram ??= this.meter.createHistogram(`circuit_breaker.${histogram.name}`, {
      unit: histogram.unit,
      description: histogram.help,
      advice: { explicitBucketBoundaries: [...bounds] },
    });
  }

  private get all(): ObservableInstrument[] {
    return this.instruments.map(([, instrument]) => instrument);
  }
}

const make = {
  counter: 'createObservableCounter',
  sum: 'createObservableUpDownCounter',
  gauge: 'createObservableGauge',
} as const satisfies Record<MetricKind, keyof Meter>;

/** Later sources join the earlier ones of a meter: of two callbacks for one series an SDK would drop one. */
const observedBy = new WeakMap<Meter, Observed>();

/**
 * Shows breakers and groups of breakers as OpenTelemetry metrics, by one callback: calls by outcome, the state,
 * the seconds spent in each state, transitions, calls in flight, the failure ratio. A call pays nothing: the breakers
 * are read when the SDK collects.
 *
 * A group is shown as the sum of the keys. There are no series by key: SDK 2 and SDK 3 export a series for ever
 * after the first value, also for a dropped key, and keep at most 2,000 series a metric.
 *
 * Two sources of one name are shown as their sum. Unsubscribe to remove the sources. Start the SDK first: before,
 * the API has only a meter that does nothing.
 *
 * @example
 * ```ts
 * import { circuitBreaker, circuitBreakers } from 'rxjs-circuit-breaker';
 * import { observeCircuitBreakers } from 'rxjs-circuit-breaker/opentelemetry';
 *
 * const payments = circuitBreaker({ name: 'payments' });
 * const hosts = circuitBreakers();
 * observeCircuitBreakers({ payments, hosts });
 * ```
 *
 * @param sources Breakers and groups by name; the name is the attribute `name`.
 * @throws TypeError or RangeError naming the argument.
 */
export function observeCircuitBreakers(
  sources: Readonly<Record<string, CircuitSource>>,
  options: ObserveOptions = {},
): Subscription {
  const entries = sourcesOf(sources);
  checkOptions(options, ['meter', 'durations']);
  const { meter = metricsApi.getMeter('rxjs-circuit-breaker') } = options;
  const bounds = boundsOf(options.durations ?? false);
  if (typeof Object(meter).addBatchObservableCallback !== 'function') {
    throw new TypeError(`meter must be a meter of @opentelemetry/api, got ${show(meter)}`);
  }
  const observed = observedBy.get(meter) ?? new Observed(meter);
  observedBy.set(meter, observed);
  if (bounds !== undefined) observed.measure(bounds);
  const subscription = new Subscription();
  if (entries.length === 0) return subscription;
  if (observed.ledger.isEmpty) observed.start();
  for (const [name, source] of entries) {
    subscription.add(observed.ledger.add(name, source, false));
    if (bounds !== undefined) subscription.add(observed.stopwatch.add(name, source));
  }
  subscription.add(() => {
    if (observed.ledger.isEmpty) observed.stop();
  });
  return subscription;
}
