import { describe, expect, it } from 'vitest';
import { circuitBreaker, type RollingWindow } from '../../src/index.ts';
import { fail, start, succeed } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

function make(rollingWindow: RollingWindow, time = 0) {
  const clock = new HandClock(time);
  const breaker = circuitBreaker({
    rollingWindow,
    tripWhen: () => false,
    classifyError: (error) => (error === 'ignore me' ? 'ignored' : 'failure'),
    scheduler: clock,
  });
  const held = () => breaker.snapshot().counts.calls;
  return { breaker, clock, held };
}

describe('a rolling window of time', () => {
  it.each([0, 1, 99, 1_700_000_000_123])('made at %d is aligned to that instant', (time) => {
    const { breaker, clock, held } = make({ duration: 100, buckets: 10 }, time);
    fail(breaker);
    clock.advance(99);
    expect(held()).toBe(1);
    clock.advance(1);
    expect(held()).toBe(0);
  });

  it.each([
    ['a rate', { failureRateThreshold: 0.5 }],
    ['a rate beside the excess', { failureRateThreshold: 0.5, excessFailureThreshold: 6 }],
    ['a number of failures', { failureThreshold: 9 }],
    ['a row of failures', { consecutiveFailureThreshold: 9 }],
    ['a row beside the excess', { consecutiveFailureThreshold: 9, excessFailureThreshold: 6 }],
  ])('has ten seconds by default where the rule is %s', (_, rule) => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ ...rule, scheduler: clock });
    fail(breaker);
    clock.advance(9_999);
    expect(breaker.snapshot().counts.failures).toBe(1);
    clock.advance(1);
    expect(breaker.snapshot().counts.failures).toBe(0);
  });

  it('is endless by default where the excess alone trips', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ scheduler: clock });
    fail(breaker);
    clock.advance(1e9);
    expect(breaker.snapshot().counts.failures).toBe(1);
  });

  it('forgets bucket by bucket, never later than the duration', () => {
    const { breaker, clock, held } = make({ duration: 100, buckets: 10 });
    for (let i = 0; i < 100; i++) {
      succeed(breaker);
      clock.advance(1);
    }
    // after 100 ms of one call each, the oldest bucket of ten is just gone
    expect(held()).toBe(90);
    for (let left = 80; left >= 0; left -= 10) {
      clock.advance(10);
      expect(held()).toBe(left);
    }
  });

  it('puts a result into the bucket of its completion', () => {
    const { breaker, clock, held } = make(100);
    const call = start(breaker);
    clock.advance(95);
    call.error();
    clock.advance(90);
    expect(held()).toBe(1);
    clock.advance(5);
    expect(held()).toBe(0);
  });

  it.each([100, 101, 150, 200, 1_000, 3_600_000, 86_400_000 * 365])(
    'is empty after %d idle milliseconds',
    (idle) => {
      const { breaker, clock, held } = make(100);
      fail(breaker, 7);
      clock.advance(idle);
      expect(held()).toBe(0);
      fail(breaker);
      expect(breaker.snapshot().counts).toMatchObject({ calls: 1, failures: 1, failureRate: 1 });
    },
  );

  it('forgets ignored calls too', () => {
    const { breaker, clock } = make(100);
    fail(breaker, 3, 'ignore me');
    expect(breaker.snapshot().counts.ignored).toBe(3);
    clock.advance(100);
    expect(breaker.snapshot().counts.ignored).toBe(0);
  });

  it('keeps runs of failures, however old they are', () => {
    const { breaker, clock } = make(100);
    fail(breaker, 3);
    clock.advance(1_000_000);
    fail(breaker, 2);
    expect(breaker.snapshot().counts).toMatchObject({ calls: 2, consecutiveFailures: 5 });
  });

  it('of one bucket is emptied at once', () => {
    const { breaker, clock, held } = make({ duration: 100, buckets: 1 });
    fail(breaker);
    clock.advance(99);
    expect(held()).toBe(1);
    fail(breaker);
    clock.advance(1);
    expect(held()).toBe(0);
  });

  it('whose buckets are no whole milliseconds forgets in time too', () => {
    const { breaker, clock, held } = make({ duration: 100, buckets: 7 });
    for (let i = 0; i < 1_000; i++) {
      succeed(breaker);
      clock.advance(1);
      expect(held()).toBeLessThanOrEqual(100);
      expect(held()).toBeGreaterThanOrEqual(Math.min(i + 1, 85));
    }
    clock.advance(100);
    expect(held()).toBe(0);
  });

  it('starts empty, and aligned to that moment, when the breaker closes', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      failureThreshold: 2,
      rollingWindow: { duration: 100, buckets: 1 },
      retryTimeout: 33,
      scheduler: clock,
    });
    fail(breaker, 2);
    clock.advance(33);
    succeed(breaker);
    clock.advance(70);
    fail(breaker);
    clock.advance(29);
    expect(breaker.snapshot().counts.failures).toBe(1);
    clock.advance(1);
    expect(breaker.snapshot().counts.failures).toBe(0);
  });
});

describe('a rolling window of calls', () => {
  it('holds the last ones, whatever the time', () => {
    const { breaker, clock } = make({ calls: 3 });
    fail(breaker, 2);
    clock.advance(86_400_000);
    succeed(breaker, 2);
    expect(breaker.snapshot().counts).toMatchObject({ successes: 2, failures: 1 });
    succeed(breaker);
    expect(breaker.snapshot().counts).toMatchObject({ successes: 3, failures: 0 });
  });

  it.each<[string, RollingWindow]>([
    ['of calls', { calls: 3 }],
    ['of all calls', Number.POSITIVE_INFINITY],
  ])('%s reads the clock for failures only, and opens for the right time', (_, rollingWindow) => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      rollingWindow,
      failureThreshold: 2,
      retryTimeout: 1_000,
      scheduler: clock,
    });
    const made = clock.reads;
    clock.advance(5_000);
    succeed(breaker, 10);
    expect(clock.reads).toBe(made);
    fail(breaker);
    expect(clock.reads).toBe(made + 1);
    clock.advance(5_000);
    fail(breaker);
    expect(clock.reads).toBe(made + 2);
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 1_000]);
  });

  it('reads the clock for whoever listens: durations are right at once', () => {
    const { breaker, clock } = make({ calls: 3 });
    const heard: unknown[] = [];
    succeed(breaker, 5);
    clock.advance(700);
    breaker.events$.subscribe((event) => heard.push(event));
    const call = start(breaker);
    clock.advance(30);
    call.complete();
    expect(heard).toMatchObject([{ type: 'success', duration: 30 }]);
  });

  it('has no place for ignored and cancelled calls', () => {
    const { breaker } = make({ calls: 2 });
    fail(breaker, 2);
    fail(breaker, 50, 'ignore me');
    start(breaker).cancel();
    expect(breaker.snapshot().counts.failures).toBe(2);
  });

  it('of one call is the last call', () => {
    const { breaker } = make({ calls: 1 });
    fail(breaker);
    expect(breaker.snapshot().counts).toMatchObject({ successes: 0, failures: 1 });
    succeed(breaker);
    expect(breaker.snapshot().counts).toMatchObject({ successes: 1, failures: 0 });
  });

  it('trips on a success too, when it completes the count', () => {
    const breaker = circuitBreaker({ rollingWindow: { calls: 4 }, failureRateThreshold: 0.5 });
    fail(breaker, 2);
    succeed(breaker);
    expect(breaker.state).toBe('closed');
    succeed(breaker);
    expect(breaker.state).toBe('open');
  });
});

describe('no window', () => {
  it('forgets nothing while closed, and everything when it closes', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      rollingWindow: Number.POSITIVE_INFINITY,
      failureThreshold: 100,
      retryTimeout: 0,
      scheduler: clock,
    });
    for (let i = 0; i < 99; i++) {
      fail(breaker);
      clock.advance(86_400_000);
    }
    expect(breaker.snapshot().counts.failures).toBe(99);
    fail(breaker);
    succeed(breaker);
    expect(breaker.snapshot().counts.calls).toBe(0);
  });
});

it('puts what comes after a restart into the present bucket, though the last one was long ago', () => {
  const before = make({ duration: 100, buckets: 10 });
  fail(before.breaker);
  before.clock.advance(25);
  const clock = new HandClock();
  const breaker = circuitBreaker({
    rollingWindow: { duration: 100, buckets: 10 },
    restore: before.breaker.snapshot(),
    scheduler: clock,
  });
  fail(breaker);
  clock.advance(85);
  expect(breaker.snapshot().counts.failures).toBe(1);
});
