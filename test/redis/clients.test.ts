import { expect, test, vi } from 'vitest';
import { Fleet } from './fleet/fleet.ts';
import type { ClientName } from './fleet/process.ts';
import { freePort, RedisServer } from './fleet/server.ts';
import { until } from './fleet/until.ts';

// processes and servers start slowly on a busy machine
vi.setConfig({ testTimeout: 120_000 });

const breaker = {
  failureRateThreshold: 0.5,
  minimumCalls: 10,
  retryTimeout: 400,
  successThreshold: 1,
};
const sharing = { heartbeat: 200, timeout: 500 };

async function opensAndCloses(fleet: Fleet): Promise<void> {
  await fleet.ready();
  await fleet.each('calls', 8, true);
  await fleet.allAre('open');
  await fleet.each('traffic', { rate: 200, failing: 0 });
  await fleet.allAre('closed');
}

test('processes with different clients are one fleet, with clocks hours apart', async () => {
  await using server = await RedisServer.start();
  const clients: ClientName[] = ['redis', 'redis5', 'ioredis', 'ioredis5', 'iovalkey', 'glide'];
  await using fleet = await Fleet.start(clients.length, (index) => ({
    port: server.port,
    client: clients[index] as ClientName,
    ahead: (index - 2) * 3_600_000,
    breaker,
    sharing,
  }));
  await opensAndCloses(fleet);
  const snapshots = await fleet.each('snapshot');
  expect(snapshots.filter((it) => it?.inTouch !== true)).toEqual([]);
  expect(snapshots.map((it) => it?.listening)).toEqual(clients.map((it) => it !== 'glide'));
});

test('a cluster of three nodes serves its clients, and names with braces', {
  timeout: 90_000,
}, async () => {
  const ports = [await freePort(), await freePort(), await freePort()];
  await using nodes = new AsyncDisposableStack();
  const servers: RedisServer[] = [];
  for (const port of ports) {
    const bus = String(await freePort());
    const server = await RedisServer.startOn(
      port,
      '--cluster-enabled',
      'yes',
      '--cluster-port',
      bus,
    );
    servers.push(nodes.use(server));
  }
  const slots = [0, 5_461, 10_923, 16_384];
  for (const [index, server] of servers.entries()) {
    const last = Number(slots[index + 1]) - 1;
    await server.ask('CLUSTER', 'ADDSLOTSRANGE', String(slots[index]), String(last));
    await server.ask('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
  }
  for (const other of servers.slice(1)) {
    await servers[0]?.ask(
      'CLUSTER',
      'MEET',
      '127.0.0.1',
      String(other.port),
      String(other.busPort),
    );
  }
  await until(
    'the cluster is whole',
    async () => {
      const infos = await Promise.all(servers.map((server) => server.ask('CLUSTER', 'INFO')));
      return infos.every(
        (it) => it.includes('cluster_state:ok') && it.includes('cluster_known_nodes:3'),
      );
    },
    60_000,
  );
  const clients: ClientName[] = ['redis', 'ioredis', 'redis5', 'ioredis5'];
  // an empty tag or an early end of the tag would spread the keys over slots, and the cluster would refuse them
  const names = ['}{', 'with {braces}'];
  await Promise.all(
    names.map(async (name) => {
      await using fleet = await Fleet.start(4, (index) => ({
        port: ports[0] as number,
        client: clients[index] as ClientName,
        cluster: true,
        breaker: { ...breaker, name },
        sharing: { ...sharing, prefix: '}' },
      }));
      await opensAndCloses(fleet);
    }),
  );
});

test('a process that has left its fleet, and nothing else to do, ends by itself', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(2, (index) => ({
    port: server.port,
    client: index === 0 ? 'redis' : 'ioredis',
    breaker,
    sharing,
  }));
  await fleet.ready();
  const ends = fleet.peers.map((peer) => peer.exited);
  await fleet.each('quit');
  await Promise.all(ends);
});
