import { throwError, timer } from 'rxjs';
import { map, mergeMap } from 'rxjs/operators';
import { describe, expect, it } from 'vitest';
import { type CircuitBreakerOptions, circuitBreaker } from '../../../src/index.ts';
import {
  type Candidate,
  type Lane,
  outage,
  type Plan,
  poisson,
  steady,
  World,
  type WorldOptions,
} from '../../../src/lab/index.ts';
import { simulate } from '../../../src/testing/index.ts';
import { badDay, bytes } from '../badDay.ts';

function played(plan: Plan, candidate: Candidate, seed = 1, options: WorldOptions = {}): Lane {
  const world = new World(plan, { it: candidate }, seed, options);
  world.advance(plan.duration);
  return world.lanes[0] as Lane;
}

const windowed: CircuitBreakerOptions = {
  failureRateThreshold: 0.5,
  rollingWindow: 5_000,
  minimumCalls: 10,
  retryTimeout: 2_000,
};

describe('a world', { timeout: 120_000 }, () => {
  it('opens 2500 ms into a total outage at a threshold of 0.5 over 5 s, at a steady 1000/s', () => {
    const lane = played(
      {
        traffic: steady(1_000),
        service: { latency: 0.5, incidents: [outage({ at: 20_000, for: 20_000 })] },
        duration: 40_000,
      },
      { failureRateThreshold: 0.5, rollingWindow: 5_000, retryTimeout: 60_000 },
    );
    expect(lane.records[0]?.openings.map(({ at }) => at)).toEqual([22_500]);
  });

  it('gives the same counts by operator and by permit', () => {
    for (const candidate of [{}, windowed, null]) {
      const [operator, permit] = (['operator', 'permit'] as const).map((access) =>
        bytes(played(badDay, candidate, 5, { access })),
      );
      expect(permit).toBe(operator);
    }
  });

  it('gives the same openings with and without explanations', () => {
    const plain = played(badDay, windowed, 2);
    const explained = played(badDay, windowed, 2, { explain: true });
    expect(explained.tally).toEqual(plain.tally);
    expect(explained.records.map(({ at }) => at)).toEqual(plain.records.map(({ at }) => at));
    const { event } = explained.records[0]?.openings[0] ?? {};
    expect(event).toMatchObject({ type: 'state-change', to: 'open' });
  });

  it('comes to the same in one step and in many', () => {
    const many = new World(badDay, { it: windowed }, 9);
    for (let at = 0; at < badDay.duration; at += 333) many.advance(at);
    many.advance(badDay.duration);
    expect(bytes(many.lanes[0] as Lane)).toBe(bytes(played(badDay, windowed, 9)));
  });

  it('gives lanes that are alike the same fate, also beside others', () => {
    const world = new World(badDay, { a: windowed, none: null, b: windowed }, 4);
    world.advance(badDay.duration);
    const [a, none, b] = world.lanes.map(bytes);
    expect(a).toBe(b);
    expect(a).not.toBe(none);
    expect(a).toBe(bytes(played(badDay, windowed, 4)));
  });

  it('has other days for other seeds', () => {
    expect(bytes(played(badDay, windowed, 1))).not.toBe(bytes(played(badDay, windowed, 2)));
  });

  it('agrees with simulate, which plays real Observables', () => {
    const options: CircuitBreakerOptions = { ...windowed, slowCallDuration: 300 };
    const lane = played(
      {
        traffic: steady(100),
        service: { latency: 25, incidents: [outage({ at: 10_000, for: 7_000, latency: 15 })] },
        duration: 30_000,
      },
      options,
    );
    const { states, ...counts } = simulate({
      breaker: options,
      callEvery: 10,
      source: (at) =>
        at >= 10_000 && at < 17_000
          ? timer(15).pipe(mergeMap(() => throwError(() => new Error('503'))))
          : timer(25).pipe(map(() => 'ok')),
      duration: 30_000,
    });
    expect(states.changes).toEqual(
      lane.records[0]?.at.map((at, n) => ({ at, state: lane.records[0]?.states[n] })),
    );
    expect(states.changes.length).toBeGreaterThan(3);
    const { calls, admitted, refused, failed } = lane.tally;
    expect(counts).toEqual({ calls, admitted, refused, failed });
  });

  it('ends what comes to its end before a call of the same instant', () => {
    const plan: Plan = { traffic: steady(10), service: { latency: 100 }, duration: 1_000 };
    let most = 0;
    let now = 0;
    const world = new World(plan, { none: null }, 1, {
      spectator: {
        admitted: () => {
          most = Math.max(most, ++now);
        },
        ended: () => {
          now--;
        },
      },
    });
    world.advance(1_000);
    expect(most).toBe(1);
  });

  it('has a service that works on for callers who have left', () => {
    const { tally } = played(
      {
        traffic: steady(10), // each call is 1 s of work for one worker: the tenth part can be done
        service: { latency: 1_000, workers: 1 },
        clients: { timeout: 1_500 },
        duration: 20_000,
      },
      null,
    );
    expect(tally.answered).toBe(1); // all others wait behind work that nobody wants
  });

  it('collapses for good without a breaker, and recovers with one', () => {
    const metastable: Plan = {
      traffic: poisson(200),
      service: {
        latency: 50,
        workers: 15,
        incidents: [outage({ at: 60_000, for: 30_000 })],
        cold: { factor: 5, calls: 3_000 },
      },
      clients: { processes: 10, timeout: 1_000, retry: { count: 2, delay: 200 } },
      duration: 300_000,
    };
    const without = played(metastable, null).tally;
    const guarded = played(metastable, { retryTimeout: 2_000 }).tally;
    expect(without.answered / without.requests).toBeLessThan(0.3);
    expect(guarded.answered / guarded.requests).toBeGreaterThan(0.6);
  });

  it('fails every call in a service that crashes, then begins again', () => {
    const { tally } = played(
      {
        traffic: steady(100),
        service: {
          latency: 50,
          workers: 4, // 80 calls a second
          crash: { waiting: 50, for: 1_000 },
        },
        duration: 10_000,
      },
      null,
    );
    expect(tally.failed).toBeGreaterThan(300);
    expect(tally.answered).toBeGreaterThan(300);
    expect(tally.running).toBeLessThan(60);
  });

  it('fails calls at once while the queue is full', () => {
    const { tally } = played(
      { traffic: steady(100), service: { latency: 100, workers: 5, queue: 10 }, duration: 10_000 },
      null,
    );
    expect(tally.answered / tally.requests).toBeCloseTo(0.5, 1);
    expect(tally.waited / tally.failed).toBeCloseTo(1);
  });

  it('counts openings without a cause as false', () => {
    const touchy = { consecutiveFailureThreshold: 2, retryTimeout: 1_000 };
    const lossy = played(
      { traffic: poisson(50), service: { latency: 20, failureRate: 0.2 }, duration: 60_000 },
      touchy,
    );
    const openings = lossy.records[0]?.openings ?? [];
    expect(openings.length).toBeGreaterThan(10);
    expect(openings.every((it) => it.false)).toBe(true);
    const down = played(
      {
        traffic: poisson(50),
        service: { latency: 20, incidents: [outage({ at: 10_000, for: 30_000 })] },
        duration: 60_000,
      },
      touchy,
    );
    expect(down.records[0]?.openings.length).toBeGreaterThan(10);
    expect(down.records[0]?.openings.some((it) => it.false)).toBe(false);
  });

  it('lets a hand break and heal the service in all lanes', () => {
    const plan: Plan = {
      traffic: steady(100),
      service: { latency: 20 },
      clients: { timeout: 500 },
      duration: 60_000,
    };
    const world = new World(plan, { none: null, it: windowed }, 1);
    world.advance(10_000);
    expect(world.lanes.map(({ tally }) => tally.failed)).toEqual([0, 0]);
    world.service.break(outage({ at: 0, for: 1 }));
    expect(world.service.at(10_000)).toHaveLength(1);
    world.advance(20_000);
    const [none, it] = world.lanes.map(({ tally }) => tally.failed) as [number, number];
    expect(none).toBe(999); // the call at 20 s fails 1 ms later
    expect(it).toBeGreaterThan(100);
    expect(it).toBeLessThan(none);
    world.service.heal();
    expect(world.service.at(20_000)).toEqual([]);
    world.advance(30_000);
    expect(world.lanes[0]?.tally.failed).toBe(1_000);
    expect(world.lanes[1]?.breakers[0]?.state).toBe('closed');
    expect(() => world.service.break({} as never)).toThrow('incident[0] must be an incident');
  });

  it('gives a candidate that makes its breaker by hand the scheduler and the seed', () => {
    const drawn: number[] = [];
    const candidate: Candidate = ({ scheduler, process, random }) => {
      drawn.push(process, random());
      return circuitBreaker({ ...windowed, scheduler });
    };
    const plan = { ...badDay, clients: { ...badDay.clients, processes: 2 } };
    const first = bytes(played(plan, candidate));
    expect(first).toBe(bytes(played(plan, candidate)));
    expect(drawn.slice(0, 4)).toEqual(drawn.slice(4));
    expect([drawn[0], drawn[2]]).toEqual([0, 1]);
    expect(drawn[1]).not.toBe(drawn[3]);
  });
});
