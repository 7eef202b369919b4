import { NEVER, Observable, of, type SchedulerAction, type Subscription, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
} from '../../src/index.ts';
import { admits, boom, events, fail, start, unhandled } from './calls.ts';
import { HandClock } from './handClock.ts';

/** A breaker in half-open at 100 ms, with the health check under way. */
function halfOpen(options: CircuitBreakerOptions, clock: HandClock = new HandClock()) {
  const breaker = circuitBreaker({ scheduler: clock, retryTimeout: 100, ...options });
  breaker.trip();
  clock.advance(100);
  return { breaker, clock };
}

/** A check that tells a value and goes on; the numbers of its subscriptions now and ever. */
function endless() {
  const count = { now: 0, ever: 0 };
  const probe = (): Observable<string> =>
    new Observable((subscriber) => {
      count.now++;
      count.ever++;
      subscriber.next('up');
      return () => count.now--;
    });
  return { count, probe };
}

const log = (breaker: CircuitBreaker, clock: HandClock): string[] => {
  const heard: string[] = [];
  breaker.events$.subscribe(({ type }) => heard.push(`${clock.time} ${type}`));
  return heard;
};

describe('a health check under way', () => {
  it('goes on when other settings change', () => {
    const { count, probe } = endless();
    const { breaker } = halfOpen({ probe });
    breaker.configure({ probe, retryTimeout: 500, excessFailureThreshold: 3 });
    expect([breaker.state, count]).toEqual(['half-open', { now: 1, ever: 1 }]);
    expect(breaker.totals().cancelled).toBe(0);
  });

  it('goes on when the place of an older probe is lost', () => {
    const { count, probe } = endless();
    const { breaker, clock } = halfOpen({ successThreshold: 2, maxProbes: 2 });
    const heard = log(breaker, clock);
    start(breaker);
    clock.advance(200);
    breaker.configure({ retryTimeout: 100, successThreshold: 2, maxProbes: 2, probe });
    clock.advance(9_900);
    expect([heard, count]).toEqual([['10100 probe-expired'], { now: 1, ever: 1 }]);
    clock.advance(100);
    expect(count).toEqual({ now: 0, ever: 1 });
    expect(heard.slice(1)).toEqual(['10300 probe-expired', '10300 failure', '10300 state-change']);
  });

  it('needs one timer, and its verdict needs none', () => {
    const { breaker, clock } = halfOpen({ probe: () => of('up') });
    expect([breaker.state, clock.delays, clock.pending]).toEqual(['closed', [100, 10_000], 0]);
  });
});

it('no health check runs in another state, also where a listener ends half-open as the check begins', async () => {
  const clock = new HandClock();
  const log: string[] = [];
  const breaker: CircuitBreaker = circuitBreaker({
    scheduler: clock,
    retryTimeout: 100,
    classifyError: () => 'ignored', // the checks go on
    probe: () => {
      log.push(breaker.state);
      admits(breaker);
      return throwError(() => boom);
    },
  });
  NEVER.pipe(breaker.with({ successOn: { after: 500 } })).subscribe();
  breaker.trip();
  clock.advance(135);
  const listener = breaker.events$.subscribe(({ type }) => {
    if (type !== 'late') return;
    breaker.reset();
    listener.unsubscribe();
  });
  log.length = 0;
  clock.time = 600; // the timer of the next check is the first to notice the leap
  const reported = await unhandled(() => clock.advance(1_000));
  expect([breaker.state, log, reported, clock.pending]).toEqual(['closed', [], [], 0]);
});

describe('a health check without an answer', () => {
  it('fails at the age of probeTimeout, and its error tells the time', () => {
    const { breaker, clock } = halfOpen({ probe: () => NEVER, probeTimeout: 300 });
    const heard = events(breaker);
    clock.advance(299);
    expect(heard).toEqual([]);
    clock.advance(1);
    expect(heard).toMatchObject([
      { type: 'probe-expired' },
      { type: 'failure', duration: 300, error: { message: 'no answer for 300 ms' } },
      { type: 'state-change', to: 'open' },
    ]);
  });

  it.each([
    [2 ** 32, 'open'],
    [Number.POSITIVE_INFINITY, 'half-open'],
  ])('has %d ms where probeTimeout says so, though timers are shorter', (probeTimeout, end) => {
    const { count, probe } = endless();
    const { breaker, clock } = halfOpen({ probe, probeTimeout, retryTimeout: 100 });
    clock.advance(2 ** 32 - 1);
    expect([breaker.state, count]).toEqual(['half-open', { now: 1, ever: 1 }]);
    clock.advance(1);
    expect(breaker.state).toBe(end);
  });

  it('fails at the first look after the computer slept', () => {
    const { count, probe } = endless();
    const { breaker, clock } = halfOpen({ probe });
    clock.time += 10_000; // timers stand still
    expect(admits(breaker)).toBe(false);
    expect([breaker.state, count]).toEqual(['open', { now: 0, ever: 1 }]);
  });
});

describe('a health check that its age makes a success', () => {
  const byAge = { successOn: { after: 50 }, successThreshold: 2, probeTimeout: Infinity } as const;

  it('ends when the clock says so, though the clock was set back', () => {
    const { count, probe } = endless();
    const { breaker, clock } = halfOpen({ ...byAge, probe });
    clock.advance(20);
    clock.time -= 3_600_000;
    clock.advance(79);
    expect([breaker.state, count]).toEqual(['half-open', { now: 1, ever: 1 }]);
    clock.advance(1 + 10 + 50);
    expect([breaker.state, count, clock.pending]).toEqual(['closed', { now: 0, ever: 2 }, 0]);
  });

  it('ends at its age, though an older call has reached its own age since', () => {
    const { count, probe } = endless();
    const clock = new HandClock();
    const breaker = circuitBreaker({ ...byAge, probe, scheduler: clock, retryTimeout: 100 });
    NEVER.pipe(breaker.with({ successOn: { after: 120 } })).subscribe();
    breaker.trip();
    clock.advance(149);
    expect(count).toEqual({ now: 1, ever: 1 });
    clock.advance(1);
    expect(count).toEqual({ now: 0, ever: 1 });
  });

  it('throws nothing into the timers when the clock fails, and ends at the next look', async () => {
    const { count, probe } = endless();
    const { breaker, clock } = halfOpen({ ...byAge, probe, successThreshold: 1 });
    const { now } = clock;
    const reported = await unhandled(() => {
      clock.now = () => Number.NaN;
      expect(() => clock.advance(50)).not.toThrow();
      clock.now = now;
    });
    expect(reported).toEqual([expect.any(RangeError)]);
    expect([breaker.state, count]).toEqual(['closed', { now: 0, ever: 1 }]);
  });
});

describe('the pause between two health checks', () => {
  it('is retryAfter when the place is taken, and 10 ms at least', () => {
    const { breaker, clock } = halfOpen({ probeTimeout: 405 });
    start(breaker); // loses its place at 505 ms
    clock.advance(200);
    const heard = log(breaker, clock);
    breaker.configure({ retryTimeout: 100, probeTimeout: 405, probe: () => of('up') });
    clock.advance(300);
    expect(heard).toEqual([
      '300 rejected', // the probe is 200 ms old
      '500 rejected', // the probe loses its place in 5 ms
      '505 probe-expired',
      '510 success',
      '510 state-change',
    ]);
  });

  it('is forgotten when it is over: a hundred checks leave nothing to cancel', () => {
    let cancelled = 0;
    class Counted extends HandClock {
      override schedule<T>(
        work: (this: SchedulerAction<T>, state?: T) => void,
        delay?: number,
        state?: T,
      ): Subscription {
        const timer = super.schedule(work, delay, state);
        timer.add(() => cancelled++);
        return timer;
      }
    }
    let checks = 0;
    const { breaker, clock } = halfOpen(
      {
        classifyError: () => 'ignored',
        probe: () => {
          checks++;
          return throwError(() => boom);
        },
      },
      new Counted(),
    );
    clock.advance(999);
    expect(checks).toBe(100);
    cancelled = 0;
    breaker.isolate();
    expect(cancelled).toBe(1); // the pause that ran
    fail(breaker);
    expect(clock.pending).toBe(0);
  });
});
