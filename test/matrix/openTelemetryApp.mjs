import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { circuitBreaker } from 'rxjs-circuit-breaker';
import { observeCircuitBreakers, traceRefusals } from 'rxjs-circuit-breaker/opentelemetry';

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
