import { describe, expect, it } from 'vitest';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitSnapshot,
  circuitBreaker,
  type RollingWindow,
} from '../../src/index.ts';
import { admits, boom, fail, start, succeed } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

const windows: Record<string, RollingWindow> = {
  time: { duration: 1_000, buckets: 10 },
  'uneven time': { duration: 1_000, buckets: 7 },
  calls: { calls: 6 },
  none: Number.POSITIVE_INFINITY,
};
const options = (rollingWindow: RollingWindow): CircuitBreakerOptions => ({
  name: 'saved',
  consecutiveFailureThreshold: 4,
  rollingWindow,
  slowCallDuration: 100,
  retryTimeout: 500,
  successThreshold: 3,
  probeFailureThreshold: 2,
});

const stories: Record<
  string,
  (breaker: ReturnType<typeof circuitBreaker>, clock: HandClock) => void
> = {
  'closed, unused': () => {},
  'closed, used': (breaker, clock) => {
    succeed(breaker, 2);
    clock.advance(333);
    const slow = start(breaker);
    clock.advance(150);
    slow.complete();
    fail(breaker, 2);
    clock.advance(217);
  },
  open: (breaker, clock) => {
    fail(breaker, 4);
    clock.advance(123);
  },
  'open again': (breaker, clock) => {
    fail(breaker, 4);
    clock.advance(500);
    fail(breaker, 2);
    clock.advance(1);
  },
  'half-open, fresh': (breaker, clock) => {
    fail(breaker, 4);
    clock.advance(500);
  },
  'half-open, undecided': (breaker, clock) => {
    fail(breaker, 4);
    clock.advance(500);
    succeed(breaker, 2);
    fail(breaker);
  },
};

const rows = Object.keys(windows).flatMap((w) => Object.keys(stories).map((s) => [s, w] as const));

describe('a snapshot', () => {
  it.each(rows)('of %s with window %s survives JSON and restore', (story, window) => {
    const clock = new HandClock(5_000);
    const saved = options(windows[window] as RollingWindow);
    const breaker = circuitBreaker({ ...saved, scheduler: clock });
    stories[story]?.(breaker, clock);
    const snapshot = breaker.snapshot();
    const restore = JSON.parse(JSON.stringify(snapshot)) as CircuitSnapshot;
    expect(restore).toEqual(snapshot);
    const copy = circuitBreaker({ ...saved, restore, scheduler: new HandClock(77) });
    const again = copy.snapshot();
    expect({ ...again, window: null, takenAt: 0 }).toEqual({
      ...snapshot,
      window: null,
      takenAt: 0,
    });
    // a bucket's age may differ in the last digit of a fraction
    expect(rounded(again)).toEqual(rounded(snapshot));
  });

  it.each(Object.keys(windows))(
    'restored with window %s goes on as the original would',
    (window) => {
      const clock = new HandClock();
      const saved = options(windows[window] as RollingWindow);
      const breaker = circuitBreaker({ ...saved, scheduler: clock });
      stories['closed, used']?.(breaker, clock);
      const copy = circuitBreaker({ ...saved, restore: breaker.snapshot(), scheduler: clock });
      for (let i = 0; i < 120; i++) {
        clock.advance(10);
        expect(copy.snapshot().counts).toEqual(breaker.snapshot().counts);
      }
      fail(breaker, 2);
      fail(copy, 2);
      expect([breaker.state, copy.state]).toEqual(['open', 'open']);
    },
  );

  it.each(Object.keys(windows))(
    'with ignored calls, restored after a pause with window %s, goes on as the original would',
    (window) => {
      const clock = new HandClock();
      const saved = { ...options(windows[window] as RollingWindow), scheduler: clock };
      const breaker = circuitBreaker(saved);
      for (let i = 0; i < 3; i++) {
        breaker.acquire().ignore();
        succeed(breaker);
        clock.advance(120);
      }
      const restore = breaker.snapshot();
      clock.advance(237);
      const copy = circuitBreaker({ ...saved, restore });
      for (let i = 0; i < 120; i++) {
        expect(copy.snapshot().counts).toEqual(breaker.snapshot().counts);
        clock.advance(10);
      }
    },
  );

  it('tells the slow calls of each bucket', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ ...options(1_000), scheduler: clock });
    for (let i = 0; i < 3; i++) {
      const slow = start(breaker);
      clock.advance(101);
      slow.complete();
    }
    const slow = [1, 1, 1].map((calls) => ({ successes: calls, slow: calls }));
    expect(breaker.snapshot().window).toMatchObject({ buckets: slow });
  });

  it('of ten buckets restored with two buckets has two buckets', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ rollingWindow: 100, scheduler: clock });
    for (let i = 0; i < 3; i++) {
      succeed(breaker);
      clock.advance(10);
    }
    const copy = circuitBreaker({
      rollingWindow: { duration: 100, buckets: 2 },
      restore: breaker.snapshot(),
      scheduler: clock,
    });
    succeed(copy);
    const bucket = (ago: number) => ({ ago, successes: 2, failures: 0, ignored: 0, slow: 0 });
    expect(copy.snapshot().window).toEqual({ kind: 'time', buckets: [bucket(10), bucket(60)] });
  });

  it('stands still: it is not changed by what comes after', () => {
    const breaker = circuitBreaker(options({ duration: 1_000, buckets: 10 }));
    fail(breaker);
    const snapshot = breaker.snapshot();
    const before = JSON.stringify(snapshot);
    fail(breaker);
    expect(JSON.stringify(snapshot)).toBe(before);
  });

  it('says null for never: JSON has no Infinity', () => {
    const breaker = circuitBreaker({ ...options(1_000), retryTimeout: Number.POSITIVE_INFINITY });
    fail(breaker, 4);
    expect(breaker.snapshot()).toMatchObject({ version: 1, state: 'open', retryAfter: null });
    const copy = circuitBreaker({ restore: breaker.snapshot() });
    expect([copy.state, copy.retryAfter]).toEqual(['open', Number.POSITIVE_INFINITY]);
  });
});

describe('restore', () => {
  it('of an open state counts its rest from the moment of restoring', () => {
    const clock = new HandClock();
    const saved = options(1_000);
    const breaker = circuitBreaker({ ...saved, scheduler: clock });
    fail(breaker, 4);
    clock.advance(200);
    const later = new HandClock(100); // a clock that starts anew: no time has passed
    const copy = circuitBreaker({ ...saved, restore: breaker.snapshot(), scheduler: later });
    later.advance(299);
    expect([copy.state, copy.retryAfter]).toEqual(['open', 1]);
    later.advance(1);
    expect(copy.state).toBe('half-open');
  });

  it('of an open state whose time is over is half-open at once', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ ...options(1_000), scheduler: clock });
    fail(breaker, 4);
    const restore = { ...breaker.snapshot(), retryAfter: 0 };
    expect(circuitBreaker({ ...options(1_000), restore }).state).toBe('half-open');
  });

  it('goes on with the attempt', () => {
    const clock = new HandClock();
    const attempts: number[] = [];
    const saved: CircuitBreakerOptions = {
      consecutiveFailureThreshold: 1,
      retryTimeout: ({ attempt }) => {
        attempts.push(attempt);
        return 10;
      },
      scheduler: clock,
    };
    const breaker = circuitBreaker(saved);
    fail(breaker);
    const copy = circuitBreaker({ ...saved, restore: breaker.snapshot() });
    clock.advance(10);
    fail(copy);
    expect(attempts).toEqual([1, 2]);
  });

  it.each(['isolate', 'disable'] as const)('of %s starts closed: the hand is gone', (hold) => {
    const breaker = circuitBreaker(options(1_000));
    breaker[hold]();
    const copy = circuitBreaker({ ...options(1_000), restore: breaker.snapshot() });
    expect(copy.snapshot()).toMatchObject({ state: 'closed', counts: { calls: 0 } });
  });

  it('forgets the calls that were in flight', () => {
    const breaker = circuitBreaker(options(1_000));
    start(breaker);
    const copy = circuitBreaker({ ...options(1_000), restore: breaker.snapshot() });
    expect(copy.snapshot().counts.inFlight).toBe(0);
  });

  it('under lower thresholds starts the probes again, and is not stuck', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ ...options(1_000), scheduler: clock });
    stories['half-open, undecided']?.(breaker, clock);
    const copy = circuitBreaker({
      ...options(1_000),
      successThreshold: 1,
      probeFailureThreshold: 1,
      restore: breaker.snapshot(),
    });
    expect([copy.state, copy.retryAfter]).toEqual(['half-open', 0]);
    succeed(copy);
    expect(copy.state).toBe('closed');
  });

  it('into a smaller window of calls keeps the last of them', () => {
    const breaker = circuitBreaker({ ...options({ calls: 6 }), slowCallDuration: 100 });
    fail(breaker, 3);
    succeed(breaker, 2);
    const restore = breaker.snapshot();
    const copy = circuitBreaker({ ...options({ calls: 3 }), restore });
    expect(copy.snapshot().counts).toMatchObject({ successes: 2, failures: 1 });
  });

  it.each([
    [
      { duration: 10_000, buckets: 10 },
      { duration: 10_000, buckets: 2 },
    ],
    [
      { duration: 10_000, buckets: 2 },
      { duration: 10_000, buckets: 10 },
    ],
    [
      { duration: 10_000, buckets: 10 },
      { duration: 2_500, buckets: 5 },
    ],
    [
      { duration: 10_000, buckets: 10 },
      { duration: 20_000, buckets: 7 },
    ],
  ])('of window %j into %j never keeps a result longer than the new duration', (from, to) => {
    const clock = new HandClock();
    const quiet = { tripWhen: () => false, scheduler: clock };
    const breaker = circuitBreaker({ ...quiet, rollingWindow: from });
    const ended: number[] = [];
    for (let i = 0; i < 19; i++) {
      clock.advance(500);
      fail(breaker);
      ended.push(clock.time);
    }
    clock.advance(450);
    const copy = circuitBreaker({ ...quiet, rollingWindow: to, restore: breaker.snapshot() });
    for (let i = 0; i < 250; i++) {
      const fresh = ended.filter((time) => clock.time - time < to.duration).length;
      expect(copy.snapshot().counts.failures).toBeLessThanOrEqual(fresh);
      clock.advance(100);
    }
    expect(copy.snapshot().counts.failures).toBe(0);
  });

  it.each([
    ['time', 'calls'],
    ['calls', 'time'],
    ['time', 'none'],
    ['calls', 'none'],
    ['none', 'time'],
    ['none', 'calls'],
  ])('of window %s into window %s starts with an empty window', (from, to) => {
    const breaker = circuitBreaker(options(windows[from] as RollingWindow));
    fail(breaker, 3);
    breaker.acquire().ignore();
    const restore = breaker.snapshot();
    const copy = circuitBreaker({ ...options(windows[to] as RollingWindow), restore });
    expect(copy.snapshot().counts).toMatchObject({ calls: 0, ignored: 0 });
    fail(copy);
    expect(copy.state).toBe('open'); // the run of failures is still a run
  });
});

describe('a bad snapshot', () => {
  const good = circuitBreaker({ rollingWindow: { calls: 5 }, minimumCalls: 5 }).snapshot();
  const timed = circuitBreaker({ rollingWindow: 1_000 }).snapshot();
  const bucket = { ago: 5, successes: 1, failures: 1, ignored: 0, slow: 0 };
  const buckets = (some: object) => ({
    ...timed,
    window: { kind: 'time', buckets: [{ ...bucket, ...some }] },
  });
  it.each([
    ['null', null, ''],
    ['text', 'closed', ''],
    ['a number', 1, ''],
    ['nothing in it', {}, 'version'],
    ['another version', { ...good, version: 2 }, 'version'],
    ['an unknown state', { ...good, state: 'ajar' }, 'state'],
    ['no counts', { ...good, counts: undefined }, 'counts'],
    ['a count missing', { ...good, counts: { ...good.counts, failures: undefined } }, 'counts'],
    ['a negative count', { ...good, counts: { ...good.counts, failures: -1 } }, 'counts'],
    ['a count in text', { ...good, counts: { ...good.counts, failures: '1' } }, 'counts'],
    ['half a failure', { ...good, counts: { ...good.counts, failures: 0.5 } }, 'counts'],
    ['NaN failures', { ...good, counts: { ...good.counts, failures: Number.NaN } }, 'counts'],
    ['no retryAfter', { ...good, retryAfter: undefined }, 'retryAfter'],
    ['a negative retryAfter', { ...good, retryAfter: -1 }, 'retryAfter'],
    ['a retryAfter in text', { ...good, retryAfter: '5' }, 'retryAfter'],
    ['NaN for retryAfter', { ...good, retryAfter: Number.NaN }, 'retryAfter'],
    ['a negative attempt', { ...good, attempt: -1 }, 'attempt'],
    ['an attempt in text', { ...good, attempt: '1' }, 'attempt'],
    ['no window', { ...good, window: undefined }, 'window'],
    ['an unknown window', { ...good, window: { kind: 'moon' } }, 'window'],
    ['unknown outcomes', { ...good, window: { kind: 'calls', outcomes: 'sfx' } }, 'window'],
    ['outcomes that are no text', { ...good, window: { kind: 'calls', outcomes: [] } }, 'window'],
    ['buckets that are no list', { ...timed, window: { kind: 'time', buckets: {} } }, 'window'],
    ['a negative bucket', buckets({ failures: -1 }), 'window'],
    ['a bucket in text', buckets({ failures: '1' }), 'window'],
    ['a bucket of the future', buckets({ ago: -1 }), 'window'],
    ['half a failure in a bucket', buckets({ failures: 0.5 }), 'window'],
  ])('with %s is refused, and the error says what is wrong', (_, restore, wrong) => {
    const make = () => circuitBreaker({ restore: restore as CircuitSnapshot });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(/^restore must be .*got/);
    expect(make).toThrow(wrong);
  });
});

function rounded({ window }: CircuitSnapshot): unknown {
  if (window?.kind !== 'time') return window;
  return window.buckets.map((bucket) => ({ ...bucket, ago: Math.round(bucket.ago * 1e6) / 1e6 }));
}

describe('restore', () => {
  it('of half-open under a function of open times gives a probe at least ten seconds', () => {
    const clock = new HandClock();
    const saved: CircuitBreakerOptions = {
      consecutiveFailureThreshold: 1,
      retryTimeout: () => 10,
      scheduler: clock,
    };
    const breaker = circuitBreaker(saved);
    fail(breaker);
    clock.advance(10);
    const copy = circuitBreaker({ ...saved, restore: breaker.snapshot() });
    start(copy);
    clock.advance(9_999);
    expect([admits(copy), copy.retryAfter]).toEqual([false, 1]);
    clock.advance(1);
    expect(admits(copy)).toBe(true);
  });

  it.each([
    { kind: 'other', outcomes: 'sf' },
    { kind: 'other', buckets: [] },
  ])('refuses a window of no known kind: %o', (window) => {
    const restore = { ...circuitBreaker().snapshot(), window } as unknown as CircuitSnapshot;
    expect(() => circuitBreaker({ restore })).toThrow(TypeError);
  });
});

describe('a snapshot from outside', () => {
  const opened = () => {
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 1, scheduler: new HandClock() });
    fail(breaker);
    return breaker.snapshot();
  };
  const timed = circuitBreaker({ rollingWindow: 1_000 }).snapshot();
  const bucket = { ago: 5, successes: 1, failures: 1, ignored: 0, slow: 0 };
  const window = (some: object) => ({ kind: 'time', buckets: [{ ...bucket, ...some }] });
  const why = (some: object) => ({ ...opened(), why: { ...opened().why, ...some } });
  const excess = (some: object) => ({
    ...timed,
    excess: { failures: 1, ago: 0, balance: -1, ...some },
  });
  /** The most that a window may hold: of calls, and of buckets. */
  const LONGEST = 2 ** 24;
  const outcomes = (calls: number) => ({
    ...timed,
    window: { kind: 'calls', outcomes: 's'.repeat(calls) },
  });
  const emptyBuckets = (length: number) => ({
    ...timed,
    window: { kind: 'time', buckets: Array(length) },
  });

  it.each<[string, object, string]>([
    [
      'a time without end in a bucket',
      { ...timed, window: window({ ago: Number.POSITIVE_INFINITY }) },
      'window',
    ],
    ['more slow calls than calls', { ...timed, window: window({ slow: 3 }) }, 'window'],
    ['counts that do not add up', { ...timed, counts: { ...timed.counts, calls: 5 } }, 'counts'],
    [
      'slow calls without calls',
      { ...timed, counts: { ...timed.counts, slow: 5, slowInFlight: 0 } },
      'counts',
    ],
    ['a date without end', { ...timed, takenAt: -1e308 }, 'takenAt'],
    ['a stay without end', { ...timed, stateFor: Number.POSITIVE_INFINITY }, 'stateFor'],
    ['an open time without end', { ...timed, openTime: Number.POSITIVE_INFINITY }, 'openTime'],
    [
      'an excess without end',
      { ...timed, excess: { failures: Number.POSITIVE_INFINITY, ago: 0, balance: 0 } },
      'excess',
    ],
    ['half a probe', { ...timed, probes: { good: 0.5, bad: 0 } }, 'probes'],
    ['a long reason', why({ reason: 'x'.repeat(1e6) }), 'why'],
    ['a reason of several lines', why({ reason: 'trip\n' }), 'why'],
    ['a list for a reason', why({ reason: ['trip'] }), 'why'],
    ['a long message', why({ message: 'x'.repeat(201) }), 'why'],
    ['a list for a message', why({ message: ['boom'] }), 'why'],
    ['an excess without an age', excess({ ago: null }), 'excess'],
    ['the age of no excess', excess({ failures: 0, ago: 5 }), 'excess'],
    ['an excess of the future', excess({ ago: -1 }), 'excess'],
    ['an excess of a time in text', excess({ ago: '5' }), 'excess'],
    ['more outcomes than a window holds', outcomes(LONGEST + 1), 'window'],
    ['more buckets than a window holds', emptyBuckets(LONGEST + 1), 'window'],
    ...[
      'slow',
      'slowInFlight',
      'ignored',
      'inFlight',
      'consecutiveSuccesses',
      'consecutiveFailures',
    ].flatMap((name) =>
      [-1, 0.5, '0', null].map((value): [string, object, string] => [
        `a count ${name} of ${JSON.stringify(value)}`,
        { ...timed, counts: { ...timed.counts, slowInFlight: 0, [name]: value } },
        'counts',
      ]),
    ),
  ])('with %s is refused, and the error names the field in short', (_, restore, field) => {
    let message = '';
    try {
      circuitBreaker({ restore: restore as CircuitSnapshot });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(new RegExp(`^restore must be a snapshot with a valid ${field}, got`));
    expect(message.length).toBeLessThan(200);
  });

  it('of version 0.1 may have a slow rate of 0 beside slow calls: all numbers stay finite', () => {
    const { slowInFlight: _, ...counts } = timed.counts;
    const restore = { ...timed, window: null, counts: { ...counts, slow: 5, slowRate: 0 } };
    const breaker = circuitBreaker({ restore: restore as never });
    const { slow, slowRate } = breaker.snapshot().counts;
    expect([slow, slowRate]).toEqual([0, 0]);
  });

  it.each([Number.MAX_VALUE, 2 ** 60])('of an open time of %d can be restored', (retryTimeout) => {
    const breaker = circuitBreaker({ retryTimeout, scheduler: new HandClock() });
    breaker.trip();
    const saved = JSON.parse(JSON.stringify(breaker.snapshot()));
    expect(saved.retryAfter).toBe(null);
    const copy = circuitBreaker({ restore: saved, scheduler: new HandClock() });
    expect([copy.state, copy.retryAfter]).toEqual(['open', Number.POSITIVE_INFINITY]);
  });

  it('shares nothing with the breaker, neither the one before nor the one after', () => {
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 1 });
    fail(breaker);
    const saved = JSON.parse(JSON.stringify(breaker.snapshot()));
    const copy = circuitBreaker({ restore: saved });
    for (const snapshot of [saved, breaker.snapshot(), copy.snapshot()]) {
      Object.assign(snapshot.why.counts, { failures: 99 });
    }
    expect(breaker.snapshot().why?.counts.failures).toBe(1);
    expect(copy.snapshot().why?.counts.failures).toBe(1);
  });
});

describe('a snapshot restored at an edge', () => {
  const throwing = {
    get message(): string {
      throw boom;
    },
  };
  const taken = (
    options: CircuitBreakerOptions,
    act: (clock: HandClock, breaker: CircuitBreaker) => void,
  ) => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ retryTimeout: 1_000, ...options, scheduler: clock });
    breaker.trip();
    act(clock, breaker);
    return breaker.snapshot();
  };

  it('is half-open from the start where the open time has just passed', () => {
    const restore = taken({}, () => {});
    const clock = new HandClock(1_000);
    const breaker = circuitBreaker({ restore, retryTimeout: 1_000, scheduler: clock });
    expect([breaker.state, breaker.snapshot().stateFor]).toEqual(['half-open', 0]);
    expect(breaker.totals().transitions['half-open']).toBe(0); // nothing has changed since the start
  });

  it.each([
    ['a number', 20_000, 20_000],
    ['a function', () => 20_000, 0],
  ])(
    'of half-open without an open time takes the open time of the options: %s',
    (_, own, served) => {
      const { openTime: _left, ...restore } = taken({ successThreshold: 2 }, (it) =>
        it.advance(1_000),
      );
      const breaker = circuitBreaker({
        restore,
        successThreshold: 2,
        retryTimeout: own,
        scheduler: new HandClock(1_000),
      });
      expect(breaker.snapshot().openTime).toBe(served);
    },
  );

  it('of half-open by rounds begins without results', () => {
    const snapshot = taken({ successThreshold: 3 }, (clock) => clock.advance(1_000));
    const restore = { ...snapshot, probes: { good: 1, bad: 0 } };
    const breaker = circuitBreaker({ restore, scheduler: new HandClock(1_000) });
    expect(breaker.snapshot().probes).toEqual({ good: 0, bad: 0 });
    const fixed = circuitBreaker({ restore, successThreshold: 3, scheduler: new HandClock(1_000) });
    expect(fixed.snapshot().probes).toEqual({ good: 1, bad: 0 });
  });

  it('of half-open by rounds forgets the probes of the rounds before', () => {
    const restore = taken({}, (clock, breaker) => {
      clock.advance(1_000);
      const probe = start(breaker);
      expect(admits(breaker)).toBe(false); // so the next round is larger
      probe.complete();
    });
    expect(restore).toMatchObject({ probes: { good: 0, bad: 0 }, counts: { successes: 1 } });
    const breaker = circuitBreaker({ restore, scheduler: new HandClock(1_500) });
    expect(breaker.snapshot()).toMatchObject({ stateFor: 0, counts: { calls: 0 } });
  });

  it('of an isolated breaker starts closed, and has nothing to explain', () => {
    const isolated = circuitBreaker({ scheduler: new HandClock() });
    isolated.isolate();
    const restore = isolated.snapshot();
    expect(restore.why?.reason).toBe('isolate');
    const breaker = circuitBreaker({ restore, scheduler: new HandClock() });
    expect([breaker.state, breaker.snapshot().why]).toEqual(['closed', null]);
  });

  it('shows the excess of a disabled breaker, and none of an open one', () => {
    const breaker = circuitBreaker({ scheduler: new HandClock() });
    breaker.disable();
    fail(breaker, 2);
    expect(breaker.snapshot().excess).toEqual({ failures: 2, ago: 0, balance: -2 });
    breaker.isolate();
    expect(breaker.snapshot().excess).toBeNull();
  });

  it.each([
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [2 ** 53, null, Number.POSITIVE_INFINITY],
    [2 * Number.MAX_SAFE_INTEGER, null, Number.POSITIVE_INFINITY],
  ])(
    'holds the longest wait that JSON can hold exactly, and null for a longer one: %d',
    (retryTimeout, shown, restored) => {
      const breaker = circuitBreaker({ retryTimeout, scheduler: new HandClock() });
      breaker.trip();
      const restore = breaker.snapshot();
      expect(restore.retryAfter).toBe(shown);
      expect(circuitBreaker({ restore, scheduler: new HandClock() }).retryAfter).toBe(restored);
    },
  );

  it.each<[string, unknown, string | undefined]>([
    ['an error', boom, 'boom'],
    ['a text', 'HTTP 503', 'HTTP 503'],
    ['an error of many words', new Error('x'.repeat(1_000)), 'x'.repeat(200)],
    ['an error whose message is a list', { message: ['boom'] }, undefined],
    ['an error whose message is a number', { message: 503 }, undefined],
    ['nothing', null, undefined],
    ['an error whose message throws', throwing, undefined],
  ])('says why the breaker opened: %s', (_, error, message) => {
    const breaker = circuitBreaker({ scheduler: new HandClock() });
    breaker.trip(error);
    const restore = breaker.snapshot();
    expect(restore.why?.message).toBe(message);
    expect(circuitBreaker({ restore, scheduler: new HandClock() }).snapshot().why).toEqual(
      restore.why,
    );
  });

  it.each([
    ['outcomes', { kind: 'calls', outcomes: 's'.repeat(2 ** 24) }],
    ['buckets', { kind: 'time', buckets: Array(2 ** 24) }],
  ])('may hold 16,777,216 %s', (_, window) => {
    const restore = { ...circuitBreaker().snapshot(), window } as unknown as CircuitSnapshot;
    expect(circuitBreaker({ restore }).snapshot().window).toBeNull();
  });
});
