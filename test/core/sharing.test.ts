import { describe, expect, it } from 'vitest';
import { adopt } from '../../src/core/adopt.ts';
import type { Sharing } from '../../src/core/sharing.ts';
import { type CircuitBreakerOptions, circuitBreaker } from '../../src/index.ts';
import { machineOf } from '../../src/rxjs/circuitBreaker.ts';
import { admits, events, fail, start, states, succeed } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

/** A breaker with a link that notes what the machine tells, and grants `places`. */
function linked(places = Number.POSITIVE_INFINITY, options: CircuitBreakerOptions = {}) {
  const clock = new HandClock();
  const breaker = circuitBreaker({
    successThreshold: 5,
    retryTimeout: 1_000,
    scheduler: clock,
    ...options,
  });
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
  return { breaker, clock, told, sharing, machine };
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

  it('hears of a call that became slow when it becomes slow, and of its end', () => {
    const { breaker, clock, told } = linked(Infinity, { slowCallDuration: 100 });
    const call = start(breaker);
    clock.advance(101);
    breaker.snapshot();
    expect(told).toEqual(['bad 1']);
    call.complete();
    expect(told).toEqual(['bad 1', 'bad 0']);
  });

  it('hears of no bad call while the breaker is disabled, or half-open', () => {
    const { breaker, clock, told } = linked(Infinity, { slowCallDuration: 100 });
    const handle = breaker.disable();
    const slow = start(breaker);
    clock.advance(101);
    breaker.snapshot();
    fail(breaker);
    slow.complete();
    handle.unsubscribe();
    breaker.trip();
    breaker.halfOpen();
    const probe = start(breaker);
    clock.advance(101);
    probe.complete();
    expect(told.filter((each) => each.startsWith('bad'))).toEqual([]);
  });
});

describe('a breaker that follows its peers', () => {
  it('opens for the rest of their open time, as their opening number', () => {
    const { breaker, clock, machine } = linked();
    const seen = events(breaker);
    const changes = states(breaker);
    adopt(machine, 'open', 700, 3);
    expect(seen).toMatchObject([{ type: 'state-change', to: 'open', reason: 'peers-opened' }]);
    expect([breaker.state, breaker.retryAfter, breaker.snapshot().attempt]).toEqual([
      'open',
      700,
      3,
    ]);
    clock.advance(699);
    expect(breaker.state).toBe('open');
    clock.advance(1);
    expect(breaker.state).toBe('half-open');
    adopt(machine, 'closed', 0, 0);
    expect(seen.at(-1)).toMatchObject({ from: 'half-open', to: 'closed', reason: 'peers-closed' });
    expect(breaker.snapshot().attempt).toBe(0);
    clock.advance(1e6);
    expect(changes).toEqual(['closed', 'open', 'half-open', 'closed']);
  });

  it.each(['isolate', 'disable'] as const)('stays as it is while %s holds it', (hold) => {
    const { breaker, machine, told } = linked();
    const handle = breaker[hold]();
    const { state } = breaker;
    adopt(machine, 'open', 700, 1);
    adopt(machine, 'closed', 0, 0);
    expect(breaker.state).toBe(state);
    expect(told).toHaveLength(1);
    handle.unsubscribe();
    expect(breaker.state).toBe('closed');
  });

  it('applies first what the time has changed', () => {
    const { breaker, clock, machine, told } = linked();
    breaker.trip();
    clock.advance(1_000);
    adopt(machine, 'open', 500, 2);
    expect(told).toEqual(['open by trip', 'half-open by retry-timeout', 'open by peers-opened']);
    expect(breaker.retryAfter).toBe(500);
  });
});
