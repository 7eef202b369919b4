const { metrics } = require('@opentelemetry/api');
const {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} = require('@opentelemetry/sdk-metrics');
const { circuitBreaker } = require('rxjs-circuit-breaker');
const { observeCircuitBreakers, traceRefusals } = require('rxjs-circuit-breaker/opentelemetry');

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

const payments = circuitBreaker();
observeCircuitBreakers({ payments });
const traced = traceRefusals();
payments
  .execute(() => 1)
  .then(() => reader.forceFlush())
  .then(() => {
    const [exported] = exporter.getMetrics();
    const found = exported.scopeMetrics.flatMap((scope) => scope.metrics);
    const calls = found.find(({ descriptor }) => descriptor.name === 'circuit_breaker.calls');
    const { value } = calls.dataPoints.find(({ attributes }) => attributes.outcome === 'success');
    if (value !== 1) throw new Error(`one call succeeded, and the metric says ${value}`);
    traced.unsubscribe();
    return reader.shutdown();
  });
