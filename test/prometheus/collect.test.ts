import { AggregatorRegistry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { circuitBreaker, circuitBreakers } from '../../src/index.ts';
import { collectCircuitBreakers } from '../../src/prometheus/index.ts';
import { begin, fail, succeed } from '../telemetry/calls.ts';
import { registries, scrape } from './registries.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const trips = { consecutiveFailureThreshold: 3, retryTimeout: 5_000 } as const;

/** The table of the documentation. */
function series(name: string): string[] {
  const outcomes = ['success', 'failure', 'ignored', 'cancelled', 'late', 'rejected'];
  const states = ['closed', 'open', 'half_open', 'isolated', 'disabled'];
  const byState = (metric: string): string[] =>
    states.map((state) => `circuit_breaker_${metric}{name="${name}",state="${state}"}`);
  return [
    ...outcomes.map((it) => `circuit_breaker_calls_total{name="${name}",outcome="${it}"}`),
    `circuit_breaker_slow_calls_total{name="${name}"}`,
    ...byState('state'),
    ...byState('time_seconds_total'),
    ...byState('transitions_total'),
    `circuit_breaker_active_calls{name="${name}"}`,
    `circuit_breaker_failure_ratio{name="${name}"}`,
  ];
}

describe.each(registries)('in a registry of %s', (_, makeRegistry) => {
  test('every series of a name is there from the start, at 0', async () => {
    const registry = makeRegistry();
    collectCircuitBreakers(registry, { payments: circuitBreaker() });
    const samples = await scrape(registry);
    expect(Object.keys(samples)).toHaveLength(24);
    const { 'circuit_breaker_state{name="payments",state="closed"}': closed, ...rest } = samples;
    expect(closed).toBe(1);
    expect(new Set(Object.values(rest))).toEqual(new Set([0]));
    expect(Object.keys(samples)).toEqual(series('payments'));
  });

  test('calls, the state, its time and its changes are read when the registry is scraped', async () => {
    const registry = makeRegistry();
    const payments = circuitBreaker({ ...trips, slowCallDuration: 1_000 });
    collectCircuitBreakers(registry, { payments });
    succeed(payments, 5);
    const slow = begin(payments);
    const late = begin(payments);
    await vi.advanceTimersByTimeAsync(2_000);
    slow.complete();
    fail(payments, 3);
    late.complete();
    fail(payments, 4); // refused
    await vi.advanceTimersByTimeAsync(1_500);
    expect(await scrape(registry)).toMatchObject({
      'circuit_breaker_calls_total{name="payments",outcome="success"}': 6,
      'circuit_breaker_calls_total{name="payments",outcome="failure"}': 3,
      'circuit_breaker_calls_total{name="payments",outcome="late"}': 1,
      'circuit_breaker_slow_calls_total{name="payments"}': 1,
      'circuit_breaker_calls_total{name="payments",outcome="rejected"}': 4,
      'circuit_breaker_state{name="payments",state="closed"}': 0,
      'circuit_breaker_state{name="payments",state="open"}': 1,
      'circuit_breaker_time_seconds_total{name="payments",state="closed"}': 2,
      'circuit_breaker_time_seconds_total{name="payments",state="open"}': 1.5,
      'circuit_breaker_transitions_total{name="payments",state="open"}': 1,
      'circuit_breaker_active_calls{name="payments"}': 0,
    });
    await vi.advanceTimersByTimeAsync(3_500);
    expect(await scrape(registry)).toMatchObject({
      'circuit_breaker_state{name="payments",state="half_open"}': 1,
      'circuit_breaker_time_seconds_total{name="payments",state="open"}': 5,
    });
  });

  test('a group is shown as the sum of its keys', async () => {
    const registry = makeRegistry();
    const hosts = circuitBreakers(trips);
    collectCircuitBreakers(registry, { hosts });
    succeed(hosts.get('a'), 2);
    fail(hosts.get('b'), 3);
    begin(hosts.get('c'));
    const samples = await scrape(registry);
    expect(Object.keys(samples)).toHaveLength(24);
    expect(samples).toMatchObject({
      'circuit_breaker_calls_total{name="hosts",outcome="success"}': 2,
      'circuit_breaker_calls_total{name="hosts",outcome="failure"}': 3,
      'circuit_breaker_state{name="hosts",state="closed"}': 2,
      'circuit_breaker_state{name="hosts",state="open"}': 1,
      'circuit_breaker_active_calls{name="hosts"}': 1,
    });
  });

  test('with `keys` each key of a group has series of its own, and a single breaker is shown as before', async () => {
    const registry = makeRegistry();
    const hosts = circuitBreakers(trips);
    collectCircuitBreakers(registry, { hosts, payments: circuitBreaker() }, { keys: true });
    succeed(hosts.get('a'), 2);
    fail(hosts.get('b'), 3);
    const samples = await scrape(registry);
    expect(Object.keys(samples)).toHaveLength(3 * 24);
    expect(samples).toMatchObject({
      'circuit_breaker_calls_total{key="a",name="hosts",outcome="success"}': 2,
      'circuit_breaker_state{key="b",name="hosts",state="open"}': 1,
      'circuit_breaker_state{name="payments",state="closed"}': 1,
    });
  });

  test('the failure ratio is that of the window, of a group that of all its windows', async () => {
    const registry = makeRegistry();
    const payments = circuitBreaker({ failureRateThreshold: 0.9 });
    const hosts = circuitBreakers({ failureRateThreshold: 0.9 });
    collectCircuitBreakers(registry, { payments, hosts });
    succeed(payments, 3);
    fail(payments, 1);
    succeed(hosts.get('a'), 4);
    fail(hosts.get('b'), 6);
    expect(await scrape(registry)).toMatchObject({
      'circuit_breaker_failure_ratio{name="payments"}': 0.25,
      'circuit_breaker_failure_ratio{name="hosts"}': 0.6,
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await scrape(registry)).toMatchObject({
      'circuit_breaker_failure_ratio{name="payments"}': 0,
    });
  });

  test('thousands of keys come and go: the sum never falls, and a key that was dropped goes stale', async () => {
    const registry = makeRegistry();
    const sum = circuitBreakers({ maxKeys: 10 });
    const shown = circuitBreakers({ maxKeys: 10 });
    collectCircuitBreakers(registry, { sum });
    collectCircuitBreakers(registry, { shown }, { keys: true });
    const calls = 'circuit_breaker_calls_total{name="sum",outcome="success"}';
    for (let i = 0; i < 2_000; i++) {
      succeed(sum.get(`key-${i}`));
      succeed(shown.get(`key-${i}`));
      if (i % 500 === 0) expect(await scrape(registry)).toMatchObject({ [calls]: i + 1 });
    }
    const samples = await scrape(registry);
    expect(samples).toMatchObject({ [calls]: 2_000 });
    expect(Object.keys(samples)).toHaveLength(24 + 10 * 24);
    expect(samples).not.toHaveProperty([
      'circuit_breaker_calls_total{key="key-1",name="shown",outcome="success"}',
    ]);
  });

  test('a key may hold whatever a client sends: the registry escapes it, and no line breaks', async () => {
    const registry = makeRegistry();
    const hosts = circuitBreakers();
    const hostile = ['"} 1\nup 0', '\\', '<b>evil</b>', '__proto__', 'ключ', 'a"b', '{}', '#'];
    for (const key of hostile) succeed(hosts.get(key));
    collectCircuitBreakers(registry, { hosts, '"\n\\': circuitBreaker() }, { keys: true });
    const samples = await scrape(registry);
    expect(Object.keys(samples)).toHaveLength((hostile.length + 1) * 24);
    const calls = Object.keys(samples).filter((series) =>
      /^\w+_calls_total.*"success"/.test(series),
    );
    const keys = calls.map((series) => /key="((?:[^"\\]|\\.)*)"/.exec(series)?.[1] ?? '');
    const plain = keys.map((key) => key.replace(/\\(.)/g, (_, it) => (it === 'n' ? '\n' : it)));
    expect(plain.sort()).toEqual([...hostile, ''].sort());
  });

  test('a name that is handed in twice shows the sum, and does not fall when one of the two leaves', async () => {
    const registry = makeRegistry();
    const [one, two] = [circuitBreaker(trips), circuitBreaker(trips)];
    collectCircuitBreakers(registry, { payments: one });
    const second = collectCircuitBreakers(registry, { payments: two });
    succeed(one, 2);
    succeed(two, 3);
    const calls = 'circuit_breaker_calls_total{name="payments",outcome="success"}';
    const closed = 'circuit_breaker_state{name="payments",state="closed"}';
    expect(await scrape(registry)).toMatchObject({ [calls]: 5, [closed]: 2 });
    second.unsubscribe();
    succeed(two, 10); // nobody shows it any more
    succeed(one);
    expect(await scrape(registry)).toMatchObject({ [calls]: 6, [closed]: 1 });
  });

  test('one breaker that is handed in twice under one name counts once', async () => {
    const registry = makeRegistry();
    const payments = circuitBreaker(trips);
    collectCircuitBreakers(registry, { payments });
    const again = collectCircuitBreakers(registry, { payments });
    succeed(payments, 2);
    const calls = 'circuit_breaker_calls_total{name="payments",outcome="success"}';
    expect(await scrape(registry)).toMatchObject({ [calls]: 2 });
    again.unsubscribe();
    expect(await scrape(registry)).toMatchObject({ [calls]: 2 });
  });

  test('a breaker that leaves and comes back beside another counts once', async () => {
    const registry = makeRegistry();
    const [one, two] = [circuitBreaker(trips), circuitBreaker(trips)];
    const first = collectCircuitBreakers(registry, { payments: one });
    collectCircuitBreakers(registry, { payments: two });
    succeed(one, 5);
    first.unsubscribe();
    succeed(one, 2);
    collectCircuitBreakers(registry, { payments: one });
    const calls = 'circuit_breaker_calls_total{name="payments",outcome="success"}';
    expect(await scrape(registry)).toMatchObject({ [calls]: 7 });
  });

  test('the durations of a breaker that is handed in twice are told once, until the last one leaves', async () => {
    const registry = makeRegistry();
    const payments = circuitBreaker(trips);
    const both = [1, 2].map(() =>
      collectCircuitBreakers(registry, { payments }, { durations: true }),
    );
    const count = 'circuit_breaker_call_duration_seconds_count{name="payments",outcome="success"}';
    succeed(payments, 3);
    expect(await scrape(registry)).toMatchObject({ [count]: 3 });
    both[0]?.unsubscribe();
    succeed(payments, 2);
    expect(await scrape(registry)).toMatchObject({ [count]: 5 });
  });

  test('unsubscribing takes the series away, and with the last ones the metrics', async () => {
    const registry = makeRegistry();
    const one = collectCircuitBreakers(registry, { one: circuitBreaker() });
    const two = collectCircuitBreakers(registry, { two: circuitBreaker() }, { durations: true });
    await scrape(registry); // OpenMetrics mode renames the metrics here
    two.unsubscribe();
    expect(Object.keys(await scrape(registry))).toHaveLength(24);
    one.unsubscribe();
    expect((await registry.metrics()).replace('# EOF', '').trim()).toBe('');
    expect(await registry.getMetricsAsJSON()).toEqual([]);
    collectCircuitBreakers(registry, { one: circuitBreaker() });
    expect(Object.keys(await scrape(registry))).toHaveLength(24);
  });

  test('a registry that was cleared may be filled again', async () => {
    const registry = makeRegistry();
    const before = collectCircuitBreakers(registry, { one: circuitBreaker() });
    registry.clear();
    collectCircuitBreakers(registry, { two: circuitBreaker() });
    before.unsubscribe();
    const samples = await scrape(registry);
    expect(Object.keys(samples)).toHaveLength(24);
    expect(Object.keys(samples)[0]).toContain('name="two"');
  });

  test('a reset of the registry leaves the totals as they are, for they belong to the breakers', async () => {
    const registry = makeRegistry();
    const payments = circuitBreaker();
    collectCircuitBreakers(registry, { payments });
    succeed(payments);
    registry.resetMetrics();
    expect(await scrape(registry)).toMatchObject({
      'circuit_breaker_calls_total{name="payments",outcome="success"}': 1,
    });
  });

  test('default labels of the registry are added', async () => {
    const registry = makeRegistry();
    registry.setDefaultLabels({ app: 'shop' });
    collectCircuitBreakers(registry, { payments: circuitBreaker() });
    const names = Object.keys(await scrape(registry));
    expect(names).toHaveLength(24);
    for (const name of names) expect(name).toContain('app="shop"');
    expect(JSON.stringify(await registry.getMetricsAsJSON())).toContain('"app":"shop"');
  });

  test('durations are a histogram by outcome, at 0 from the start', async () => {
    const registry = makeRegistry();
    const payments = circuitBreaker(trips);
    collectCircuitBreakers(registry, { payments }, { durations: [0.1, 1] });
    const of = (part: string, outcome: string, le?: string): string =>
      `circuit_breaker_call_duration_seconds_${part}{${le ? `le="${le}",` : ''}name="payments",outcome="${outcome}"}`;
    const start = await scrape(registry);
    expect(Object.keys(start)).toHaveLength(24 + 5 * 5);
    expect(start[of('count', 'cancelled')]).toBe(0);
    for (const time of [50, 100, 500, 3_000]) {
      const call = begin(payments);
      await vi.advanceTimersByTimeAsync(time);
      call.complete();
    }
    fail(payments, 4); // three fail, one is refused and takes no time
    const samples = await scrape(registry);
    expect(samples).toMatchObject({
      [of('bucket', 'success', '0.1')]: 2,
      [of('bucket', 'success', '1')]: 3,
      [of('bucket', 'success', '+Inf')]: 4,
      [of('count', 'success')]: 4,
      [of('sum', 'success')]: 3.65,
      [of('count', 'failure')]: 3,
    });
  });

  test('a scrape in the middle of what it sets off itself reads every metric at one instant', async () => {
    const registry = makeRegistry();
    const payments = circuitBreaker(trips);
    const other = circuitBreaker(trips);
    collectCircuitBreakers(registry, { payments, other });
    payments.state$.subscribe((state) => {
      if (state !== 'half-open') return;
      fail(other, 3); // a listener that calls another breaker,
      collectCircuitBreakers(registry, { more: circuitBreaker() }); // and changes what is shown
    });
    fail(payments, 3);
    vi.setSystemTime(Date.now() + 5_000); // the open time is over, and no timer has said so
    const samples = await scrape(registry);
    expect(samples).toMatchObject({
      'circuit_breaker_state{name="payments",state="half_open"}': 1,
      'circuit_breaker_transitions_total{name="payments",state="half_open"}': 1,
      'circuit_breaker_state{name="other",state="open"}': 1,
      'circuit_breaker_transitions_total{name="other",state="open"}': 1,
    });
    expect(Object.keys(await scrape(registry))).toHaveLength(3 * 24);
  });

  test('nothing of an error is shown', async () => {
    const registry = makeRegistry();
    const hosts = circuitBreakers(trips);
    const payments = circuitBreaker(trips);
    collectCircuitBreakers(registry, { hosts, payments }, { keys: true, durations: true });
    fail(hosts.get('a'), 5, new Error('password=hunter2'));
    fail(payments, 5, new Error('password=hunter2'));
    expect(await registry.metrics()).not.toContain('hunter2');
  });
});

describe('collectCircuitBreakers', () => {
  const [, make] = registries[1] as (typeof registries)[0];

  test.each([
    ['a registry without its methods', {}, {}, {}, 'it has no registerMetric()'],
    ['no registry', undefined, {}, {}, 'it has no registerMetric()'],
    ['no sources', make(), undefined, {}, 'sources must be an object'],
    ['a breaker without a name', make(), circuitBreakers(), {}, 'sources must be an object'],
    ['a source that is none', make(), { payments: 5 }, {}, 'sources.payments must be'],
    [
      'an option that is none',
      make(),
      {},
      { key: true },
      'key is no option; the options are prefix, keys, durations',
    ],
    ['a prefix that is no name', make(), {}, { prefix: 'my-app ' }, 'prefix must be'],
    ['keys that are no switch', make(), {}, { keys: 'yes' }, 'keys must be true or false'],
    ['buckets that fall', make(), {}, { durations: [1, 0.5] }, 'durations must be'],
    ['no buckets', make(), {}, { durations: [] }, 'durations must be'],
    ['a bucket of 0', make(), {}, { durations: [0, 1] }, 'durations must be'],
    ['options that are none', make(), {}, null, 'options must be an object'],
  ])('says what is wrong with %s', (_, registry, sources, options, message) => {
    expect(() =>
      collectCircuitBreakers(registry as never, sources as never, options as never),
    ).toThrow(message);
  });

  test('a prefix stands in front of each name, and keeps two collections apart', async () => {
    const registry = make();
    collectCircuitBreakers(registry, { payments: circuitBreaker() });
    collectCircuitBreakers(registry, { payments: circuitBreaker() }, { prefix: 'shop_' });
    const names = Object.keys(await scrape(registry));
    expect(names).toHaveLength(48);
    expect(names.filter((name) => name.startsWith('shop_circuit_breaker_'))).toHaveLength(24);
  });

  test('a metric of somebody else under such a name is an error, and nothing is registered', async () => {
    const registry = make();
    registry.registerMetric({
      name: 'circuit_breaker_state',
      help: 'theirs',
      type: 'gauge',
      get: async () => ({
        name: 'circuit_breaker_state',
        help: 'theirs',
        type: 'gauge',
        values: [],
      }),
    } as never);
    expect(() => collectCircuitBreakers(registry, { payments: circuitBreaker() })).toThrow(
      'the registry already holds another metric circuit_breaker_state; give a prefix',
    );
    expect(await registry.getMetricsAsJSON()).toHaveLength(1);
  });

  test('a metric that the app has removed stays away, and the others go on', async () => {
    const registry = make();
    collectCircuitBreakers(registry, { one: circuitBreaker() });
    registry.removeSingleMetric('circuit_breaker_calls_total');
    collectCircuitBreakers(registry, { two: circuitBreaker() });
    const names = Object.keys(await scrape(registry));
    expect(names).toHaveLength(2 * (24 - 6));
  });

  test('the workers of a cluster add up, and their failure ratios average', async () => {
    const workers = [make(), make()];
    const snapshots = await Promise.all(
      workers.map(async (registry, index) => {
        const payments = circuitBreaker({ failureRateThreshold: 0.9 });
        collectCircuitBreakers(registry, { payments }, { durations: true });
        succeed(payments, 4 - index);
        fail(payments, index);
        return registry.getMetricsAsJSON();
      }),
    );
    const sum = AggregatorRegistry.aggregate(snapshots);
    expect(await scrape(sum)).toMatchObject({
      'circuit_breaker_calls_total{name="payments",outcome="success"}': 7,
      'circuit_breaker_state{name="payments",state="closed"}': 2,
      'circuit_breaker_failure_ratio{name="payments"}': 0.125,
      'circuit_breaker_call_duration_seconds_count{name="payments",outcome="success"}': 7,
    });
  });

  test('other buckets than those that are there are an error', () => {
    const registry = make();
    collectCircuitBreakers(registry, { one: circuitBreaker() }, { durations: [1, 2] });
    expect(() =>
      collectCircuitBreakers(registry, { two: circuitBreaker() }, { durations: true }),
    ).toThrow('durations must be the same buckets for all of a registry: [1, 2]');
  });
});
