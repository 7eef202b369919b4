import { expect, test, vi } from 'vitest';
import { Fleet } from './fleet/fleet.ts';
import type { ClientName } from './fleet/process.ts';
import { RedisServer, servers } from './fleet/server.ts';
import { until } from './fleet/until.ts';

// processes, servers and elections start slowly on a busy machine
vi.setConfig({ testTimeout: 180_000 });

const breaker = {
  failureRateThreshold: 0.5,
  minimumCalls: 10,
  retryTimeout: 400,
  successThreshold: 1,
};
const sharing = { heartbeat: 200, timeout: 500 };
const clients: ClientName[] = ['redis', 'redis5', 'ioredis', 'ioredis5', 'iovalkey'];

test.each(servers)(
  '%s: Sentinel promotes a replica, no call is refused meanwhile, and the fleet shares again',
  async (kind) => {
    await using primary = await RedisServer.startKind(kind);
    const follow = ['--replicaof', '127.0.0.1', String(primary.port)];
    await using replica = await RedisServer.startKind(kind, ...follow);
    await using nodes = new AsyncDisposableStack();
    const sentinels: RedisServer[] = [];
    for (let count = 0; count < 3; count++) {
      sentinels.push(nodes.use(await RedisServer.startSentinel(kind, primary)));
    }
    await until('the Sentinels know each other and the replica', async () => {
      const known = sentinels.map((it) => it.ask('INFO', 'sentinel'));
      return (await Promise.all(known)).every((it) => it.includes('slaves=1,sentinels=3'));
    });
    await using fleet = await Fleet.start(clients.length, (index) => ({
      port: 0,
      client: clients[index] as ClientName,
      sentinels: sentinels.map(({ port }) => port),
      breaker,
      sharing,
    }));
    await fleet.ready();
    await fleet.agree(
      'hears news',
      async (peer) => (await peer.ask('snapshot'))?.listening === true,
    );
    await fleet.each('traffic', { rate: 200, failing: 0 });

    await primary.kill();
    await until('the replica is the primary', async () =>
      (await replica.ask('ROLE')).includes('master'),
    );
    await fleet.agree('is in touch with the new primary, and hears news', async (peer) => {
      const it = await peer.ask('snapshot');
      return it?.inTouch === true && it.members === clients.length && it.settled;
    });
    await until('all listen to the new primary', async () =>
      (await replica.ask('PUBSUB', 'NUMSUB', 'circuits:news')).includes(`:${clients.length}`),
    );
    const { refused, admitted } = await fleet.tally();
    expect({ refused, someAdmitted: admitted > 0 }).toEqual({ refused: 0, someAdmitted: true });
    expect(await fleet.each('changes')).toEqual(clients.map(() => []));

    // evidence and verdicts are shared again
    await fleet.each('traffic', { rate: 0, failing: 0 });
    await fleet.fresh();
    await fleet.each('calls', 6, true);
    await fleet.allAre('open');
    expect((await fleet.changes()).map(({ reason }) => reason)).toEqual(
      clients.map(() => 'peers-opened'),
    );
    await fleet.each('traffic', { rate: 200, failing: 0 });
    await fleet.allAre('closed');
  },
);
