import { expect, test } from 'vitest';
import type { CircuitBreakerOptions, Counts } from '../../src/index.ts';
import type { SharingSnapshot } from '../../src/redis/index.ts';
import fc from '../fastCheck.ts';
import { RedisServer } from './fleet/server.ts';
import { VirtualFleet, type VirtualProcess } from './fleet/virtual.ts';

const breaker = { failureRateThreshold: 0.5, minimumCalls: 10, retryTimeout: 5_000 };
const HOUR = 3_600_000;

const each = (fleet: VirtualFleet, fails: boolean, calls = 1) => {
  for (const one of fleet.processes) {
    if (!one.isStopped) for (let left = calls; left > 0; left--) one.call(fails);
  }
};
const states = (fleet: VirtualFleet) => fleet.processes.map(({ breaker: { state } }) => state);
const are = (fleet: VirtualFleet, state: string) => states(fleet).every((it) => it === state);
const snapshots = (fleet: VirtualFleet): SharingSnapshot[] =>
  fleet.processes.flatMap(({ sharing }) => sharing?.snapshot() ?? []);

/** A fleet whose processes know each other, and that is old enough to decide. */
async function fleetOf(
  server: RedisServer,
  count: number,
  ahead: (index: number) => number = () => 0,
) {
  const fleet = await VirtualFleet.start(server, 1);
  for (let index = 0; index < count; index++) fleet.add(breaker, {}, ahead(index));
  await know(fleet);
  return fleet;
}

async function know(fleet: VirtualFleet): Promise<void> {
  const inTouch = () =>
    snapshots(fleet).every(
      (it) => it.inTouch && it.settled && it.members === fleet.processes.length,
    );
  await fleet.until(
    'all know of all',
    () => {
      each(fleet, false);
      return inTouch();
    },
    120_000,
    200,
  );
}

/** Opens a fleet by failures that no process has enough of alone; answers with the milliseconds that took. */
async function opens(fleet: VirtualFleet): Promise<number> {
  fleet.processes[0]?.sharing?.reset();
  await fleet.play(10);
  const start = fleet.now;
  each(fleet, true, 8);
  await fleet.until('all are open', () => are(fleet, 'open'), 5_000, 1);
  return fleet.now - start;
}

async function closes(fleet: VirtualFleet): Promise<void> {
  await fleet.until(
    'all are closed',
    () => {
      each(fleet, false);
      return are(fleet, 'closed');
    },
    120_000,
  );
}

test('the first reset of a fleet that has never opened reaches all processes', async () => {
  await using server = await RedisServer.start();
  await using fleet = await fleetOf(server, 3);
  const [first, second] = fleet.processes;
  for (let left = 200; left > 0; left--) second?.call(true);
  expect(states(fleet)).toEqual(['closed', 'open', 'closed']);
  await fleet.play(1_000);
  first?.sharing?.reset();
  await fleet.play(10);
  expect(states(fleet)).toEqual(['closed', 'closed', 'closed']);
});

test('successes that no report has told before a reset are no evidence of afterwards', async () => {
  await using server = await RedisServer.start();
  await using fleet = await fleetOf(server, 3);
  await opens(fleet);
  await closes(fleet);
  each(fleet, false, 100);
  expect(await opens(fleet)).toBeLessThan(20);
});

test('a reset at any instant of an opening, and a trip at any instant of a reset, hold in the end', async () => {
  await using server = await RedisServer.start();
  await using fleet = await fleetOf(server, 3);
  fleet.latency = 20;
  const [first, , last] = fleet.processes;
  for (let delay = 0; delay <= 120; delay += 5) {
    each(fleet, true, 8);
    await fleet.play(delay);
    last?.sharing?.reset();
    await fleet.play(1_300);
    expect([delay, ...states(fleet)]).toEqual([delay, 'closed', 'closed', 'closed']);
  }
  for (let delay = 45; delay <= 120; delay += 5) {
    first?.sharing?.reset();
    await fleet.play(delay);
    last?.sharing?.trip();
    await fleet.play(1_300);
    expect([delay, ...states(fleet)]).toEqual([delay, 'open', 'open', 'open']);
  }
});

test.each([
  [
    'thresholds',
    { failureRateThreshold: 0.4, minimumCalls: 10 },
    { failureRateThreshold: 0.9, minimumCalls: 10 },
  ],
  [
    'predicates',
    { tripWhen: ({ failureRate }: Counts) => failureRate >= 0.4 },
    { tripWhen: ({ failureRate }: Counts) => failureRate >= 0.9 },
  ],
] satisfies [string, CircuitBreakerOptions, CircuitBreakerOptions][])(
  'in a fleet of differing %s the laxer processes do not take back the question of the strictest',
  async (_, strict, lax) => {
    const common = { retryTimeout: 60_000, rollingWindow: 10_000 };
    await using server = await RedisServer.start();
    for (let phase = 0; phase < 1_000; phase += 90) {
      await using fleet = await VirtualFleet.start(server, 1 + phase);
      for (const rules of [lax, strict, lax]) fleet.add({ ...common, ...rules });
      await know(fleet);
      fleet.processes[0]?.sharing?.reset();
      await fleet.play(100 + phase);
      each(fleet, false, 20);
      // 100 calls a second in each process, of which 7 in 10 fail; a process that is open by its own rules asks the
      // fleet at its heartbeat, once a second
      for (let at = 0; at < 2_000 && !are(fleet, 'open'); at += 10) {
        each(fleet, at % 100 < 70);
        await fleet.play(10);
      }
      expect([phase, ...states(fleet)]).toEqual([phase, 'open', 'open', 'open']);
    }
  },
);

test.each([0.2, 2, 10])(
  'with a round trip of %d ms the fleet opens within two and a half round trips of the call that crosses',
  async (roundTrip) => {
    await using server = await RedisServer.start();
    await using fleet = await VirtualFleet.start(server, 1);
    fleet.latency = roundTrip / 2;
    for (let count = 4; count > 0; count--) {
      fleet.add({ failureRateThreshold: 0.5, minimumCalls: 100, retryTimeout: 5_000 });
    }
    await know(fleet);
    // each process a failure every 4 ms, so that no process has enough for its own rule
    let failing = false;
    const failures: number[] = [];
    for (const [index, one] of fleet.processes.entries()) {
      const fail = () => {
        fleet.scheduler.schedule(fail, 4);
        if (failing && one.call(true)) failures.push(fleet.now);
      };
      fleet.scheduler.schedule(fail, index);
    }
    for (let round = 0; round < 20; round++) {
      fleet.processes[0]?.sharing?.reset();
      for (let fifths = 15; fifths > 0; fifths--) {
        each(fleet, false);
        await fleet.play(200);
      }
      fleet.processes[0]?.sharing?.reset();
      await fleet.play(100 + 37 * round);
      failures.length = 0;
      failing = true;
      await fleet.until('all are open', () => are(fleet, 'open'), 2_000, roundTrip / 4);
      failing = false;
      expect(fleet.now - Number(failures[99])).toBeLessThan(2.5 * roundTrip);
    }
  },
);

test('while an excess has not lasted long enough, another rule trips as quickly as alone', async () => {
  await using server = await RedisServer.start();
  await using fleet = await VirtualFleet.start(server, 1);
  const excess = { excessFailureThreshold: 6, excessDuration: 60_000 };
  for (let count = 4; count > 0; count--) {
    fleet.add({ failureThreshold: 20, rollingWindow: 10_000, ...excess });
  }
  await know(fleet);
  each(fleet, false, 50); // so that most calls were good
  await fleet.play(2_000);
  for (let failures = 0; failures < 20; failures++) {
    await fleet.play(50);
    fleet.processes[failures % 4]?.call(true);
  }
  await fleet.play(5);
  expect(states(fleet)).toEqual(Array(4).fill('open'));
});

test('one process that fails opens nobody else, whatever happens to connections, clocks and data', {
  timeout: 120_000,
}, async () => {
  await using server = await RedisServer.start();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(deed, fc.constantFrom(1, 50, 900, 4_000, 30_000)), { maxLength: 25 }),
      async (deeds) => {
        await using fleet = await fleetOf(server, 3);
        for (const [what, pause] of deeds) {
          const [name, who] = what;
          if (name === 'trip') continue; // an operator may open the fleet
          await perform(fleet, name === 'calls' ? [name, who, who === 0, 20] : what);
          await fleet.play(pause);
          const others = fleet.processes.slice(1).map((one) => one.breaker.totals().rejected);
          expect(others).toEqual([0, 0]);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('clocks that are hours apart, of processes and of the store, change nothing', async () => {
  await using server = await RedisServer.start();
  let together = 0;
  {
    await using fleet = await fleetOf(server, 3);
    together = await opens(fleet);
  }
  await using fleet = await fleetOf(server, 3, (index) => (index - 1) * HOUR);
  expect(await opens(fleet)).toBe(together);
  await closes(fleet);
  for (const jump of [HOUR, -2 * HOUR, 24 * HOUR]) {
    fleet.storeAhead += jump;
    // a leap ahead looks like a silence of all processes: a heartbeat passes before the fleet decides
    for (let tenths = 30; tenths > 0; tenths--) {
      each(fleet, false);
      await fleet.play(100);
    }
    expect(await opens(fleet)).toBeLessThan(20);
    await closes(fleet);
  }
});

test('processes with other heartbeats, timeouts and quorums, as during an upgrade, open and close together', async () => {
  await using server = await RedisServer.start();
  await using fleet = await VirtualFleet.start(server, 1);
  const upgraded = [{}, { heartbeat: 5_000 }, { heartbeat: 200, timeout: 300 }, { quorum: 3 }];
  for (const sharing of upgraded) fleet.add(breaker, sharing);
  for (let round = 0; round < 5; round++) {
    for (let tenths = 100; tenths > 0; tenths--) {
      each(fleet, false);
      await fleet.play(100);
    }
    expect(await opens(fleet)).toBeLessThan(1_000);
    await closes(fleet);
  }
  expect(new Set(snapshots(fleet).map(({ epoch }) => epoch)).size).toBe(1);
});

test('a process that was stopped for a minute follows within a heartbeat, and opens nothing', async () => {
  await using server = await RedisServer.start();
  await using fleet = await fleetOf(server, 4);
  const [stopped] = fleet.processes as [VirtualProcess];
  // stopped while closed, with bad calls that nobody was told of; the rest opens and closes meanwhile
  for (let left = 5; left > 0; left--) stopped.call(true);
  stopped.stop();
  await fleet.play(10_000);
  each(fleet, true, 8);
  await fleet.until(
    'the rest is open',
    () => states(fleet).filter((it) => it === 'open').length === 3,
  );
  await fleet.until('the rest is closed', () => {
    each(fleet, false);
    return are(fleet, 'closed');
  });
  await fleet.play(60_000);
  stopped.go();
  await fleet.play(1_100);
  expect(new Set(snapshots(fleet).map(({ epoch }) => epoch)).size).toBe(1);
  expect(states(fleet)).toEqual(Array(4).fill('closed'));
  // stopped while closed, and the fleet is open when it goes on
  stopped.stop();
  await fleet.play(10_000);
  each(fleet, true, 8);
  await fleet.play(1_500);
  stopped.go();
  await fleet.play(1_100);
  expect(states(fleet)).toEqual(Array(4).fill('open'));
});

test('a prober that was stopped for a minute neither probes nor decides when it goes on', async () => {
  await using server = await RedisServer.start();
  await using fleet = await fleetOf(server, 3);
  await opens(fleet);
  const prober = () => fleet.processes.find(({ sharing }) => sharing?.snapshot().prober);
  await fleet.until('one probes', () => {
    for (const one of fleet.processes) one.call(true, 1_000);
    return (
      prober()?.breaker.state === 'half-open' &&
      Number(prober()?.breaker.snapshot().counts.inFlight) > 0
    );
  });
  const first = prober() as VirtualProcess;
  first.stop();
  await fleet.until('the others are closed', () => {
    each(fleet, false);
    return states(fleet).filter((it) => it === 'closed').length === 2;
  });
  await fleet.play(60_000);
  each(fleet, false, 5);
  first.go(); // its probe has failed, a minute ago
  await fleet.play(1_500);
  expect(states(fleet)).toEqual(['closed', 'closed', 'closed']);
});

type Deed =
  | readonly ['calls', number, boolean, number]
  | readonly ['stop' | 'go' | 'cut' | 'mend' | 'reset' | 'ownReset' | 'trip', number]
  | readonly ['flush']
  | readonly ['clock', number]
  | readonly ['latency', number];

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(
      fc.constant('calls' as const),
      fc.nat(2),
      fc.boolean(),
      fc.integer({ min: 1, max: 20 }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(
      fc.constantFrom('stop' as const, 'go' as const, 'cut' as const, 'mend' as const),
      fc.nat(2),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom('reset' as const, 'ownReset' as const, 'trip' as const),
      fc.nat(2),
    ),
  },
  { weight: 1, arbitrary: fc.constant(['flush'] as const) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constant('clock' as const), fc.integer({ min: -HOUR, max: HOUR })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constant('latency' as const), fc.constantFrom(0.25, 5, 100, 700)),
  },
);

function perform(fleet: VirtualFleet, [name, ...rest]: Deed): Promise<unknown> | undefined {
  const process = fleet.processes[Number(rest[0])] as VirtualProcess;
  if (name === 'calls') {
    const [, fails, count] = rest as [number, boolean, number];
    if (!process.isStopped) for (let left = count; left > 0; left--) process.call(fails, 5);
  } else if (name === 'stop') process.stop();
  else if (name === 'go') process.go();
  else if (name === 'cut') process.cutOff = true;
  else if (name === 'mend') process.cutOff = false;
  else if (name === 'reset') process.sharing?.reset();
  else if (name === 'ownReset') process.breaker.reset();
  else if (name === 'trip') process.sharing?.trip();
  else if (name === 'clock') fleet.storeAhead += Number(rest[0]);
  else if (name === 'latency') fleet.latency = Number(rest[0]);
  else return fleet.forget();
  return undefined;
}

test('whatever happened to processes, connections, clocks and data, a fleet that is well again agrees and is closed', {
  timeout: 120_000,
}, async () => {
  await using server = await RedisServer.start();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(deed, fc.constantFrom(1, 50, 900, 4_000, 30_000)), { maxLength: 25 }),
      async (deeds) => {
        await using fleet = await fleetOf(server, 3);
        for (const [what, pause] of deeds) {
          await perform(fleet, what);
          await fleet.play(pause);
        }
        fleet.latency = 0.25;
        for (const one of fleet.processes) {
          one.cutOff = false;
          one.go();
        }
        await fleet.until(
          'all are closed and agree',
          () => {
            each(fleet, false);
            const all = snapshots(fleet);
            return (
              are(fleet, 'closed') &&
              all.every(
                (it) =>
                  it.inTouch &&
                  it.members === 3 &&
                  it.epoch === all[0]?.epoch &&
                  it.fleet === 'closed',
              )
            );
          },
          120_000,
          200,
        );
        // and the fleet is fit for work, once the last lost command has timed out
        for (let fifths = 35; fifths > 0; fifths--) {
          each(fleet, false);
          await fleet.play(200);
        }
        await know(fleet);
        expect(await opens(fleet)).toBeLessThan(1_500);
      },
    ),
    { numRuns: 60 },
  );
});
