import { expect, test, vi } from 'vitest';
import { Fleet } from './fleet/fleet.ts';
import { RedisServer } from './fleet/server.ts';
import { until } from './fleet/until.ts';

// processes and servers start slowly on a busy machine
vi.setConfig({ testTimeout: 120_000 });

const breaker = {
  failureRateThreshold: 0.5,
  minimumCalls: 20,
  retryTimeout: 500,
  successThreshold: 1,
};
const sharing = { heartbeat: 200, timeout: 500 };

test('all processes open together when what they have seen together trips the rule', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(4, { port: server.port, breaker, sharing });
  await fleet.ready();
  // 6 failures each: no process has the 20 calls that its own rule asks for
  await fleet.each('calls', 6, true);
  await fleet.allAre('open');
  const changes = await fleet.changes();
  expect(changes.map(({ reason }) => reason)).toEqual(Array(4).fill('peers-opened'));
});

test('one process with failures opens alone, however many calls it makes', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(4, { port: server.port, breaker, sharing });
  await fleet.ready();
  const [bad, ...good] = fleet.peers;
  await Promise.all(good.map((peer) => peer.ask('traffic', { rate: 20, failing: 0 })));
  await bad?.ask('calls', 500, true);
  await until('the bad process is open', async () => (await bad?.ask('state')) === 'open');
  const before = (await fleet.tally()).successes;
  await until('the others go on', async () => (await fleet.tally()).successes > before + 50);
  expect(await Promise.all(good.map((peer) => peer.ask('state')))).toEqual(Array(3).fill('closed'));
  expect((await bad?.ask('changes'))?.[0]?.reason).toBe('failure-rate');
});

test('one probe closes all processes', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(4, { port: server.port, breaker, sharing });
  await fleet.ready();
  await fleet.each('calls', 6, true);
  await fleet.allAre('open');
  await fleet.each('clear');
  await fleet.each('traffic', { rate: 500, failing: 0, takes: 20 });
  await fleet.allAre('closed');
  expect((await fleet.tally()).probes).toBe(1);
  const reasons = (await fleet.changes())
    .filter(({ to }) => to === 'closed')
    .map(({ reason }) => reason);
  expect(reasons.sort()).toEqual([
    'peers-closed',
    'peers-closed',
    'peers-closed',
    'probes-succeeded',
  ]);
});

test('a failed probe opens all processes again, and another process probes next', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(3, { port: server.port, breaker, sharing });
  await fleet.ready();
  await fleet.each('calls', 8, true);
  await fleet.allAre('open');
  await fleet.each('clear');
  await fleet.each('traffic', { rate: 500, failing: 1, takes: 5 });
  await until('three probes have failed', async () => (await fleet.tally()).probes >= 3);
  await fleet.each('traffic', { rate: 0, failing: 0 });
  const probers = (await fleet.each('tally')).filter(({ probes }) => probes > 0);
  expect(probers.length).toBeGreaterThan(1);
  expect((await fleet.tally()).probes).toBeLessThanOrEqual(4);
});

test('a newcomer joins an open fleet for the time that is left', async () => {
  await using server = await RedisServer.start();
  const setup = { port: server.port, breaker: { ...breaker, retryTimeout: 20_000 }, sharing };
  await using fleet = await Fleet.start(2, setup);
  await fleet.ready();
  await fleet.each('calls', 12, true);
  await fleet.allAre('open');
  const newcomer = await fleet.add(setup);
  await fleet.allAre('open');
  const [left, leftOfOld] = await Promise.all([newcomer.ask('left'), fleet.peers[0]?.ask('left')]);
  expect(Math.abs(left - Number(leftOfOld))).toBeLessThan(1_000);
  expect(left).toBeLessThan(20_000);
});

test('when most processes have opened by their own rules, the fleet is open', async () => {
  await using server = await RedisServer.start();
  // failures in a row are counted by each process alone
  const setup = {
    port: server.port,
    sharing,
    breaker: { consecutiveFailureThreshold: 5, retryTimeout: 20_000 },
  };
  await using fleet = await Fleet.start(3, setup);
  await fleet.ready();
  await fleet.each('calls', 1, false);
  await Promise.all(fleet.peers.slice(0, 2).map((peer) => peer.ask('calls', 5, true)));
  await fleet.allAre('open');
  expect((await fleet.peers[2]?.ask('changes'))?.map(({ reason }) => reason)).toEqual([
    'peers-opened',
  ]);
});

test('the fleet never opens before the calls that it has made together call for it', async () => {
  await using server = await RedisServer.start();
  const tiny = {
    failureRateThreshold: 0.6,
    minimumCalls: 4,
    retryTimeout: 200,
    successThreshold: 1,
  };
  await using fleet = await Fleet.start(3, { port: server.port, breaker: tiny, sharing });
  await fleet.ready();
  for (let round = 0; round < 6; round++) {
    await fleet.fresh();
    // six successes that the store hears of with the next heartbeat; then 4 failures, reported at once: 4 of 10
    const [good, ...bad] = fleet.peers;
    await good?.ask('calls', 6, false);
    await Promise.all(bad.map((peer) => peer.ask('calls', 2, true)));
    const before = (await fleet.each('snapshot')).map((it) => it?.answered ?? 0);
    await fleet.agree('has reported', async (peer) => {
      const index = fleet.peers.indexOf(peer);
      return ((await peer.ask('snapshot'))?.answered ?? 0) > (before[index] ?? 0) + 1;
    });
    expect(await fleet.each('changes')).toEqual([[], [], []]);
  }
});
