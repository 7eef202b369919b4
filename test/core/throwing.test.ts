import { concat, of, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
  circuitBreakers,
  type Permit,
} from '../../src/index.ts';
import { boom, events, record, start, succeed, unhandled } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

const bug = new Error('bug');
const crash = (): never => {
  throw bug;
};
const make = (options: CircuitBreakerOptions) =>
  circuitBreaker({ scheduler: new HandClock(), minimumCalls: 1_000, ...options });

describe('a classifyError that throws', () => {
  it('makes the call a failure, and its subscriber hears what was thrown', () => {
    const breaker = make({ classifyError: crash });
    expect(record(throwError(() => boom).pipe(breaker))).toEqual(['#bug']);
    expect(breaker.snapshot().counts).toMatchObject({ failures: 1, inFlight: 0 });
  });

  it.each([undefined, 'fail', true, null])('so does one that answers %s', (answer) => {
    const breaker = make({ classifyError: () => answer as 'failure' });
    let error: unknown;
    throwError(() => boom)
      .pipe(breaker)
      .subscribe({ error: (e) => (error = e) });
    expect(error).toBeInstanceOf(TypeError);
    // the option, the rule and the value
    for (const part of ['classifyError', '"failure"', '"success"', '"ignored"']) {
      expect(String(error)).toContain(part);
    }
    expect(String(error)).toContain(`got ${JSON.stringify(answer)}`);
    expect(breaker.snapshot().counts).toMatchObject({ failures: 1, inFlight: 0 });
  });

  it('fails a probe, which opens the breaker again', () => {
    const clock = new HandClock();
    const breaker = make({
      classifyError: (_, state) => (state === 'half-open' ? crash() : 'failure'),
      minimumCalls: 1,
      retryTimeout: 100,
      scheduler: clock,
    });
    start(breaker).error();
    clock.advance(100);
    start(breaker).error();
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 100]);
  });
});

describe('a classifyValue that throws', () => {
  it('ends the call as a failure: its subscriber hears what was thrown, the source is stopped', () => {
    const breaker = make({ classifyValue: crash });
    const call = start(breaker);
    call.next(1);
    expect(call.heard).toEqual(['#bug']);
    expect(call.subscription.closed).toBe(true);
    expect(breaker.snapshot().counts).toMatchObject({ failures: 1, inFlight: 0 });
  });

  it('stops a synchronous source', () => {
    const breaker = make({ classifyValue: crash });
    expect(record(of(1, 2, 3).pipe(breaker))).toEqual(['#bug']);
  });

  it.each([undefined, 'ignored', false])('so does one that answers %s', (answer) => {
    const breaker = make({ classifyValue: () => answer as 'failure' });
    let error: unknown;
    of(1)
      .pipe(breaker)
      .subscribe({ error: (e) => (error = e) });
    expect(error).toBeInstanceOf(TypeError);
    // the option, the rule and the value
    for (const part of ['classifyValue', '"failure"', '"success"', '"undecided"']) {
      expect(String(error)).toContain(part);
    }
    expect(String(error)).toContain(`got ${JSON.stringify(answer)}`);
    expect(breaker.snapshot().counts).toMatchObject({ failures: 1 });
  });
});

describe('a tripWhen that throws', () => {
  const broken = (options: CircuitBreakerOptions = {}) =>
    circuitBreaker({ tripWhen: crash, scheduler: new HandClock(), ...options });

  it('over a success makes it a failure, and the subscriber hears what was thrown', () => {
    const breaker = broken();
    const heard = events(breaker);
    expect(record(of(1).pipe(breaker))).toEqual(['1', '#bug']);
    expect(breaker.snapshot().counts).toMatchObject({
      successes: 0,
      failures: 1,
      consecutiveFailures: 1,
      consecutiveSuccesses: 0,
      inFlight: 0,
    });
    expect(heard).toMatchObject([{ type: 'failure', error: bug }]);
  });

  it('over a failure lets the subscriber hear what was thrown instead of the error', () => {
    const breaker = broken();
    expect(record(throwError(() => boom).pipe(breaker))).toEqual(['#bug']);
    expect(breaker.snapshot().counts).toMatchObject({ failures: 1, inFlight: 0 });
  });

  it.each([
    ['a window of time', { rollingWindow: 1_000 }],
    ['a window of calls', { rollingWindow: { calls: 3 } }],
    ['no window', { rollingWindow: Number.POSITIVE_INFINITY }],
  ])('leaves %s with failures only', (_, options) => {
    const breaker = broken(options);
    for (let i = 0; i < 3; i++) record(of(1).pipe(breaker));
    expect(breaker.snapshot().counts).toMatchObject({
      successes: 0,
      failures: 3,
      consecutiveFailures: 3,
    });
    const restored = circuitBreaker({
      ...options,
      restore: breaker.snapshot(),
      scheduler: new HandClock(),
    });
    expect(restored.snapshot().counts).toMatchObject({ successes: 0, failures: 3 });
  });

  it.each([
    ['a window of time', { rollingWindow: 1_000 }],
    ['a window of calls', { rollingWindow: { calls: 3 } }],
    ['no window', { rollingWindow: Number.POSITIVE_INFINITY }],
  ])('over slow calls leaves %s with one slow failure each', (_, options) => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      ...options,
      slowCallDuration: 10,
      // not for time alone, which finds the call slow before it ends
      tripWhen: ({ successes }) => successes > 0 && crash(),
      scheduler: clock,
    });
    for (let i = 0; i < 3; i++) {
      const call = start(breaker);
      clock.advance(11);
      call.complete();
    }
    expect(breaker.snapshot().counts).toMatchObject({ successes: 0, failures: 3, slow: 3 });
    const restored = circuitBreaker({
      ...options,
      slowCallDuration: 10,
      restore: breaker.snapshot(),
      scheduler: clock,
    });
    expect(restored.snapshot().counts).toMatchObject({ successes: 0, failures: 3, slow: 3 });
  });

  it('once leaves the breaker sound for the next call', () => {
    let throws = true;
    const breaker = broken({
      tripWhen: ({ failures }) => (throws ? crash() : failures >= 2),
    });
    record(of(1).pipe(breaker));
    throws = false;
    succeed(breaker);
    expect(breaker.state).toBe('closed');
    expect(record(throwError(() => boom).pipe(breaker))).toEqual(['#boom']);
    expect(breaker.state).toBe('open');
  });

  it('over a call that its subscriber has left is reported to RxJS, not lost', async () => {
    const breaker = broken();
    const reported = await unhandled(() => {
      const call = start(breaker);
      call.next();
      call.cancel();
    });
    expect(reported).toEqual([bug]);
    expect(breaker.snapshot().counts).toMatchObject({ failures: 1, inFlight: 0 });
  });

  it('over a call that its age made a success is reported to RxJS, and the stream goes on', async () => {
    const clock = new HandClock();
    const successOn = { after: 50 };
    const breaker = circuitBreaker({ successOn, tripWhen: crash, scheduler: clock });
    const source = new Subject<number>();
    const heard = record(source.pipe(breaker));
    const reported = await unhandled(() => {
      clock.advance(50);
      expect(breaker.totals().failures).toBe(1);
    });
    source.next(1);
    expect([heard, reported]).toEqual([['1'], [bug]]);
  });

  it('throws out of a permit', () => {
    const breaker = broken();
    const permit = breaker.acquire();
    expect(() => permit.success()).toThrow(bug);
    expect(() => permit.success()).not.toThrow();
  });

  it('rejects a promise', async () => {
    const breaker = broken();
    await expect(breaker.execute(() => 1)).rejects.toBe(bug);
    expect(breaker.snapshot().counts).toMatchObject({ failures: 1, inFlight: 0 });
  });
});

describe('a retryTimeout that throws or answers nonsense', () => {
  const opened = (retryTimeout: () => number) => {
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout,
      scheduler: new HandClock(),
    });
    return { breaker, heard: record(throwError(() => boom).pipe(breaker)) };
  };

  it('opens for the default time, and the subscriber hears what was thrown', () => {
    const { breaker, heard } = opened(crash);
    expect(heard).toEqual(['#bug']);
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 30_000]);
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ cause: boom }));
  });

  it.each([
    [Number.NaN, '#RangeError'],
    [-1, '#RangeError'],
    [Number.NEGATIVE_INFINITY, '#RangeError'],
    ['5', '#TypeError'],
    [undefined, '#TypeError'],
    [null, '#TypeError'],
    [5n, '#TypeError'],
    [{}, '#TypeError'],
  ])('so does one that answers %s', (answer, error) => {
    const { breaker, heard } = opened(() => answer as number);
    expect(heard).toEqual([error]);
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 30_000]);
  });

  it.each([
    [0, 'half-open', 0],
    [0.5, 'open', 0.5],
    [2 ** 31, 'open', 2 ** 31],
    [Number.POSITIVE_INFINITY, 'open', Number.POSITIVE_INFINITY],
  ])('does not mean one that answers %s', (answer, state, retryAfter) => {
    const { breaker, heard } = opened(() => answer);
    expect(heard).toEqual(['#boom']);
    expect([breaker.state, breaker.retryAfter]).toEqual([state, retryAfter]);
  });

  it('after failed probes opens for the default time too', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: ({ attempt }) => (attempt === 1 ? 10 : crash()),
      scheduler: clock,
    });
    start(breaker).error();
    clock.advance(10);
    const probe = start(breaker);
    probe.error();
    expect(probe.heard).toEqual(['#bug']);
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 30_000]);
  });
});

describe('what retryTimeout is told', () => {
  it('is the attempt, the error, the counts that decided, and the time', () => {
    const clock = new HandClock(1_000);
    const told: unknown[] = [];
    const breaker = circuitBreaker({
      name: 'told',
      consecutiveFailureThreshold: 2,
      retryTimeout: ({ attempt, error, now, snapshot }) => {
        told.push([attempt, error, now, snapshot.state, snapshot.counts.failures]);
        return 50;
      },
      scheduler: clock,
    });
    start(breaker).error(1);
    start(breaker).error(2);
    clock.advance(50);
    start(breaker).error(3);
    expect(told).toEqual([
      [1, 2, 1_000, 'closed', 2],
      [2, 3, 1_050, 'half-open', 1],
    ]);
  });
});

describe('user code that reaches back into the breaker', () => {
  it('a rule that resets and then says to trip opens nothing, and nobody is asked for how long', () => {
    let asked = 0;
    const breaker = circuitBreaker({
      scheduler: new HandClock(),
      tripWhen: () => {
        breaker.reset();
        return true;
      },
      retryTimeout: () => {
        asked++;
        return 10;
      },
    });
    succeed(breaker);
    expect([breaker.state, asked]).toEqual(['closed', 0]);
  });

  it('an open time whose function isolates leaves the breaker isolated', () => {
    const breaker = circuitBreaker({
      scheduler: new HandClock(),
      consecutiveFailureThreshold: 1,
      retryTimeout: () => {
        breaker.isolate();
        return 10;
      },
    });
    record(throwError(() => boom).pipe(breaker));
    expect([breaker.state, breaker.snapshot().attempt]).toEqual(['isolated', 0]);
  });

  it('an answer that is no open time is named as such', () => {
    let told: unknown;
    const breaker = circuitBreaker({
      scheduler: new HandClock(),
      consecutiveFailureThreshold: 1,
      retryTimeout: () => -1,
    });
    throwError(() => boom)
      .pipe(breaker)
      .subscribe({ error: (error: unknown) => (told = error) });
    expect(String(told)).toContain('the answer of retryTimeout must be');
  });

  it('a rule that throws when a hung call becomes slow is told to RxJS, for no call waits for it', async () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ scheduler: clock, slowCallDuration: 5, tripWhen: crash });
    start(breaker);
    const reported = await unhandled(() => {
      clock.time += 6;
      expect(breaker.state).toBe('closed');
    });
    expect(reported).toEqual([bug]);
  });
});

describe('a tripWhen that does something and then throws', () => {
  it('leaves a failure that is forgotten on time, though it has made the window roll', () => {
    const clock = new HandClock();
    let armed = true;
    const breaker: CircuitBreaker = circuitBreaker({
      scheduler: clock,
      rollingWindow: 100,
      tripWhen: () => {
        if (!armed) return false;
        armed = false;
        clock.advance(10);
        breaker.snapshot();
        return crash();
      },
    });
    expect(() => breaker.acquire().success()).toThrow(bug);
    expect(breaker.snapshot().counts).toMatchObject({ successes: 0, failures: 1 });
    clock.advance(89);
    expect(breaker.snapshot().counts).toMatchObject({ successes: 0, failures: 1 });
    clock.advance(1);
    expect(breaker.snapshot().counts).toMatchObject({ successes: 0, failures: 0 });
  });

  it('leaves no trace of a call that the window has forgotten meanwhile', () => {
    const clock = new HandClock();
    let armed = true;
    const breaker: CircuitBreaker = circuitBreaker({
      scheduler: clock,
      rollingWindow: 100,
      tripWhen: () => {
        if (!armed) return false;
        armed = false;
        clock.advance(100);
        breaker.acquire().success();
        return crash();
      },
    });
    expect(() => breaker.acquire().success()).toThrow(bug);
    expect(breaker.snapshot().counts).toMatchObject({ successes: 1, failures: 0 });
    expect(breaker.totals()).toMatchObject({ successes: 1, failures: 1 });
  });

  it.each([1, 2, 3])('turns the right call of the last %d into a failure', (calls) => {
    let nested: Permit | undefined;
    const breaker = circuitBreaker({
      scheduler: new HandClock(),
      rollingWindow: { calls },
      tripWhen: () => {
        const permit = nested;
        nested = undefined;
        permit?.success();
        if (permit) throw bug;
        return false;
      },
    });
    const permit = breaker.acquire();
    nested = breaker.acquire();
    expect(() => permit.success()).toThrow(bug);
    expect(breaker.snapshot().window).toEqual({ kind: 'calls', outcomes: calls > 1 ? 'fs' : 's' });
    expect(breaker.snapshot().counts.failures).toBe(calls > 1 ? 1 : 0);
    succeed(breaker, 3);
    expect(breaker.snapshot().counts).toMatchObject({ successes: calls, failures: 0 });
  });
});

it('functions given as options are called as such: nothing of the breaker is their `this`', () => {
  const seen: unknown[] = [];
  const group = circuitBreakers({
    optionsFor(this: unknown) {
      seen.push(this);
      return {
        tripWhen(this: unknown) {
          seen.push(this);
          return true;
        },
        classifyError(this: unknown) {
          seen.push(this);
          return 'failure';
        },
        classifyValue(this: unknown) {
          seen.push(this);
          return 'undecided';
        },
        retryTimeout(this: unknown) {
          seen.push(this);
          return 1;
        },
      };
    },
  });
  concat(
    of(1),
    throwError(() => boom),
  )
    .pipe(group.get('a'))
    .subscribe({ error: () => {} });
  expect(seen).toEqual(Array(5).fill(undefined));
});

describe('a tripWhen that throws over a success, after what has moved the window on', () => {
  it('counts the failure in the bucket of its time', () => {
    const clock = new HandClock();
    let throws = false;
    const tripWhen = () => {
      if (throws) throw bug;
      return false;
    };
    const rollingWindow = { duration: 1_000, buckets: 10 };
    const breaker = circuitBreaker({ tripWhen, rollingWindow, scheduler: clock });
    succeed(breaker);
    clock.advance(150);
    throws = true;
    expect(record(of(1).pipe(breaker))).toEqual(['1', '#bug']);
    clock.advance(900); // the bucket of the first success is gone
    expect(breaker.snapshot().counts).toMatchObject({ calls: 1, failures: 1 });
  });

  const rows: readonly [string, CircuitBreakerOptions, (breaker: CircuitBreaker) => unknown][] = [
    [
      'a call in a window of one',
      { rollingWindow: { calls: 1 } },
      (breaker) => breaker.acquire().success(),
    ],
    [
      'a window of another kind',
      { rollingWindow: 1_000 },
      (breaker) => breaker.configure({ rollingWindow: { calls: 3 } }),
    ],
    [
      'a smaller window of calls',
      { rollingWindow: { calls: 10 } },
      (breaker) => breaker.configure({ rollingWindow: { calls: 3 } }),
    ],
    ['a fresh state', { rollingWindow: 1_000 }, (breaker) => breaker.reset()],
  ];
  it.each(rows)(
    'such as %s, leaves counts of 0 and more, and totals as told',
    (_, options, act) => {
      let armed = false;
      const breaker: CircuitBreaker = circuitBreaker({
        ...options,
        scheduler: new HandClock(),
        tripWhen: () => {
          if (!armed) return false;
          armed = false;
          act(breaker);
          throw boom;
        },
      });
      const heard = events(breaker);
      for (let i = 0; i < 12; i++) breaker.acquire().success();
      armed = true;
      expect(() => breaker.acquire().success()).toThrow(boom);
      const { counts, window } = breaker.snapshot();
      expect(Math.min(counts.successes, counts.failures)).toBeGreaterThanOrEqual(0);
      expect(JSON.stringify(window)).not.toContain('undefined');
      const told = (type: string) => heard.filter((event) => event.type === type).length;
      expect(breaker.totals()).toMatchObject({
        successes: told('success'),
        failures: told('failure'),
      });
    },
  );
});

it('a predicate that throws over a slow success leaves one bad call, not two', () => {
  const clock = new HandClock();
  const breaker = circuitBreaker({ tripWhen: crash, slowCallDuration: 100, scheduler: clock });
  const permit = breaker.acquire();
  clock.advance(100.5); // slow, and not yet found to be slow
  expect(() => permit.success()).toThrow(bug);
  expect(breaker.snapshot().excess).toEqual({ failures: 1, ago: 0, balance: -1 });
});

it('a predicate that throws over a success starts the excess at the success', () => {
  const clock = new HandClock();
  const breaker = circuitBreaker({
    tripWhen: crash,
    rollingWindow: { calls: 10 },
    scheduler: clock,
  });
  clock.advance(500);
  expect(() => breaker.acquire().success()).toThrow(bug);
  clock.advance(70);
  expect(breaker.snapshot().excess).toEqual({ failures: 1, ago: 70, balance: -1 });
});

it('a classifier with another answer is told all answers', () => {
  const breaker = make({ classifyError: () => 'bad' as 'failure' });
  expect(record(throwError(() => boom).pipe(breaker))).toEqual(['#TypeError']);
  expect(() => breaker.acquire().failure()).toThrow(
    'classifyError must answer "failure" or "success" or "ignored" or "trip", got "bad"',
  );
});
