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
import { boundsOf, durations as histogram, tellDuration } from '../telemetry/durations.js';
import { Ledger } from '../telemetry/ledger.js';
import { type Metric, type MetricKind, metrics } from '../telemetry/metrics.js';
import { type Source, sourcesOf } from '../telemetry/sources.js';

/** How the metrics are shown. */
export interface ObserveOptions {
  /**
   * Where the instruments are made.
   * @default the meter `rxjs-circuit-breaker` of the global provider, as it is when this is called
   */
  readonly meter?: Meter;
  /**
   * Measures how long calls take, in a histogram. `true`: with buckets from 5 ms to 10 s. Or the bounds of the
   * buckets, in seconds. Costs a call more than the breaker does, for every call is told to the histogram.
   * @default false
   */
  readonly durations?: boolean | readonly number[];
}

/** The names of a meter and its one callback. */
class Observed {
  readonly ledger = new Ledger();
  private readonly meter: Meter;
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

  private get all(): ObservableInstrument[] {
    return this.instruments.map(([, instrument]) => instrument);
  }
}

const make = {
  counter: 'createObservableCounter',
  sum: 'createObservableUpDownCounter',
  gauge: 'createObservableGauge',
} as const satisfies Record<MetricKind, keyof Meter>;

/** What is handed in later joins what a meter has: two callbacks for one series would hide each other. */
const observedBy = new WeakMap<Meter, Observed>();

/**
 * Shows breakers and groups of breakers as OpenTelemetry metrics, by one callback: calls by outcome, the state,
 * the seconds spent in each state, transitions, calls in flight, the failure ratio. Calls pay nothing for it, for
 * the breakers are read when the SDK collects.
 *
 * A group is shown as the sum of its keys. Series by key are not offered: the SDKs 2 and 3 go on exporting a
 * series for ever once it was observed, also of a key that was dropped, and keep 2,000 series a metric at most.
 *
 * A name that is handed in twice shows the sum of both. Unsubscribe to take the sources out again. Call this
 * after the SDK has started: the API has no meter before, but for one that does nothing.
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
 * @throws TypeError or RangeError that names the argument.
 */
export function observeCircuitBreakers(
  sources: Readonly<Record<string, Source>>,
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
  const times = bounds && durationsOf(meter, bounds);
  const subscription = new Subscription();
  if (entries.length === 0) return subscription;
  if (observed.ledger.isEmpty) observed.start();
  for (const [name, source] of entries) {
    subscription.add(observed.ledger.add(name, source, false));
    if (times) subscription.add(listen(times, name, source));
  }
  subscription.add(() => {
    if (observed.ledger.isEmpty) observed.stop();
  });
  return subscription;
}

function durationsOf(meter: Meter, bounds: readonly number[]): Histogram {
  return meter.createHistogram(`circuit_breaker.${histogram.name}`, {
    unit: histogram.unit,
    description: histogram.help,
    advice: { explicitBucketBoundaries: [...bounds] },
  });
}

function listen(times: Histogram, name: string, source: Source): Subscription {
  return source.events$.subscribe((event) =>
    tellDuration(event, (outcome, seconds) => times.record(seconds, { name, outcome })),
  );
}
