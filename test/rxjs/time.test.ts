import {
  delay,
  NEVER,
  of,
  type SchedulerLike,
  throwError,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CircuitBreakerOptions, circuitBreaker } from '../../src/index.ts';
import {
  admits,
  boom,
  fail,
  type Pending,
  record,
  start,
  states,
  succeed,
  unhandled,
} from './calls.ts';
import { HandClock } from './handClock.ts';

/** A breaker that opens for 50 ms is asked at the instants around. */
function ask(scheduler?: SchedulerLike): string[] {
  const breaker = circuitBreaker({
    consecutiveFailureThreshold: 1,
    retryTimeout: 50,
    ...(scheduler && { scheduler }),
  });
  const log: string[] = [];
  const tell = (what: string) => log.push(`${what} ${breaker.state} ${breaker.retryAfter}`);
  breaker.state$.subscribe((state) => log.push(state));
  const steps: Record<number, () => void> = {
    10: () => fail(breaker),
    59: () => tell('before'),
    61: () => tell('after'),
    70: () => fail(breaker),
    119: () => tell('before'),
    121: () => tell('after'),
    130: () => succeed(breaker),
  };
  for (const [at, step] of Object.entries(steps)) timer(Number(at), scheduler).subscribe(step);
  of(0)
    .pipe(delay(200, scheduler))
    .subscribe(() => tell('end'));
  return log;
}
const told = [
  'closed',
  'open',
  'before open 1',
  'half-open',
  'after half-open 0',
  'open',
  'before open 1',
  'half-open',
  'after half-open 0',
  'closed',
  'end closed 0',
];

describe('one story is the same', () => {
  it('inside TestScheduler.run without a scheduler', () => {
    const test = new TestScheduler(() => {});
    test.run(({ flush }) => {
      const log = ask();
      flush();
      expect(log).toEqual(told);
    });
  });

  it('inside TestScheduler.run with the scheduler given', () => {
    const test = new TestScheduler(() => {});
    test.run(({ flush }) => {
      const log = ask(test);
      flush();
      expect(log).toEqual(told);
    });
  });

  it('with a VirtualTimeScheduler', () => {
    const scheduler = new VirtualTimeScheduler();
    const log = ask(scheduler);
    scheduler.flush();
    expect(log).toEqual(told);
  });

  describe('under fake timers', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());
    it('without a scheduler', () => {
      const log = ask();
      vi.advanceTimersByTime(1_000);
      expect(log).toEqual(told);
    });
  });
});

describe('a clock that is set', () => {
  const opened = () => {
    const clock = new HandClock(1_700_000_000_000);
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 1_000,
      scheduler: clock,
    });
    fail(breaker);
    clock.advance(400);
    expect(breaker.retryAfter).toBe(600);
    return { breaker, clock };
  };

  it('back an hour counts as no time passed, and time goes on from there', () => {
    const { breaker, clock } = opened();
    clock.time -= 3_600_000;
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 600]);
    clock.advance(599);
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 1]);
    clock.advance(1);
    expect(breaker.state).toBe('half-open');
  });

  it('back again and again never makes the wait longer than it was', () => {
    const { breaker, clock } = opened();
    for (let i = 0; i < 6; i++) {
      clock.time -= 3_600_000;
      expect(breaker.retryAfter).toBe(600 - i * 100);
      clock.advance(100);
      expect(breaker.retryAfter).toBe(500 - i * 100);
    }
    expect(breaker.state).toBe('half-open');
  });

  it('forward a day counts as a day: half-open, and the window is empty', () => {
    const { breaker, clock } = opened();
    clock.time += 86_400_000;
    expect([breaker.state, breaker.retryAfter]).toEqual(['half-open', 0]);
    const windowed = circuitBreaker({ scheduler: clock });
    fail(windowed, 9);
    clock.time += 86_400_000;
    expect(windowed.snapshot().counts.calls).toBe(0);
  });

  it('back does not hide failures from the window', () => {
    const clock = new HandClock(1_700_000_000_000);
    const breaker = circuitBreaker({ scheduler: clock });
    fail(breaker, 5);
    clock.time -= 60_000;
    fail(breaker, 5);
    expect(breaker.state).toBe('open');
  });

  it('back is announced on time all the same, to those who observe', () => {
    const { breaker, clock } = opened();
    const heard = states(breaker);
    clock.time -= 3_600_000;
    clock.advance(600);
    // the timer came when it was due, but the clock says that no time has passed since it was set
    clock.advance(600);
    expect(heard).toEqual(['open', 'half-open']);
    expect(clock.pending).toBe(0);
  });

  it.each([95, 96, 97, 98, 99])(
    'between two looks of a new subscriber to state$, from %d ms on, leaves it with the true state',
    (time) => {
      const clock = new HandClock();
      const breaker = circuitBreaker({
        consecutiveFailureThreshold: 1,
        retryTimeout: 100,
        scheduler: clock,
      });
      fail(breaker);
      clock.time = time;
      // from here on every look at the clock takes a millisecond
      const now = clock.now.bind(clock);
      clock.now = () => {
        clock.time++;
        return now();
      };
      const heard = states(breaker);
      clock.now = now;
      clock.time = 200;
      clock.ringAll();
      expect(breaker.state).toBe('half-open');
      expect(heard.at(-1)).toBe('half-open');
    },
  );

  it('has a module-level breaker refuse on inside TestScheduler.run, and recover after', () => {
    const clock = vi.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000);
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 1, retryTimeout: 1_000 });
    fail(breaker);
    new TestScheduler(() => {}).run(() => {
      expect([breaker.state, breaker.retryAfter]).toEqual(['open', 1_000]);
    });
    clock.mockReturnValue(1_700_000_001_000);
    expect(breaker.state).toBe('half-open');
    succeed(breaker);
    expect(breaker.state).toBe('closed');
    clock.mockRestore();
  });
});

describe('long delays', () => {
  it('of more than 2^31-1 ms are waited for in parts', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 2 ** 31 + 1_000,
      scheduler: clock,
    });
    const heard = states(breaker);
    fail(breaker);
    clock.advance(2 ** 31 + 999);
    expect(heard).toEqual(['closed', 'open']);
    clock.advance(1);
    expect(heard).toEqual(['closed', 'open', 'half-open']);
    expect(Math.max(...clock.delays)).toBe(2 ** 31 - 1);
  });

  it('of Infinity arm no timer', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: Number.POSITIVE_INFINITY,
      scheduler: clock,
    });
    states(breaker);
    fail(breaker);
    expect([clock.pending, admits(breaker)]).toEqual([0, false]);
  });
});

describe('timers', () => {
  const make = () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 100,
      slowCallDuration: 10,
      scheduler: clock,
    });
    return { breaker, clock };
  };

  it('are none without an observer, in any state', () => {
    const { breaker, clock } = make();
    start(breaker);
    clock.time += 11;
    fail(breaker);
    clock.time += 100;
    start(breaker);
    breaker.isolate().unsubscribe();
    breaker.disable().unsubscribe();
    breaker.reset();
    expect([clock.pending, clock.delays]).toEqual([0, []]);
  });

  it('are one for any number of observers, freed when the last one leaves', () => {
    const { breaker, clock } = make();
    fail(breaker);
    const observers = [
      breaker.state$.subscribe(),
      breaker.state$.subscribe(),
      breaker.events$.subscribe(),
    ];
    for (const observer of observers) {
      expect(clock.pending).toBe(1);
      observer.unsubscribe();
    }
    expect(clock.pending).toBe(0);
  });

  it('are not set anew by what happens meanwhile', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 100,
      scheduler: clock,
    });
    states(breaker);
    fail(breaker);
    for (let i = 0; i < 10; i++) {
      clock.advance(5);
      admits(breaker);
      breaker.snapshot();
    }
    expect(clock.delays).toEqual([100]);
  });

  it('that come early are set again, and tell nothing', () => {
    const { breaker, clock } = make();
    const heard = states(breaker);
    fail(breaker);
    clock.time += 99;
    clock.ringAll();
    expect([heard, clock.pending, clock.delays.at(-1)]).toEqual([['closed', 'open'], 1, 1]);
    clock.advance(1);
    expect(heard).toEqual(['closed', 'open', 'half-open']);
    expect(clock.pending).toBe(0);
  });

  it('that come late tell what is due', () => {
    const { breaker, clock } = make();
    const heard = states(breaker);
    fail(breaker);
    clock.time += 5_000;
    clock.ringAll();
    expect(heard).toEqual(['closed', 'open', 'half-open']);
  });

  it('are none for a change that comes due at the subscription: state$ tells the change at once', () => {
    const { breaker, clock } = make();
    fail(breaker);
    clock.time = 98;
    const now = clock.now.bind(clock);
    clock.now = () => {
      clock.time++; // each look at the clock takes a millisecond
      return now();
    };
    expect([states(breaker), clock.delays]).toEqual([['open', 'half-open'], []]);
  });

  it('are set again by a call that finds them 1,000 ms old, and by no earlier call', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ scheduler: clock, retryTimeout: 3_600_000 });
    states(breaker);
    clock.advance(5_000);
    breaker.trip();
    clock.time += 999; // the computer sleeps: timers stand still
    expect([admits(breaker), clock.delays]).toEqual([false, [3_600_000]]);
    clock.time += 1;
    expect([admits(breaker), clock.delays]).toEqual([false, [3_600_000, 3_599_000]]);
    expect(clock.pending).toBe(1);
  });

  it('are freed when the breaker leaves the open state by hand', () => {
    const { breaker, clock } = make();
    states(breaker);
    fail(breaker);
    breaker.reset();
    expect(clock.pending).toBe(0);
    fail(breaker);
    breaker.isolate();
    expect(clock.pending).toBe(0);
  });

  it('are freed when the observer leaves at half-open', () => {
    const { breaker, clock } = make();
    const subscription = breaker.state$.subscribe((state) => {
      if (state === 'half-open') subscription.unsubscribe();
    });
    fail(breaker);
    clock.advance(100);
    start(breaker);
    expect(clock.pending).toBe(0);
  });
});

describe('a clock or scheduler that fails', () => {
  const make = (options: CircuitBreakerOptions = {}) => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 100,
      rollingWindow: Number.POSITIVE_INFINITY,
      scheduler: clock,
      ...options,
    });
    return { breaker, clock };
  };
  const whileBroken = (clock: HandClock, body: () => void): void => {
    const { now } = clock;
    clock.now = () => Number.NaN;
    try {
      body();
    } finally {
      clock.now = now;
    }
  };

  it.each(['isolate', 'disable'] as const)('lets no %s be half taken', (hold) => {
    const { breaker, clock } = make();
    whileBroken(clock, () => expect(() => breaker[hold]()).toThrow(RangeError));
    expect(breaker.state).toBe('closed');
    breaker[hold]().unsubscribe();
    expect(breaker.state).toBe('closed');
  });

  it.each(['isolate', 'disable'] as const)('lets %s be lifted all the same', (hold) => {
    const { breaker, clock } = make();
    const handle = breaker[hold]();
    whileBroken(clock, () => expect(() => handle.unsubscribe()).toThrow('finite milliseconds'));
    expect(breaker.state).toBe('closed');
  });

  it('lets no trip leave its error behind', () => {
    const { breaker, clock } = make();
    whileBroken(clock, () => expect(() => breaker.trip('never')).toThrow(RangeError));
    expect(breaker.state).toBe('closed');
    breaker.trip();
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ cause: undefined }));
  });

  it('keeps no place for a call whose age it cannot tell', () => {
    const { breaker, clock } = make({ successOn: { after: 50 } });
    whileBroken(clock, () => expect(record(NEVER.pipe(breaker))).toEqual(['#RangeError']));
    expect(breaker.snapshot().counts.inFlight).toBe(0);
    expect(breaker.totals()).toMatchObject({ successes: 0, cancelled: 0, failures: 0 });
  });

  it('is reported by a timer, and throws into nobody else', async () => {
    const { breaker, clock } = make();
    const heard = states(breaker);
    fail(breaker);
    const reported = await unhandled(() => whileBroken(clock, () => clock.ringAll()));
    expect(reported).toEqual([expect.any(RangeError)]);
    clock.advance(100);
    expect(breaker.state).toBe('half-open');
    expect(heard).toEqual(['closed', 'open', 'half-open']);
  });

  it('while a listener hears of a change leaves the next change on time', async () => {
    const { breaker, clock } = make();
    const { now } = clock;
    const heard: string[] = [];
    breaker.state$.subscribe((state) => {
      heard.push(state);
      if (state === 'open') clock.now = () => Number.NaN;
    });
    const reported = await unhandled(() => fail(breaker));
    clock.now = now;
    clock.advance(100);
    expect([heard, reported]).toEqual([['closed', 'open', 'half-open'], []]);
  });

  it('sets no timer: the call is none the wiser, and the next one sets it', async () => {
    const { breaker, clock } = make({ slowCallDuration: 1_000 });
    const heard = states(breaker);
    const calls: Pending[] = [];
    const error = new Error('no timer');
    const reported = await unhandled(() => {
      clock.schedule = () => {
        throw error;
      };
      calls.push(start(breaker), start(breaker));
      Reflect.deleteProperty(clock, 'schedule');
    });
    expect(new Set(reported)).toEqual(new Set([error]));
    expect(breaker.snapshot().counts.inFlight).toBe(2);
    calls[0]?.complete();
    expect(clock.pending).toBe(1);
    calls[1]?.error();
    clock.advance(100);
    expect(heard).toEqual(['closed', 'open', 'half-open']);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('saying %d opens nothing for ever', (time) => {
    const { breaker, clock } = make();
    const { now } = clock;
    clock.now = () => time;
    expect(record(throwError(() => boom).pipe(breaker))).toEqual(['#RangeError']);
    clock.now = now;
    expect(breaker.snapshot().counts.inFlight).toBe(0);
    fail(breaker);
    clock.advance(100);
    expect(breaker.state).toBe('half-open');
  });

  it('that stood still while the computer slept is noticed by a call', () => {
    const { breaker, clock } = make({ retryTimeout: 3_600_000 });
    const heard = states(breaker);
    fail(breaker);
    clock.time += 3_590_000; // timers stand still
    expect(admits(breaker)).toBe(false);
    clock.advance(10_000);
    expect(heard).toEqual(['closed', 'open', 'half-open']);
  });
});

describe('fractions of a millisecond', () => {
  // 24.1 + 1000 = 1024.1, and 1024.1 - 24.1 < 1000
  it.each([24.1, 0.1, 0.7, 1_023.9, 86_399_999.3])(
    'end the open time of a breaker made at %d when the sum says so',
    (made) => {
      const clock = new HandClock(made);
      const breaker = circuitBreaker({ scheduler: clock });
      breaker.trip();
      clock.time = made + 1_000;
      expect(breaker.state).toBe('half-open');
    },
  );

  it('end a wait of retryAfter in two steps at the most', () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    for (let n = 0; n < 2_000; n++) {
      const clock = new HandClock(random() * 10 ** Math.floor(random() * 8));
      const breaker = circuitBreaker({ scheduler: clock, retryTimeout: random() * 2_000 });
      clock.time += random() * 100;
      breaker.trip();
      clock.time += random() * 10;
      for (let step = 0; step < 2; step++) clock.time += breaker.retryAfter;
      expect(breaker.retryAfter).toBe(0);
    }
  });

  it.each([1_700_000_000_000, 1_700_000_000_000.25, -5, -5_000_000_000.5])(
    'and a clock that began at %d keep the instants and the totals',
    (made) => {
      const clock = new HandClock(made);
      const breaker = circuitBreaker({ scheduler: clock, retryTimeout: 1_000 });
      clock.advance(500);
      breaker.trip();
      clock.advance(999);
      expect(breaker.state).toBe('open');
      expect(breaker.snapshot()).toMatchObject({ takenAt: made + 1_499, stateFor: 999 });
      clock.advance(1);
      expect(breaker.state).toBe('half-open');
      expect(breaker.totals().time).toMatchObject({ closed: 500, open: 1_000, 'half-open': 0 });
    },
  );

  it('let a snapshot of such a clock go on', () => {
    const clock = new HandClock(24.1);
    const breaker = circuitBreaker({ scheduler: clock });
    breaker.trip();
    const restore = breaker.snapshot();
    clock.time = 324.1;
    const next = circuitBreaker({ scheduler: clock, restore });
    expect(next.snapshot()).toMatchObject({ state: 'open', stateFor: 300 });
    expect(next.retryAfter).toBeCloseTo(700, 9);
    clock.time = 1_024.1;
    expect(next.state).toBe('half-open');
    expect(next.totals().time.open).toBeCloseTo(700, 9);
  });
});
