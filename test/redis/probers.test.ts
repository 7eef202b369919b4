import { expect, test, vi } from 'vitest';
import { Fleet, type Peer } from './fleet/fleet.ts';
import { RedisServer } from './fleet/server.ts';
import { until } from './fleet/until.ts';

// processes and servers start slowly on a busy machine
vi.setConfig({ testTimeout: 120_000 });

const breaker = {
  failureRateThreshold: 0.5,
  minimumCalls: 10,
  retryTimeout: 300,
  probeTimeout: 20_000,
};
const sharing = { heartbeat: 200, timeout: 500 };

async function prober(fleet: Fleet): Promise<Peer> {
  let found: Peer | undefined;
  await until('a process probes', async () => {
    const tallies = await fleet.each('tally');
    found = fleet.peers[tallies.findIndex(({ probes }) => probes > 0)];
    return found !== undefined;
  });
  return found as Peer;
}

async function openFleet(fleet: Fleet): Promise<void> {
  await fleet.ready();
  await fleet.each('calls', 6, true);
  await fleet.allAre('open');
  await fleet.each('clear');
}

test.concurrent('when the prober is killed, another process probes after the lease', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(3, { port: server.port, breaker, sharing });
  await openFleet(fleet);
  await fleet.each('traffic', { rate: 200, failing: 0, takes: -1 });
  const first = await prober(fleet);
  await first.kill();
  fleet.peers.splice(fleet.peers.indexOf(first), 1);
  await (await prober(fleet)).ask('settle');
  await fleet.allAre('closed');
});

test.concurrent('a prober that hangs loses its lease, and its late probe changes nothing', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(3, { port: server.port, breaker, sharing });
  await openFleet(fleet);
  await fleet.each('traffic', { rate: 200, failing: 1, takes: -1 });
  const first = await prober(fleet);
  first.freeze();
  const others = fleet.peers.filter((peer) => peer !== first);
  fleet.peers.splice(fleet.peers.indexOf(first), 1);
  await Promise.all(others.map((peer) => peer.ask('traffic', { rate: 200, failing: 0, takes: 5 })));
  await fleet.allAre('closed');
  first.thaw();
  fleet.peers.push(first);
  await until('the late process follows', async () => (await first.ask('state')) === 'closed');
  await first.ask('settle'); // a failure, of an epoch that is over
  await first.ask('traffic', { rate: 200, failing: 0, takes: 5 });
  const before = (await fleet.tally()).successes;
  await until('all go on', async () => (await fleet.tally()).successes > before + 200);
  expect(await fleet.each('state')).toEqual(['closed', 'closed', 'closed']);
});

test.concurrent('while a probe is under way, its lease is renewed and nobody else probes', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(3, { port: server.port, breaker, sharing });
  await openFleet(fleet);
  await fleet.each('traffic', { rate: 200, failing: 0, takes: -1 });
  const first = await prober(fleet);
  const before = Number((await first.ask('snapshot'))?.answered);
  // many heartbeats, so longer than any lease
  await until(
    'the lease was renewed',
    async () => Number((await first.ask('snapshot'))?.answered) > before + 8,
  );
  expect((await fleet.tally()).probes).toBe(1);
  await first.ask('settle');
  await fleet.allAre('closed');
});

test.concurrent('calls that are few and far between still probe and close the fleet', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(3, { port: server.port, breaker, sharing });
  await openFleet(fleet);
  await fleet.allAre('half-open');
  let turn = 0;
  await until('the fleet is closed', async () => {
    // a single call, each time in another process, and never one in a row
    await fleet.peers[turn++ % 3]?.ask('calls', 1, false);
    await new Promise((done) => setTimeout(done, 500));
    return (await fleet.each('state')).includes('closed');
  });
  await fleet.allAre('closed');
  expect(turn).toBeLessThan(12);
});

test.concurrent('several successes that close the circuit are made by one prober, one after the other', async () => {
  await using server = await RedisServer.start();
  const three = { ...breaker, successThreshold: 3, maxProbes: 1 };
  await using fleet = await Fleet.start(3, { port: server.port, breaker: three, sharing });
  await openFleet(fleet);
  await fleet.each('traffic', { rate: 300, failing: 0, takes: 10 });
  await fleet.allAre('closed');
  expect((await fleet.tally()).probes).toBe(3);
});
