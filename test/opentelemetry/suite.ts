import { channel } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { VirtualTimeScheduler } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { circuitBreaker, circuitBreakers } from '../../src/index.ts';
import { observeCircuitBreakers, traceRefusals } from '../../src/opentelemetry/index.ts';
import { begin, fail, succeed } from '../telemetry/calls.ts';
import { type Metric, type Receiver, receiver } from './receiver.ts';
import type { Stack } from './stack.ts';

const trips = { consecutiveFailureThreshold: 3, retryTimeout: 5_000 } as const;

/** What both versions have to do. */
export function suite({ version, api, meter, tracer, followContexts }: Stack): void {
  let collector: Receiver;
  beforeEach(async () => {
    collector = await receiver();
  });
  afterEach(async () => {
    api.metrics.disable();
    api.trace.disable();
    api.context.disable();
    await collector.close();
  });

  /** The points of the last export: `name{attributes}` and value. */
  function exported(): Record<string, number> {
    return Object.fromEntries(
      collector.metrics.flatMap(({ name, points }) =>
        points.map(({ attributes, value }) => [
          `${name} ${Object.values(attributes).join(' ')}`,
          value,
        ]),
      ),
    );
  }

  describe(`observeCircuitBreakers, by ${version}`, () => {
    test('exports the metrics of the table, each with its unit and kind, from the start at 0', async () => {
      const { meter: own, flush, shutdown } = meter(collector.url);
      observeCircuitBreakers({ payments: circuitBreaker() }, { meter: own });
      await flush();
      const table = collector.metrics.map(({ name, unit, kind, monotonic, points }: Metric) => [
        name,
        unit,
        kind,
        monotonic,
        points.length,
      ]);
      expect(table).toEqual([
        ['circuit_breaker.calls', '{call}', 'sum', true, 6],
        ['circuit_breaker.slow_calls', '{call}', 'sum', true, 1],
        ['circuit_breaker.state', '1', 'sum', false, 5],
        ['circuit_breaker.time', 's', 'sum', true, 5],
        ['circuit_breaker.transitions', '{transition}', 'sum', true, 5],
        ['circuit_breaker.active_calls', '{call}', 'sum', false, 1],
        ['circuit_breaker.failure_ratio', '1', 'gauge', false, 1],
      ]);
      await shutdown();
    });

    test('exports what the breakers and groups have come to', async () => {
      const scheduler = new VirtualTimeScheduler();
      const { meter: own, flush, shutdown } = meter(collector.url);
      const payments = circuitBreaker({ ...trips, scheduler });
      const hosts = circuitBreakers({ ...trips, scheduler });
      observeCircuitBreakers({ payments, hosts }, { meter: own });
      succeed(payments, 5);
      begin(payments);
      scheduler.frame = 2_000;
      fail(payments, 4);
      fail(hosts.get('a'), 3);
      succeed(hosts.get('b'));
      scheduler.frame = 3_000;
      await flush();
      expect(exported()).toMatchObject({
        'circuit_breaker.calls payments success': 5,
        'circuit_breaker.calls payments failure': 3,
        'circuit_breaker.calls payments rejected': 1,
        'circuit_breaker.state payments open': 1,
        'circuit_breaker.state payments closed': 0,
        'circuit_breaker.time payments closed': 2,
        'circuit_breaker.time payments open': 1,
        'circuit_breaker.transitions payments open': 1,
        'circuit_breaker.calls hosts failure': 3,
        'circuit_breaker.calls hosts success': 1,
        'circuit_breaker.state hosts open': 1,
        'circuit_breaker.state hosts closed': 1,
      });
      await shutdown();
    });

    test('takes the meter of the process if it is given none', async () => {
      const { register, flush, shutdown } = meter(collector.url);
      register();
      observeCircuitBreakers({ payments: circuitBreaker() });
      await flush();
      expect(exported()).toMatchObject({ 'circuit_breaker.state payments closed': 1 });
      await shutdown();
    });

    test('adds up what is handed in twice under one name, and observes no more once all have left', async () => {
      const { meter: own, flush, shutdown } = meter(collector.url);
      const [one, two] = [circuitBreaker(), circuitBreaker()];
      const first = observeCircuitBreakers({ payments: one }, { meter: own });
      const second = observeCircuitBreakers({ payments: two }, { meter: own });
      succeed(one, 2);
      succeed(two, 3);
      await flush();
      expect(exported()).toMatchObject({
        'circuit_breaker.calls payments success': 5,
        'circuit_breaker.state payments closed': 2,
      });
      first.unsubscribe();
      second.unsubscribe();
      succeed(one);
      await flush();
      // SDK 2 and 3 tell the last value for ever
      const { 'circuit_breaker.calls payments success': calls = 5 } = exported();
      expect(calls).toBe(5);
      observeCircuitBreakers({ payments: one }, { meter: own });
      await flush();
      expect(exported()).toMatchObject({ 'circuit_breaker.calls payments success': 3 });
      await shutdown();
    });

    test('thousands of keys that come and go leave the series of the group, and none of a key', async () => {
      const { meter: own, flush, shutdown } = meter(collector.url);
      const hosts = circuitBreakers({ maxKeys: 100 });
      observeCircuitBreakers({ hosts }, { meter: own });
      for (let i = 0; i < 5_000; i++) succeed(hosts.get(`host-${i}`));
      await flush();
      expect(Object.keys(exported())).toHaveLength(24);
      expect(exported()).toMatchObject({ 'circuit_breaker.calls hosts success': 5_000 });
      expect(collector.bodies.join()).not.toContain('host-4999');
      await shutdown();
    });

    test('with `durations` tells a histogram how long each call took', async () => {
      const scheduler = new VirtualTimeScheduler();
      const { meter: own, flush, shutdown } = meter(collector.url);
      const payments = circuitBreaker({ ...trips, scheduler });
      observeCircuitBreakers({ payments }, { meter: own, durations: [0.1, 1] });
      for (const time of [50, 500, 5_000]) {
        const call = begin(payments);
        scheduler.frame += time;
        call.complete();
      }
      fail(payments, 5);
      await flush();
      const histogram = collector.metrics.find(
        ({ name }) => name === 'circuit_breaker.call.duration',
      );
      expect(histogram).toMatchObject({ kind: 'histogram', unit: 's' });
      expect(histogram?.points).toMatchObject([
        { attributes: { name: 'payments', outcome: 'success' }, value: 3, buckets: [1, 1, 1] },
        { attributes: { name: 'payments', outcome: 'failure' }, value: 3, buckets: [3, 0, 0] },
      ]);
      await shutdown();
    });

    test('tells nothing of an error', async () => {
      const { meter: own, flush, shutdown } = meter(collector.url);
      const payments = circuitBreaker(trips);
      observeCircuitBreakers({ payments }, { meter: own, durations: true });
      fail(payments, 4, new Error('password=hunter2'));
      await flush();
      expect(collector.bodies.join()).toContain('payments');
      expect(collector.bodies.join()).not.toContain('hunter2');
      await shutdown();
    });
  });

  describe(`traceRefusals, by ${version}`, () => {
    test('makes a short error span under the span of the caller, after asynchronous steps too', async () => {
      followContexts();
      const { tracer: own, register, flush, shutdown } = tracer(collector.url);
      register();
      const tracing = traceRefusals();
      const payments = circuitBreaker({ ...trips, name: 'payments' });
      fail(payments, 3, new Error('password=hunter2'));
      const request = async (name: string): Promise<void> => {
        await own.startActiveSpan(name, async (span) => {
          await sleep(1); // the call is made some steps later
          await Promise.resolve();
          await payments.execute(() => 1).catch(() => {});
          span.end();
        });
      };
      await Promise.all([request('one'), request('two')]);
      succeed(circuitBreaker());
      await flush();
      const spans = collector.spans.filter(({ name }) => name === 'circuit breaker refusal');
      expect(spans).toHaveLength(2);
      const parents = ['one', 'two'].map((it) => collector.spans.find(({ name }) => name === it));
      expect(spans.map(({ parentSpanId }) => parentSpanId).sort()).toEqual(
        parents.map((parent) => parent?.spanId).sort(),
      );
      expect(spans[0]).toMatchObject({
        status: { code: 2, message: 'the circuit breaker "payments" is open' },
        attributes: {
          'circuit_breaker.name': 'payments',
          'circuit_breaker.state': 'open',
          'error.type': 'CircuitOpenError',
        },
      });
      const { 'circuit_breaker.retry_after': wait } = spans[0]?.attributes ?? {};
      expect(wait).toBeGreaterThan(4);
      expect(wait).toBeLessThanOrEqual(5);
      expect(collector.bodies.join()).not.toContain('hunter2');
      tracing.unsubscribe();
      await shutdown();
    });

    test('says nothing of when to come back while the breaker is isolated', async () => {
      const { tracer: own, flush, shutdown } = tracer(collector.url);
      const tracing = traceRefusals({ tracer: own });
      const payments = circuitBreaker({ name: 'payments' });
      payments.isolate();
      fail(payments);
      await flush();
      expect(collector.spans).toHaveLength(1);
      expect(collector.spans[0]?.attributes).not.toHaveProperty('circuit_breaker.retry_after');
      tracing.unsubscribe();
      await shutdown();
    });

    test('ends when it is unsubscribed', async () => {
      const { tracer: own, flush, shutdown } = tracer(collector.url);
      traceRefusals({ tracer: own }).unsubscribe();
      expect(channel('rxjs-circuit-breaker:rejected').hasSubscribers).toBe(false);
      fail(circuitBreaker(trips), 5);
      await flush();
      expect(collector.spans).toEqual([]);
      await shutdown();
    });
  });
}
