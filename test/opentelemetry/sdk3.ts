import * as api from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Stack } from './stack.ts';

export const sdk3: Stack = {
  version: 'API 1.10 with SDK 3',
  api,
  meter(url) {
    const exporter = new OTLPMetricExporter({ url: `${url}/v1/metrics` });
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ readers: [reader] });
    return {
      meter: provider.getMeter('test'),
      register: () => api.metrics.setGlobalMeterProvider(provider),
      flush: () => reader.forceFlush(),
      shutdown: () => provider.shutdown(),
    };
  },
  tracer(url) {
    const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
    const provider = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    });
    return {
      tracer: provider.getTracer('test'),
      register: () => api.trace.setGlobalTracerProvider(provider),
      flush: () => provider.forceFlush(),
      shutdown: () => provider.shutdown(),
    };
  },
  followContexts() {
    api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  },
};
