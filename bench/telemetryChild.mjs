// A process that has been given some ways of watching a breaker and takes a sample of one when told to.

import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { of, throwError } from 'rxjs';
import { dashboard } from '../dist/dashboard.js';
import { circuitBreaker, circuitBreakers } from '../dist/index.js';
import { observeCircuitBreakers, traceRefusals } from '../dist/opentelemetry.js';
import { collectCircuitBreakers } from '../dist/prometheus.js';

const [workload, names, target] = process.argv.slice(2);

const ways = {
  nobody() {},
  state$(payments) {
    payments.state$.subscribe();
  },
  prometheus(payments) {
    collectCircuitBreakers(new Registry(), { payments });
  },
  prometheusDurations(payments) {
    collectCircuitBreakers(new Registry(), { payments }, { durations: true });
  },
  opentelemetry(payments) {
    observeCircuitBreakers({ payments }, { meter: meter() });
  },
  opentelemetryDurations(payments) {
    observeCircuitBreakers({ payments }, { meter: meter(), durations: true });
  },
  refusals() {
    const exporter = { export: (_, done) => done({ code: 0 }), shutdown: async () => {} };
    const spanProcessors = [new SimpleSpanProcessor({ exporter })];
    traceRefusals({ tracer: new TracerProvider({ spanProcessors }).getTracer('bench') });
  },
  async page(payments) {
    const { body } = await dashboard({ payments })(new Request('http://localhost/events'));
    const reader = body.getReader();
    const read = () => reader.read().then(read);
    read();
  },
};

function meter() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  return new MeterProvider({ readers: [reader] }).getMeter('bench');
}

/** Calls of a breaker; every one of them has to end as it must. */
async function calls(name) {
  const payments = circuitBreaker({
    name: 'payments',
    consecutiveFailureThreshold: 5,
    retryTimeout: Infinity,
  });
  await ways[name.split(' ', 1)[0]](payments);
  let ended = 0;
  const expect = (n) => {
    if (ended !== n) throw new Error(`${name}: ${ended} calls ended as they must, of ${n}`);
    ended = 0;
  };
  if (workload === 'execute') {
    return async (n) => {
      for (let i = 0; i < n; i++) ended += await payments.execute(async () => 1);
      expect(n);
    };
  }
  const isRefused = workload === 'refused';
  if (isRefused) {
    const failing = throwError(() => new Error('down')).pipe(payments);
    for (let i = 0; i < 5; i++) failing.subscribe({ error() {} });
  }
  const guarded = of(1).pipe(payments);
  const observer = isRefused ? { error: () => ended++ } : { next: () => ended++ };
  return (n) => {
    for (let i = 0; i < n; i++) guarded.subscribe(observer);
    expect(n);
  };
}

/** Scrapes of a registry. */
async function scrapes(name) {
  const registry = new Registry();
  if (name === 'defaults') collectDefaultMetrics({ register: registry });
  const hosts = circuitBreakers();
  for (let i = 0; i < 1_000; i++)
    of(1)
      .pipe(hosts.get(`host-${i}.example`))
      .subscribe();
  if (name === 'keys') collectCircuitBreakers(registry, { hosts });
  if (name === 'keysShown') collectCircuitBreakers(registry, { hosts }, { keys: true });
  if (name === 'breaker') collectCircuitBreakers(registry, { payments: circuitBreaker() });
  return async (n) => {
    for (let i = 0; i < n; i++) {
      const text = await registry.metrics();
      if (text.length < 500) throw new Error(`${name}: the scrape is empty`);
    }
  };
}

const subjects = new Map();
for (const name of names.split(',')) {
  const run = await (workload === 'scrape' ? scrapes(name) : calls(name));
  const least = workload === 'scrape' ? 1 : 1_000;
  let n = least;
  for (let turn = 0; turn < 4; turn++) {
    const until = performance.now() + 60;
    let ns = 0;
    do ns = await time(run, n);
    while (performance.now() < until);
    n = Math.max(least, Math.round((Number(target) * 1e6) / ns));
  }
  subjects.set(name, { run, n });
}

async function time(run, n) {
  const start = process.hrtime.bigint();
  await run(n);
  return Number(process.hrtime.bigint() - start) / n;
}

process.on('message', async (name) => {
  try {
    const { run, n } = subjects.get(name);
    process.send({ ns: await time(run, n) });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.send({ ready: true });
