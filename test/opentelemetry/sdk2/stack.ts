import * as api from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Stack } from '../stack.ts';

const stack = {
  version: 'API 1.9 with SDK 2',
  api,
  meter(url: string) {
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
  tracer(url: string) {
    const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
    const provider = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(exporter)],
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

/** The stack as the tests see it: what they use of the API is the same in both versions. */
export const sdk2: Stack = stack as unknown as Stack;
