import { Redis } from 'ioredis';
import { describe, expect, test, vi } from 'vitest';
import { type CircuitBreaker, circuitBreaker } from '../../src/index.ts';
import { ioredis, type SharedStore, shareCircuit } from '../../src/redis/index.ts';
import { Fleet } from './fleet/fleet.ts';
import { RedisServer, servers } from './fleet/server.ts';
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
const quiet = { rate: 0, failing: 0 };
const healthy = { rate: 200, failing: 0 };

async function opensAndCloses(fleet: Fleet): Promise<void> {
  await fleet.each('traffic', quiet);
  await fleet.ready();
  await fleet.each('calls', 8, true);
  await fleet.allAre('open');
  const reasons = (await fleet.changes()).map(({ reason }) => reason);
  expect(new Set(reasons)).toEqual(new Set(['peers-opened']));
  await fleet.each('clear');
  await fleet.each('traffic', { ...healthy, takes: 5 });
  await fleet.allAre('closed');
  expect((await fleet.tally()).probes).toBe(1);
}

const inTouch = (fleet: Fleet, yes: boolean) =>
  fleet.agree(
    yes ? 'is in touch' : 'is alone',
    async (peer) => (await peer.ask('snapshot'))?.inTouch === yes,
  );

/** Breaks a store under healthy traffic: no call may be refused, and each process says why it is alone. */
async function breaksQuietly(
  fleet: Fleet,
  reason: RegExp,
  during: { readonly break: () => Promise<unknown>; readonly mend: () => Promise<unknown> },
): Promise<void> {
  await fleet.ready();
  await fleet.each('traffic', healthy);
  await during.break();
  await inTouch(fleet, false);
  for (const it of await fleet.each('snapshot')) expect(it?.lastError).toMatch(reason);
  // the processes open and close by their own rules
  await fleet.peers[0]?.ask('traffic', { rate: 200, failing: 1 });
  await until('the first is open', async () => (await fleet.peers[0]?.ask('state')) === 'open');
  expect(await fleet.peers[1]?.ask('state')).toBe('closed');
  await fleet.peers[0]?.ask('traffic', healthy);
  await fleet.allAre('closed');
  expect((await fleet.peers[1]?.ask('tally'))?.refused).toBe(0);
  await during.mend();
  await inTouch(fleet, true);
}

describe.each(servers)('%s', (kind) => {
  test.concurrent('a fleet opens, probes by one process, and closes', async () => {
    await using server = await RedisServer.startKind(kind);
    await using fleet = await Fleet.start(3, { port: server.port, breaker, sharing });
    await opensAndCloses(fleet);
  });

  test.concurrent('a server that forgets the script is sent the script again, and no report is lost', async () => {
    await using server = await RedisServer.startKind(kind);
    await using fleet = await Fleet.start(2, { port: server.port, breaker, sharing });
    await fleet.ready();
    await fleet.each('traffic', healthy);
    const failed = async () => (await fleet.each('snapshot')).map((it) => it?.failed);
    const before = await failed();
    for (let round = 0; round < 5; round++) {
      const { successes } = await fleet.tally();
      await server.ask('SCRIPT', 'FLUSH');
      await until('calls went on', async () => (await fleet.tally()).successes > successes + 100);
    }
    expect(await failed()).toEqual(before);
    await opensAndCloses(fleet);
  });

  test.concurrent('a server that is killed between the two commands of one exchange, and comes back empty, costs one report', async () => {
    await using server = await RedisServer.startKind(kind);
    const client = new Redis({ port: server.port, retryStrategy: () => 20 });
    client.on('error', () => undefined);
    const { command, ...rest } = ioredis(client);
    let kills = 0;
    const store: SharedStore = {
      ...rest,
      async command(words, key) {
        // EVALSHA has been answered with NOSCRIPT, and EVAL is about to be sent
        if (words[0] === 'EVAL' && kills++ === 0) {
          await server.kill();
          void server.restart();
        }
        return command(words, key);
      },
    };
    const one = circuitBreaker({ name: 'service', ...breaker });
    const part = shareCircuit(one, { store, ...sharing });
    await until('the store knows the circuit', () => {
      one.acquire().success();
      return part.snapshot().inTouch && part.snapshot().answered > 2;
    });
    expect(kills).toBeGreaterThan(0);
    part.unsubscribe();
    client.disconnect();
  });

  test.concurrent('a server that pauses its clients holds up no call, and answers afterwards', async () => {
    await using server = await RedisServer.startKind(kind);
    await using fleet = await Fleet.start(2, { port: server.port, breaker, sharing });
    await breaksQuietly(fleet, /did not answer in 500 ms/, {
      break: () => server.ask('CLIENT', 'PAUSE', '600000', 'WRITE'),
      mend: () => server.ask('CLIENT', 'UNPAUSE'),
    });
    await opensAndCloses(fleet);
  });

  test.concurrent('a full server goes on with the circuits that it holds, and leaves new ones with their own rules', async () => {
    await using server = await RedisServer.startKind(kind, '--maxmemory-policy', 'noeviction');
    await using fleet = await Fleet.start(2, { port: server.port, breaker, sharing });
    await fleet.ready();
    await server.ask('CONFIG', 'SET', 'maxmemory', '1');
    await opensAndCloses(fleet);
    const other = { ...breaker, name: 'other' };
    await using late = await Fleet.start(2, { port: server.port, breaker: other, sharing });
    await until('it says why', async () =>
      /OOM/.test((await late.peers[0]?.ask('snapshot'))?.lastError ?? ''),
    );
    await late.each('calls', 10, false);
    await late.peers[0]?.ask('calls', 10, true);
    expect(await late.each('state')).toEqual(['open', 'closed']);
    expect((await late.tally()).refused).toBe(0);
    await server.ask('CONFIG', 'SET', 'maxmemory', '0');
    await late.ready();
  });

  test.concurrent('a replica, which takes no writes, leaves each process with its own rules', async () => {
    await using server = await RedisServer.startKind(kind);
    await using primary = await RedisServer.startKind(kind);
    await using fleet = await Fleet.start(2, { port: server.port, breaker, sharing });
    await breaksQuietly(fleet, /READONLY/, {
      break: () => server.ask('REPLICAOF', '127.0.0.1', String(primary.port)),
      mend: () => server.ask('REPLICAOF', 'NO', 'ONE'),
    });
    await opensAndCloses(fleet);
  });

  test.concurrent('a user that loses a right of the script leaves each process with its own rules', async () => {
    await using server = await RedisServer.startKind(kind);
    const all = ['on', '>secret', '&*', '~*', '+@all'];
    await server.ask('ACL', 'SETUSER', 'circuits', ...all);
    const user = { username: 'circuits', password: 'secret' };
    await using fleet = await Fleet.start(2, { port: server.port, user, breaker, sharing });
    await breaksQuietly(fleet, /evalsha/i, {
      break: () => server.ask('ACL', 'SETUSER', 'circuits', '-evalsha'),
      mend: () => server.ask('ACL', 'SETUSER', 'circuits', '+evalsha'),
    });
    await breaksQuietly(fleet, /time|can't run this command/, {
      break: () => server.ask('ACL', 'SETUSER', 'circuits', '-time'),
      mend: () => server.ask('ACL', 'SETUSER', 'circuits', '+time'),
    });
    await opensAndCloses(fleet);
  });

  test.concurrent('a process that was stopped while the fleet opened and closed follows when it goes on', async () => {
    await using server = await RedisServer.startKind(kind);
    const slow = { ...breaker, retryTimeout: 3_000 };
    await using fleet = await Fleet.start(3, { port: server.port, breaker: slow, sharing });
    await fleet.ready();
    const [stopped] = fleet.peers.splice(0, 1) as [Fleet['peers'][number]];
    stopped.freeze();
    await fleet.each('traffic', healthy); // the stopped process has to be gone before the rest decides
    await fleet.agree('knows of two', async (peer) => (await peer.ask('snapshot'))?.members === 2);
    await fleet.each('traffic', quiet);
    await fleet.fresh();
    await fleet.each('calls', 8, true);
    await fleet.allAre('open');
    stopped.thaw();
    await until('the stopped one is open', async () => (await stopped.ask('state')) === 'open');
    fleet.peers.push(stopped);
    await fleet.each('traffic', healthy);
    await fleet.allAre('closed');
  });

  test.concurrent('fleets with other prefixes, or other names, on one server have nothing in common', async () => {
    await using server = await RedisServer.startKind(kind);
    const client = new Redis(server.port);
    const subscriber = client.duplicate();
    const store = ioredis(client, subscriber);
    const member = (name: string, prefix: string) => {
      const one = circuitBreaker({ ...breaker, name, retryTimeout: 30_000 });
      return { one, part: shareCircuit(one, { store, prefix, ...sharing }) };
    };
    const fail = (one: CircuitBreaker, count: number) => {
      for (let left = count; left > 0; left--) one.acquire().failure(new Error('down'));
    };
    const fleets = [
      [member('a', 'x'), member('a', 'x')],
      [member('b', 'x'), member('b', 'x')],
      [member('a', 'y'), member('a', 'y')],
    ];
    await until('each fleet knows its two', () =>
      fleets.flat().every(({ one, part }) => {
        one.acquire().success();
        return part.snapshot().members === 2 && part.snapshot().settled;
      }),
    );
    for (const { one, part } of fleets.flat()) {
      part.reset();
      one.acquire().success();
    }
    for (const { one } of fleets[0] ?? []) fail(one, 9);
    await until('the first fleet is open', () =>
      (fleets[0] ?? []).every(({ one }) => one.state === 'open'),
    );
    const others = fleets.slice(1).flat();
    const answered = others.map(({ part }) => part.snapshot().answered);
    await until('the others have asked again', () =>
      others.every(({ one, part }, index) => {
        one.acquire().success();
        return part.snapshot().answered > Number(answered[index]) + 2;
      }),
    );
    expect(others.map(({ one }) => one.state)).toEqual(others.map(() => 'closed'));
    for (const { part } of fleets.flat()) part.unsubscribe();
    client.disconnect();
    subscriber.disconnect();
  });
});
