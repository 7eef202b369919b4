import { readFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { Fleet } from './fleet/fleet.ts';
import { RedisServer, Wire } from './fleet/server.ts';
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

const inTouch = (fleet: Fleet, yes: boolean) =>
  fleet.agree(
    yes ? 'is in touch' : 'is alone',
    async (peer) => (await peer.ask('snapshot'))?.inTouch === yes,
  );

test.concurrent('without a store at the start each process has its own rules, and joins when the store is there', async () => {
  await using server = await RedisServer.start();
  await server.kill();
  await using fleet = await Fleet.start(2, {
    port: server.port,
    breaker: { ...breaker, retryTimeout: 30_000 },
    sharing,
  });
  await fleet.peers[0]?.ask('calls', 10, true);
  expect(await fleet.each('state')).toEqual(['open', 'closed']);
  await server.restart();
  await fleet.ready();
});

test.concurrent('while the store is down, calls go on and each process opens and closes by its own rules', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(2, { port: server.port, breaker, sharing });
  await fleet.ready();
  await fleet.each('traffic', { rate: 500, failing: 0 });
  await server.kill();
  await inTouch(fleet, false);
  await fleet.peers[0]?.ask('traffic', { rate: 500, failing: 1 });
  await until('the first is open', async () => (await fleet.peers[0]?.ask('state')) === 'open');
  expect(await fleet.peers[1]?.ask('state')).toBe('closed');
  await fleet.peers[0]?.ask('traffic', { rate: 500, failing: 0 });
  await fleet.allAre('closed');
  await server.restart();
  await fleet.ready();
});

test.concurrent('a store that hangs holds up no call, and counts nothing twice when it goes on', async () => {
  await using server = await RedisServer.start();
  const endless = { failureRateThreshold: 1, rollingWindow: Number.POSITIVE_INFINITY };
  const setup = {
    port: server.port,
    breaker: endless,
    sharing: { ...sharing, window: Number.POSITIVE_INFINITY },
  };
  await using fleet = await Fleet.start(2, setup);
  await fleet.ready();
  await fleet.each('traffic', { rate: 500, failing: 0 });
  server.freeze();
  await inTouch(fleet, false);
  server.thaw();
  await inTouch(fleet, true);
  await fleet.each('traffic', { rate: 0, failing: 0 });
  const { successes, slowest } = await fleet.tally();
  await until('the store has all calls', async () => (await counted(server, '0s')) >= successes);
  expect(await counted(server, '0s')).toBe(successes);
  expect(slowest).toBeLessThan(150);
});

test.concurrent('when the store is killed while the fleet is open, each process probes by itself', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(2, { port: server.port, breaker, sharing });
  await fleet.ready();
  await fleet.each('calls', 8, true);
  await fleet.allAre('open');
  await server.kill();
  await fleet.each('traffic', { rate: 200, failing: 0 });
  await fleet.allAre('closed');
  await server.restart();
  await fleet.ready();
  expect(await fleet.each('state')).toEqual(['closed', 'closed']);
});

test.concurrent('a store that lost its data is taught by the fleet, and a newcomer joins open', async () => {
  await using server = await RedisServer.start();
  const setup = { port: server.port, breaker: { ...breaker, retryTimeout: 30_000 }, sharing };
  await using fleet = await Fleet.start(2, setup);
  await fleet.ready();
  await fleet.each('calls', 8, true);
  await fleet.allAre('open');
  await server.ask('FLUSHALL');
  await until('the store knows again', async () =>
    (await server.ask('HGET', '{circuits:service}:state', 'state')).includes('open'),
  );
  const newcomer = await fleet.add(setup);
  await fleet.allAre('open');
  expect(await newcomer.ask('left')).toBeLessThan(30_000);
});

test.concurrent('a replica that lags behind is promoted: the newest epoch wins', async () => {
  await using primary = await RedisServer.start('--repl-diskless-sync-delay', '0');
  await using replica = await RedisServer.start(
    '--repl-diskless-sync-delay',
    '0',
    '--replicaof',
    '127.0.0.1',
    String(primary.port),
  );
  await using wire = await Wire.start(primary.port);
  await using fleet = await Fleet.start(2, {
    port: wire.port,
    breaker: { ...breaker, retryTimeout: 30_000 },
    sharing,
  });
  await fleet.ready();
  await until('the replica has the state', async () =>
    (await replica.ask('EXISTS', '{circuits:service}:members')).includes('1'),
  );
  await replica.ask('REPLICAOF', 'NO', 'ONE'); // from here on it hears nothing
  await fleet.each('calls', 8, true);
  await fleet.allAre('open');
  wire.to = replica.port;
  wire.cut();
  await until('the replica was taught', async () =>
    (await replica.ask('HGET', '{circuits:service}:state', 'state')).includes('open'),
  );
  expect(await fleet.each('state')).toEqual(['open', 'open']);
});

test.concurrent('each key may be evicted at any time', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(2, { port: server.port, breaker, sharing });
  await fleet.ready();
  const kinds = 'state evidence:10000x10,0x0 members sequence failing votes prober holds'.split(
    ' ',
  );
  for (const kind of kinds) {
    const key = `{circuits:service}:${kind}`;
    await fleet.each('calls', 4, true);
    await server.ask('DEL', key);
    await fleet.each('traffic', { rate: 200, failing: 1 });
    await fleet.allAre('open');
    await server.ask('DEL', key);
    await fleet.each('traffic', { rate: 200, failing: 0 });
    await fleet.allAre('closed');
    await fleet.each('traffic', { rate: 0, failing: 0 });
  }
});

test.concurrent('a connection that swallows everything leaves each process with its own rules', async () => {
  await using server = await RedisServer.start();
  await using wire = await Wire.start(server.port);
  await using fleet = await Fleet.start(2, { port: wire.port, breaker, sharing });
  await fleet.ready();
  await fleet.each('traffic', { rate: 200, failing: 0 });
  wire.swallows = true;
  await inTouch(fleet, false);
  await fleet.each('traffic', { rate: 200, failing: 1 });
  await fleet.allAre('open');
  await fleet.each('traffic', { rate: 200, failing: 0 });
  await fleet.allAre('closed');
  wire.swallows = false;
  wire.cut();
  await inTouch(fleet, true);
});

test.concurrent('half of the processes are cut off: both halves go on, and agree again afterwards', async () => {
  await using server = await RedisServer.start();
  await using wire = await Wire.start(server.port);
  await using fleet = await Fleet.start(4, (index) => ({
    port: index < 2 ? wire.port : server.port,
    breaker,
    sharing,
  }));
  await fleet.ready();
  wire.swallows = true;
  wire.cut();
  const near = fleet.peers.slice(2);
  await Promise.all(near.map((peer) => peer.ask('traffic', { rate: 5, failing: 0 })));
  await until('the rest is two', async () => (await near[0]?.ask('snapshot'))?.members === 2);
  await Promise.all(near.map((peer) => peer.ask('calls', 6, true)));
  await until(
    'the rest is open',
    async () =>
      (await near[0]?.ask('state')) === 'open' && (await near[1]?.ask('state')) === 'open',
  );
  expect(await fleet.peers[0]?.ask('state')).toBe('closed');
  await fleet.each('traffic', { rate: 200, failing: 0 });
  wire.swallows = false;
  wire.cut();
  await fleet.ready();
  await fleet.allAre('closed');
});

test.concurrent('connections that are cut under load lose no call and count none twice', async () => {
  await using server = await RedisServer.start();
  await using wire = await Wire.start(server.port, 3);
  const endless = { failureRateThreshold: 1, rollingWindow: Number.POSITIVE_INFINITY };
  const setup = (index: number) => ({
    port: wire.port,
    client: index === 0 ? ('ioredis' as const) : ('redis' as const),
    breaker: endless,
    sharing: { ...sharing, window: Number.POSITIVE_INFINITY },
  });
  await using fleet = await Fleet.start(2, setup);
  await fleet.ready();
  await fleet.each('calls', 50, false); // so that no failure can be the first
  await fleet.each('traffic', { rate: 500, failing: 0.3 });
  for (let cut = 0; cut < 8; cut++) {
    const before = (await fleet.tally()).admitted;
    await until('calls were made', async () => (await fleet.tally()).admitted > before + 200);
    wire.cut();
  }
  await fleet.each('traffic', { rate: 0, failing: 0 });
  const { successes, failures } = await fleet.tally();
  await until(
    'the store has all calls',
    async () =>
      (await counted(server, '0s')) + (await counted(server, '0f')) >= successes + failures,
  );
  expect([await counted(server, '0s'), await counted(server, '0f')]).toEqual([successes, failures]);
});

test.concurrent('without permission each process has its own rules, and says why', async () => {
  await using server = await RedisServer.start();
  await server.ask(
    'ACL',
    'SETUSER',
    'nobody',
    'on',
    '>secret',
    '+ping',
    '+info',
    '+client',
    '+select',
  );
  const user = { username: 'nobody', password: 'secret' };
  await using fleet = await Fleet.start(2, {
    port: server.port,
    user,
    breaker: { ...breaker, retryTimeout: 30_000 },
    sharing,
  });
  await until('it says why', async () =>
    /NOPERM/.test((await fleet.peers[0]?.ask('snapshot'))?.lastError ?? ''),
  );
  await fleet.peers[0]?.ask('calls', 10, true);
  expect(await fleet.each('state')).toEqual(['open', 'closed']);
});

test.concurrent('the rights that the documentation lists are enough', async () => {
  await using server = await RedisServer.start();
  const page = await readFile(new URL('../../docs/redis.md', import.meta.url), 'utf8');
  const [, rights] = /^ {4}user circuits (.+)$/m.exec(page) as unknown as [string, string];
  await server.ask('ACL', 'SETUSER', 'circuits', ...rights.split(' '));
  const user = { username: 'circuits', password: 'secret' };
  await using fleet = await Fleet.start(2, { port: server.port, user, breaker, sharing });
  await fleet.ready();
  await fleet.agree('hears news', async (peer) => (await peer.ask('snapshot'))?.listening === true);
  await fleet.each('calls', 6, true);
  await fleet.allAre('open');
  await fleet.each('traffic', { rate: 200, failing: 0 });
  await fleet.allAre('closed');
  for (const it of await fleet.each('snapshot')) expect(it?.lastError ?? '').not.toMatch(/NOPERM/);
});

test.concurrent('without a channel the fleet opens at the next heartbeat', async () => {
  await using server = await RedisServer.start();
  await using fleet = await Fleet.start(3, {
    port: server.port,
    channel: false,
    breaker: { ...breaker, retryTimeout: 20_000 },
    sharing,
  });
  await fleet.ready();
  await fleet.each('traffic', { rate: 20, failing: 0 });
  await Promise.all(fleet.peers.slice(0, 2).map((peer) => peer.ask('calls', 40, true)));
  await fleet.allAre('open');
});

/** What the store has counted of one kind. */
async function counted(server: RedisServer, field: string): Promise<number> {
  const answer = await server.ask('HGET', '{circuits:service}:evidence:Infinityx1,0x0', field);
  return Number(answer.split('\r\n')[1] ?? 0);
}
