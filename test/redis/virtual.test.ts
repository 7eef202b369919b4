import { expect, test } from 'vitest';
import { RedisServer } from './fleet/server.ts';
import { VirtualFleet } from './fleet/virtual.ts';

const breaker = { failureRateThreshold: 0.5, minimumCalls: 10, retryTimeout: 5_000 };

/** A fleet whose processes know each other, and that is old enough to decide. */
async function fleetOf(server: RedisServer, count: number, options: object = breaker) {
  const fleet = await VirtualFleet.start(server, 1);
  for (let left = count; left > 0; left--) fleet.add(options);
  await fleet.until(
    'all know of all',
    () => {
      for (const one of fleet.processes) one.call(false);
      const snapshots = fleet.processes.map(({ sharing }) => sharing?.snapshot());
      return snapshots.every((it) => it?.settled && it.members === count);
    },
    60_000,
    200,
  );
  return fleet;
}

const states = (fleet: VirtualFleet) => fleet.processes.map(({ breaker: { state } }) => state);

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
