import { interval, map, NEVER, of, retry, take, tap, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { circuitBreaker } from '../../src/index.ts';
import { StateLog, simulate } from '../../src/testing/index.ts';
import { onRxTime } from '../../src/testing/rxTime.ts';
import { onVirtualTime } from '../../src/testing/virtualTime.ts';

describe('the time of a simulation', () => {
  it("is the time of RxJS's own timers, one by one and again and again", () => {
    const ends: string[] = [];
    simulate({
      breaker: {},
      callEvery: 1_000,
      source: (at) =>
        (at === 0 ? timer(300) : interval(100).pipe(take(3))).pipe(
          map((n) => `${at} ${n}`),
          tap((end) => ends.push(end)),
        ),
      duration: 2_000,
    });
    expect(ends).toEqual(['0 0', '1000 0', '1000 1', '1000 2']);
  });

  it('is the time of a retry, and of a timer that is given up', () => {
    const tries: number[] = [];
    simulate({
      breaker: (scheduler) => circuitBreaker({ scheduler, probeTimeout: 1_000 }),
      callEvery: 10_000,
      source: () =>
        timer(7).pipe(
          map((): never => {
            tries.push(tries.length);
            throw new Error('down');
          }),
          retry({ count: 2, delay: 100 }),
        ),
      duration: 10_000,
    });
    expect(tries).toEqual([0, 1, 2]);
  });

  it('brings an end that is due at the instant of a call before the call', () => {
    const deeds: string[] = [];
    simulate({
      breaker: {},
      callEvery: 100,
      source: (at) => {
        deeds.push(`call ${at}`);
        return timer(100).pipe(tap(() => deeds.push(`end ${at}`)));
      },
      duration: 300,
    });
    expect(deeds).toEqual(['call 0', 'end 0', 'call 100', 'end 100', 'call 200']);
  });

  it('brings nothing that is due at its end', () => {
    const ends: number[] = [];
    simulate({
      breaker: {},
      callEvery: 1_000,
      source: (at) => timer(500).pipe(tap(() => ends.push(at))),
      duration: 500,
    });
    expect(ends).toEqual([]);
  });

  it('goes on to the end although nothing happens any more', () => {
    const { states } = simulate({
      breaker: { failureThreshold: 1, retryTimeout: 50 },
      callEvery: 1_000,
      source: () => throwError(() => new Error('down')),
      duration: 100,
    });
    states.assertStates('closed', 'open', 'half-open');
    expect(states.toString()).toBe('closed, open at 0 ms, half-open at 50 ms');
  });

  it('ends with an error where more timers fire than are allowed', () => {
    const fire = (times: number) => () =>
      onRxTime(({ advance }) => {
        for (let i = 0; i < times; i++) timer(10).subscribe();
        advance(10, true);
      }, 20);
    expect(fire(20)).not.toThrow();
    expect(fire(21)).toThrow('too much happens: 20 timers by 10 ms');
  });
});

describe('the time of a claim', () => {
  it('may bring any number of actions at different instants', () => {
    let ticks = 0;
    onVirtualTime(20_001, () => interval(1).subscribe(() => ticks++));
    expect(ticks).toBe(20_000);
  });

  it('may bring as many actions as are allowed, and no more', () => {
    const act = (times: number) => () =>
      onVirtualTime(
        100,
        (scheduler) => {
          for (let at = 1; at <= times; at++) scheduler.schedule(() => {}, at);
        },
        20,
      );
    expect(act(20)).not.toThrow();
    expect(act(21)).toThrow('too much happens: 20 actions by 21 ms');
  });

  it('may bring 10,000 more actions in the millisecond of an action, and no more', () => {
    const act = (times: number) => () =>
      onVirtualTime(10, (scheduler) => {
        for (let i = 0; i < times; i++) scheduler.schedule(() => {}, 3);
      });
    expect(act(10_001)).not.toThrow();
    expect(act(10_002)).toThrow('time stands still at 3 ms');
  });

  it('may not stand still', () => {
    const still = () =>
      onVirtualTime(10, (scheduler) => {
        const again = (): void => void scheduler.schedule(again);
        scheduler.schedule(again, 3);
      });
    expect(still).toThrow('time stands still at 3 ms: 10000 actions in this millisecond');
  });
});

/** The message of the error that an assertion throws. */
function messageOf(assertion: () => void): unknown {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

describe('a log that began later, with two states in one millisecond', () => {
  const time = { at: 1_000, now: (): number => time.at };
  const breaker = circuitBreaker();
  const log = new StateLog(breaker, time);
  for (const [at, deed] of [
    [1_050, () => breaker.trip()],
    [1_080, () => breaker.reset()],
    [1_100, () => breaker.trip()],
    [1_100, () => breaker.reset()],
    [1_200, () => breaker.isolate()],
  ] as const) {
    time.at = at;
    deed();
  }

  it('counts from its beginning', () => {
    expect(log.changes.map(({ at }) => at)).toEqual([0, 50, 80, 100, 100, 200]);
  });

  it('has reached a state that lasted for no time', () => {
    log.assertReaches('open', { after: 100, within: 0 });
    log.assertReaches('open', { after: 90, within: 10 });
  });

  it('has not reached a state that was before', () => {
    expect(messageOf(() => log.assertReaches('open', { after: 85, within: 10 }))).toBe(
      `expected open between 85 and 95 ms, was so at 100 ms\n\n  the states were: ${log}\n`,
    );
  });

  it('stays in the last state of the millisecond in which the time begins', () => {
    log.assertStays('closed', { from: 100, until: 199 });
    expect(messageOf(() => log.assertStays('closed', { from: 100, until: 200 }))).toBe(
      `expected closed from 100 to 200 ms, was isolated at 200 ms\n\n  the states were: ${log}\n`,
    );
    expect(messageOf(() => log.assertStays('open', { from: 90, until: 200 }))).toBe(
      `expected open from 90 to 200 ms, was closed\n\n  the states were: ${log}\n`,
    );
  });

  it('says which states were expected', () => {
    expect(messageOf(() => log.assertStates('closed', 'open'))).toBe(
      `expected closed, open\n\n  the states were: ${log}\n`,
    );
  });
});

it('a log shows the time of a change at its very beginning', () => {
  const breaker = circuitBreaker({
    scheduler: { now: () => 0, schedule: () => NEVER.subscribe() },
  });
  const log = new StateLog(breaker, { now: () => 7 });
  breaker.isolate();
  expect(`${log}`).toBe('closed, isolated at 0 ms');
  of(1)
    .pipe(breaker)
    .subscribe({ error: () => {} });
  log.assertStates('closed', 'isolated');
});
