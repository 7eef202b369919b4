import { expect, test } from 'vitest';
import fc from '../fastCheck.ts';
import { choices } from './choices.ts';
import { play } from './play.ts';
import type { Seen } from './script.ts';
import { plans } from './steps.ts';

// `PROPERTY_MINUTES=10 vitest run test/properties` goes on with fresh seeds for as long.
const minutes = Number(process.env['PROPERTY_MINUTES'] ?? 0);
const seeds = [1, 2, 3, 4];
const RUNS_PER_SEED = 1_000;
const STEPS = 60;

const total: Seen = { steps: 0, admissions: 0, refusals: 0, restarts: 0, events: new Map() };

function tally({ steps, admissions, refusals, restarts, events }: Seen): void {
  total.steps += steps;
  total.admissions += admissions;
  total.refusals += refusals;
  total.restarts += restarts;
  for (const [type, count] of events) total.events.set(type, (total.events.get(type) ?? 0) + count);
}

const property = fc.property(choices, plans(STEPS), (choice, plan) => tally(play(choice, plan)));

test.each(seeds)('breaker and model agree on random calls, results and times (seed %i)', (seed) => {
  fc.assert(property, { seed, numRuns: RUNS_PER_SEED });
});

test('the runs saw everything that can happen', () => {
  const events = [...total.events].sort(([a], [b]) => (a < b ? -1 : 1));
  console.log(
    `${seeds.length * RUNS_PER_SEED} runs, ${total.steps} steps: ${total.admissions} admissions, ` +
      `${total.refusals} refusals, ${total.restarts} restarts, ${events.map(([type, count]) => `${count} ${type}`).join(', ')}`,
  );
  expect(total.refusals).toBeGreaterThan(1_000);
  expect(total.restarts).toBeGreaterThan(1_000);
  expect(events.map(([type]) => type)).toEqual([
    'cancelled',
    'failure',
    'ignored',
    'late',
    'probe-expired',
    'rejected',
    'reset',
    'state-change',
    'success',
  ]);
  for (const [type, count] of events) expect(count, type).toBeGreaterThan(200);
});

if (minutes > 0) {
  test(
    `breaker and model agree for ${minutes} minutes`,
    () => {
      const { steps } = total;
      const end = Date.now() + minutes * 60_000;
      let runs = 0;
      for (let seed = Date.now() | 0; Date.now() < end; seed++, runs += 500) {
        fc.assert(property, { seed, numRuns: 500 });
      }
      console.log(`${runs} runs, ${total.steps - steps} steps in ${minutes} minutes`);
    },
    (minutes + 1) * 60_000,
  );
}
