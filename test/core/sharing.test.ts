import { describe, expect, it } from 'vitest';
import type { Sharing } from '../../src/core/sharing.ts';
import { circuitBreaker } from '../../src/index.ts';
import { machineOf } from '../../src/rxjs/circuitBreaker.ts';
import { admits, fail, start, succeed } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

/** A breaker with a link that notes what the machine tells, and grants `places`. */
function linked(places = Number.POSITIVE_INFINITY) {
  const clock = new HandClock();
  const breaker = circuitBreaker({ successThreshold: 5, retryTimeout: 1_000, scheduler: clock });
  const told: string[] = [];
  const sharing = {
    places,
    bad: (calls: number) => told.push(`bad ${calls}`),
    refused: (retryAfter: number) => told.push(`refused ${retryAfter}`),
    entered: (state: string, reason: string) => told.push(`${state} by ${reason}`),
  };
  const machine = machineOf(breaker);
  if (machine === undefined) throw new Error('a breaker has a machine');
  machine.sharing = sharing satisfies Sharing;
  return { breaker, clock, told, sharing };
}

describe('a link to other processes', () => {
  it.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [Number.POSITIVE_INFINITY, 5],
  ])('with %d places admits %d probes', (places, probes) => {
    const { breaker, clock } = linked(places);
    breaker.trip();
    clock.advance(1_000);
    let admitted = 0;
    while (admits(breaker) && admitted < 9) {
      start(breaker);
      admitted++;
    }
    expect(admitted).toBe(probes);
    expect(breaker.retryAfter > 0).toBe(true);
  });

  it('hears of bad calls, of states and of refusals, and of no good call', () => {
    const { breaker, clock, told } = linked();
    succeed(breaker, 3);
    expect(told).toEqual([]);
    fail(breaker);
    breaker.trip();
    clock.advance(400);
    expect(admits(breaker)).toBe(false);
    clock.advance(600);
    succeed(breaker, 5);
    expect(told).toEqual([
      'bad 1',
      'open by trip',
      'refused 600',
      'half-open by retry-timeout',
      'closed by probes-succeeded',
    ]);
  });

  it('hears of no refusal while a hand isolates the breaker', () => {
    const { breaker, told } = linked();
    breaker.isolate();
    expect(admits(breaker)).toBe(false);
    expect(told).toEqual(['isolated by isolate']);
  });
});
