import { Redis } from 'ioredis';
import { expect, test, vi } from 'vitest';
import { type CircuitBreaker, circuitBreaker, circuitBreakers } from '../../src/index.ts';
import {
  ioredis,
  type SharedStore,
  type SharingOptions,
  shareCircuit,
  shareCircuits,
} from '../../src/redis/index.ts';
import { RedisServer } from './fleet/server.ts';
import { until } from './fleet/until.ts';

// processes and servers start slowly on a busy machine
vi.setConfig({ testTimeout: 120_000 });

const options = {
  failureRateThreshold: 0.5,
  minimumCalls: 40,
  retryTimeout: 500,
  successThreshold: 1,
};

/** One client and its second connection. */
function connected(server: RedisServer) {
  const client = new Redis(server.port);
  const subscriber = client.duplicate();
  return {
    store: ioredis(client, subscriber),
    [Symbol.dispose]() {
      client.disconnect();
      subscriber.disconnect();
    },
  };
}

function member(store: SharedStore, sharing?: Partial<SharingOptions>) {
  const breaker = circuitBreaker({ name: 'service', ...options });
  return { breaker, sharing: shareCircuit(breaker, { store, heartbeat: 500, ...sharing }) };
}

function call(breaker: CircuitBreaker, failing: boolean): boolean {
  try {
    const permit = breaker.acquire();
    if (failing) permit.failure(new Error('down'));
    else permit.success();
    return true;
  } catch {
    return false;
  }
}

test('fifty processes open together, and one of them probes', async () => {
  await using server = await RedisServer.start();
  using connection = connected(server);
  const fleet = Array.from({ length: 50 }, () => member(connection.store));
  await until('all know of all', () => {
    for (const { breaker } of fleet) call(breaker, false);
    const [first] = fleet;
    return first?.sharing.snapshot().members === 50 && first.sharing.snapshot().settled;
  });
  await until('all are open', () => {
    for (const { breaker } of fleet) call(breaker, true);
    return fleet.every(({ breaker }) => breaker.state === 'open');
  });
  let probes = 0;
  await until('all are closed', () => {
    for (const { breaker } of fleet)
      if (breaker.state === 'half-open' && call(breaker, false)) probes++;
    for (const { breaker } of fleet) call(breaker, false);
    return fleet.every(({ breaker }) => breaker.state === 'closed');
  });
  expect(probes).toBeLessThanOrEqual(2);
  for (const { sharing } of fleet) sharing.unsubscribe();
});

test('a thousand keys are shared, and idle ones cost the store nothing', async () => {
  await using server = await RedisServer.start();
  using one = connected(server);
  using two = connected(server);
  const groups = [one, two].map(({ store }) => {
    const group = circuitBreakers({ ...options, minimumCalls: 10, maxKeys: 2_000 });
    return { group, sharing: shareCircuits(group, { store, prefix: 'hosts', heartbeat: 500 }) };
  });
  const keys = Array.from({ length: 1_000 }, (_, index) => `host-${index}`);
  const snapshots = () => groups.map(({ sharing }) => sharing.snapshot());
  for (const key of keys) for (const { group } of groups) call(group.get(key), false);
  await until('all keys are known', () =>
    snapshots().every(
      (it) => Object.values(it).filter(({ members }) => members > 0).length === 1_000,
    ),
  );
  const answered = () =>
    snapshots()
      .flatMap((it) => Object.values(it))
      .reduce((sum, it) => sum + it.answered, 0);
  let before = -1;
  await until('nobody asks any more', async () => {
    const quiet = answered() === before;
    before = answered();
    if (!quiet) await new Promise((done) => setTimeout(done, 700));
    return quiet;
  });
  // two keys fail in both groups, and open there; the others stay closed
  await until('the failing keys are open', () => {
    for (const key of ['host-7', 'host-8']) {
      for (const { group } of groups)
        if (group.get(key).state === 'closed') call(group.get(key), true);
    }
    return groups.every(({ group }) =>
      ['host-7', 'host-8'].every((key) => group.get(key).state !== 'closed'),
    );
  });
  expect(groups.map(({ group }) => group.get('host-9').state)).toEqual(['closed', 'closed']);
  for (const { sharing } of groups) sharing.unsubscribe();
});

test('a key that the group drops leaves the fleet, and returns when it is used again', async () => {
  await using server = await RedisServer.start();
  using connection = connected(server);
  const group = circuitBreakers({ ...options, maxKeys: 1 });
  const sharing = shareCircuits(group, { store: connection.store, heartbeat: 100 });
  call(group.get('a'), false);
  await until('a is shared', () => sharing.of('a')?.snapshot().inTouch === true);
  call(group.get('b'), false);
  expect(sharing.of('a')).toBeUndefined();
  await until('b is shared', () => sharing.of('b')?.snapshot().inTouch === true);
  expect(Object.keys(sharing.snapshot())).toEqual(['b']);
  sharing.unsubscribe();
});

test("when the store's clock is set back an hour, the fleet goes on", async () => {
  await using server = await RedisServer.start();
  const client = new Redis(server.port);
  let back = 0;
  const store: SharedStore = {
    command: ([command, script, ...rest]) =>
      command === 'EVAL'
        ? client.call(
            'EVAL',
            String(script).replace(
              "redis.call('TIME')",
              `(function() local t = redis.call('TIME'); t[1] = t[1] - ${back}; return t end)()`,
            ),
            ...rest,
          )
        : Promise.reject(new Error('NOSCRIPT')),
  };
  const fleet = [member(store), member(store), member(store)];
  const traffic = (failing: boolean) => {
    for (const { breaker } of fleet) call(breaker, failing);
  };
  const touch = () =>
    fleet.every(({ sharing }) => sharing.snapshot().members === 3 && sharing.snapshot().settled);
  await until('all are in touch', () => {
    traffic(false);
    return touch();
  });
  const epochs = () => new Set(fleet.map(({ sharing }) => Number(sharing.snapshot().epoch)));
  for (const hours of [0, 1, 2]) {
    back = hours * 3_600;
    await until('all are open', () => {
      traffic(true);
      return fleet.every(({ breaker }) => breaker.state === 'open');
    });
    const [opened] = epochs();
    await until('all are closed', () => {
      traffic(false);
      return fleet.every(({ breaker }) => breaker.state === 'closed');
    });
    await until('all know of it', () => {
      traffic(false);
      return epochs().size === 1 && !epochs().has(Number(opened)) && touch();
    });
    const [closed] = epochs();
    expect(closed).toBeGreaterThan(Number(opened));
  }
  for (const { sharing } of fleet) sharing.unsubscribe();
  client.disconnect();
});
