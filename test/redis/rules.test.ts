import { expect, test, vi } from 'vitest';
import { Fleet } from './fleet/fleet.ts';
import { RedisServer } from './fleet/server.ts';
import { until } from './fleet/until.ts';

// processes and servers start slowly on a busy machine
vi.setConfig({ testTimeout: 120_000 });

const sharing = { heartbeat: 200, timeout: 500 };

test.concurrent('by default, failures of several processes that last a second open the fleet', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(6, { port: server.port, sharing });
  await fleet.ready();
  // a good record, and then one failure in each process every half second: none has the six that its own rule asks for
  await fleet.each('calls', 30, false);
  await fleet.each('clear');
  await fleet.each('traffic', { rate: 2, failing: 1 });
  await fleet.allAre('open');
  const changes = await fleet.changes();
  expect(new Set(changes.map(({ reason }) => reason))).toEqual(new Set(['peers-opened']));
  const failures = (await fleet.each('failures')).flat().sort((a, b) => a - b);
  const opened = changes[0]?.at ?? 0;
  expect(opened - (failures[0] ?? 0)).toBeGreaterThan(1_000);
  expect(Math.max(...(await fleet.each('failures')).map((it) => it.length))).toBeLessThan(6);
});

test.concurrent('a fleet whose calls have mostly failed since it closed does not wait a second', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(3, {
    port: server.port,
    breaker: { excessDuration: 30_000 },
    sharing,
  });
  await fleet.ready();
  await fleet.each('calls', 4, true);
  await fleet.allAre('open');
  expect((await fleet.changes()).map(({ reason }) => reason)).toEqual(
    Array(3).fill('peers-opened'),
  );
});

test.concurrent('two bad processes of four open alone: the successes of the others outweigh their failures', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(4, { port: server.port, sharing });
  await fleet.ready();
  const [bad, good] = [fleet.peers.slice(0, 2), fleet.peers.slice(2)];
  await Promise.all(good.map((peer) => peer.ask('traffic', { rate: 100, failing: 0 })));
  await Promise.all(bad.map((peer) => peer.ask('traffic', { rate: 50, failing: 0.9 })));
  await until('the bad ones have opened', async () => {
    const changes = await Promise.all(bad.map((peer) => peer.ask('changes')));
    return changes.every((list) => list.some(({ to }) => to === 'open'));
  });
  const before = (await fleet.tally()).successes;
  await until('the good ones go on', async () => (await fleet.tally()).successes > before + 500);
  expect(await Promise.all(good.map((peer) => peer.ask('changes')))).toEqual([[], []]);
});

test.concurrent('slow calls that have ended, and calls that hang, are shared', async () => {
  await using server = await RedisServer.start();
  const breaker = {
    slowCallDuration: 100,
    slowCallRateThreshold: 0.5,
    minimumCalls: 20,
    retryTimeout: 30_000,
  };
  await using fleet = await Fleet.start(4, { port: server.port, breaker, sharing });
  await fleet.ready();
  // of 24 calls in the fleet 16 hang; no process has the 20 that its own rule asks for
  await fleet.each('calls', 2, false);
  await fleet.each('calls', 4, false, -1);
  await fleet.each('calls', 4, false, 150);
  await fleet.allAre('open');
  expect(
    (await fleet.changes()).filter(({ to }) => to === 'open').map(({ reason }) => reason),
  ).toEqual(Array(4).fill('peers-opened'));
});

test.concurrent('calls that hang are bad for the joint excess at the limit of their age', async () => {
  await using server = await RedisServer.start();
  const breaker = { slowCallDuration: 100, excessDuration: 0, retryTimeout: 30_000 };
  await using fleet = await Fleet.start(3, { port: server.port, breaker, sharing });
  await fleet.ready();
  await fleet.each('calls', 4, false, -1);
  await fleet.allAre('open');
});

test.concurrent('a predicate is asked what the fleet has seen', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(3, {
    port: server.port,
    breaker: { rollingWindow: 10_000, retryTimeout: 30_000 },
    predicate: 7,
    sharing,
  });
  await fleet.ready();
  await fleet.each('calls', 3, true);
  await fleet.allAre('open');
  expect((await fleet.changes()).map(({ reason }) => reason)).toEqual(
    Array(3).fill('peers-opened'),
  );
});

test.concurrent('an endless joint window counts since the fleet closed', async () => {
  await using server = await RedisServer.start();
  const breaker = { failureThreshold: 9, rollingWindow: { calls: 20 }, retryTimeout: 30_000 };
  const endless = { ...sharing, window: Number.POSITIVE_INFINITY };
  await using fleet = await Fleet.start(3, { port: server.port, breaker, sharing: endless });
  await fleet.ready();
  for (let round = 0; round < 3; round++) {
    await fleet.each('calls', 1, true);
    const before = (await fleet.each('snapshot')).map((it) => it?.answered ?? 0);
    if (round === 2) break;
    await fleet.each('traffic', { rate: 20, failing: 0 });
    await fleet.agree('has reported', async (peer) => {
      const index = fleet.peers.indexOf(peer);
      return ((await peer.ask('snapshot'))?.answered ?? 0) > (before[index] ?? 0) + 1;
    });
    await fleet.each('traffic', { rate: 0, failing: 0 });
  }
  await fleet.allAre('open');
});

test.concurrent('by rounds, one process probes until it has seen enough, and closes all', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(3, { port: server.port, sharing });
  await fleet.ready();
  await fleet.each('traffic', { rate: 100, failing: 1 });
  await fleet.allAre('open');
  await fleet.each('clear');
  await fleet.each('traffic', { rate: 100, failing: 0, takes: 20 });
  await fleet.allAre('closed');
  const probers = (await fleet.each('tally')).filter(({ probes }) => probes > 0);
  expect(probers).toHaveLength(1);
});
