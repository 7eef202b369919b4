import { expect, test, vi } from 'vitest';
import { Fleet } from './fleet/fleet.ts';
import { RedisServer } from './fleet/server.ts';
import { until } from './fleet/until.ts';

// processes and servers start slowly on a busy machine
vi.setConfig({ testTimeout: 120_000 });

const breaker = { failureRateThreshold: 0.5, minimumCalls: 10, retryTimeout: 30_000 };
const sharing = { heartbeat: 200, timeout: 500 };

test('one process isolates all, and its handle or its end lets them go', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(3, { port: server.port, breaker, sharing });
  await fleet.ready();
  const [operator] = fleet.peers;
  await operator?.ask('isolate');
  await fleet.allAre('isolated');
  await operator?.ask('release');
  await fleet.allAre('closed');

  await fleet.peers[1]?.ask('isolate');
  await fleet.allAre('isolated');
  const [gone] = fleet.peers.splice(1, 1);
  await gone?.kill();
  await fleet.allAre('closed');
});

test('isolated wins over disabled in the whole fleet', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(2, { port: server.port, breaker, sharing });
  await fleet.ready();
  await fleet.peers[0]?.ask('disable');
  await fleet.allAre('disabled');
  await fleet.peers[1]?.ask('isolate');
  await fleet.allAre('isolated');
  await fleet.peers[1]?.ask('release');
  await fleet.allAre('disabled');
  await fleet.peers[0]?.ask('release');
  await fleet.allAre('closed');
});

test('one process opens all by hand, and another closes all', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(3, { port: server.port, breaker, sharing });
  await fleet.ready();
  await fleet.peers[0]?.ask('trip');
  await fleet.allAre('open');
  await fleet.peers[2]?.ask('reset');
  await fleet.allAre('closed');
});

test('what is told while the store is down is told when it is back', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(2, { port: server.port, breaker, sharing });
  await fleet.ready();
  await fleet.each('calls', 8, true);
  await fleet.allAre('open');
  await server.kill();
  await fleet.peers[0]?.ask('reset');
  expect(await fleet.each('state')).toEqual(['closed', 'open']);
  await server.restart();
  await fleet.allAre('closed');
});

test('a process that has left its fleet goes on alone, and the fleet without it', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(3, { port: server.port, breaker, sharing });
  await fleet.ready();
  await fleet.peers[0]?.ask('leave');
  const rest = fleet.peers.slice(1);
  await Promise.all(rest.map((peer) => peer.ask('calls', 6, true)));
  await until('the rest is open', async () => {
    const states = await Promise.all(rest.map((peer) => peer.ask('state')));
    return states.every((state) => state === 'open');
  });
  expect(await fleet.peers[0]?.ask('state')).toBe('closed');
});

test('processes with differing thresholds are one fleet: each asks its own rules', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(2, (index) => ({
    port: server.port,
    breaker: { ...breaker, failureRateThreshold: index === 0 ? 0.9 : 0.4 },
    sharing,
  }));
  await fleet.ready();
  await fleet.each('calls', 20, false);
  await fleet.each('traffic', { rate: 100, failing: 0.7 });
  await fleet.allAre('open');
});

test('processes with differing windows share the verdict and never mix their counts', async () => {
  await using server = await RedisServer.start();
  const wide = { ...breaker, rollingWindow: 60_000 };
  await using fleet = await Fleet.start(4, (index) => ({
    port: server.port,
    breaker: index < 2 ? breaker : wide,
    sharing,
  }));
  await fleet.ready();
  const narrow = fleet.peers.slice(0, 2);
  await Promise.all(narrow.map((peer) => peer.ask('calls', 9, true)));
  await fleet.allAre('open');
  const keys = (await server.ask('KEYS', '*:state')) + (await server.ask('KEYS', '*:evidence:*'));
  expect(keys).toContain(':state');
});

test('every key expires', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(2, {
    port: server.port,
    breaker: { ...breaker, retryTimeout: 300 },
    sharing,
  });
  await fleet.ready();
  await fleet.peers[0]?.ask('disable');
  await fleet.each('calls', 8, true);
  await fleet.peers[0]?.ask('release');
  await fleet.allAre('closed');
  await fleet.each('calls', 8, true);
  await fleet.allAre('open');
  const keys = (await server.ask('KEYS', '*')).split('\r\n').filter((line) => line.startsWith('{'));
  expect(keys.length).toBeGreaterThan(2);
  for (const key of keys) expect(await server.ask('PTTL', key)).toMatch(/^:\d+/);
});

test('processes that are reset one by one while the fleet is open close the fleet by their successes', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(2, {
    port: server.port,
    breaker: { ...breaker, retryTimeout: 300 },
    sharing,
  });
  await fleet.ready();
  await fleet.each('calls', 8, true);
  await fleet.allAre('open');
  await fleet.each('resetOwn');
  await fleet.each('traffic', { rate: 50, failing: 0 });
  await fleet.agree('knows that the fleet is closed', async (peer) => {
    return (await peer.ask('snapshot'))?.fleet === 'closed';
  });
});

test('other settings hold for the fleet from the next heartbeat on', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(2, { port: server.port, breaker, sharing });
  await fleet.ready();
  await fleet.each('configure', {
    failureThreshold: 4,
    rollingWindow: 60_000,
    retryTimeout: 30_000,
  });
  const before = (await fleet.each('snapshot')).map((it) => it?.answered ?? 0);
  await until('both have reported under the new settings', async () => {
    await fleet.each('calls', 1, false);
    const after = await fleet.each('snapshot');
    return after.every((it, index) => (it?.answered ?? 0) > (before[index] ?? 0) + 2);
  });
  expect(await server.ask('KEYS', '*:evidence:60000x10*')).toContain('evidence');
  await fleet.each('calls', 2, true);
  await fleet.allAre('open');
});
