import { NEVER, Observable, type ObservableInput, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
  isCircuitOpenError,
} from '../../src/index.ts';
import { admits, boom, events, fail, start, states, succeed, unhandled } from './calls.ts';
import { HandClock } from './handClock.ts';
import { Time } from './handTime.ts';

function make(options: CircuitBreakerOptions = {}) {
  const clock = new HandClock();
  return { breaker: circuitBreaker({ scheduler: clock, ...options }), clock };
}

describe('trip', () => {
  it('opens with the normal way back, and its error is the cause', () => {
    const { breaker, clock } = make();
    const heard = events(breaker);
    breaker.trip(boom);
    expect(heard).toMatchObject([
      { type: 'state-change', from: 'closed', to: 'open', reason: 'trip', error: boom },
    ]);
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ cause: boom }));
    expect(breaker.snapshot()).toMatchObject({ attempt: 1, why: { reason: 'trip' } });
    clock.advance(1_000);
    expect(breaker.state).toBe('half-open');
    breaker.trip();
    expect(breaker.snapshot()).toMatchObject({ state: 'open', attempt: 2 });
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ cause: undefined }));
  });

  it('does nothing while open or held', () => {
    const { breaker, clock } = make();
    breaker.trip();
    clock.advance(300);
    breaker.trip();
    expect([breaker.snapshot().attempt, breaker.retryAfter]).toEqual([1, 700]);
    for (const hold of ['isolate', 'disable'] as const) {
      const held = breaker[hold]();
      const heard = events(breaker);
      breaker.trip();
      breaker.halfOpen();
      expect(heard).toEqual([]);
      held.unsubscribe();
    }
  });

  it('that meets a retryTimeout that throws opens for thirty seconds and throws', () => {
    const { breaker } = make({
      retryTimeout: () => {
        throw boom;
      },
    });
    expect(() => breaker.trip()).toThrow(boom);
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 30_000]);
  });
});

describe('halfOpen', () => {
  it('ends the open time, and probes decide as ever', () => {
    const { breaker, clock } = make({ retryTimeout: Number.POSITIVE_INFINITY });
    breaker.halfOpen();
    expect(breaker.state).toBe('closed');
    breaker.trip();
    clock.advance(50);
    const heard = states(breaker);
    breaker.halfOpen();
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', openTime: 50 });
    succeed(breaker);
    expect(heard).toEqual(['open', 'half-open', 'closed']);
  });
});

describe('a listener', () => {
  it('hears of halfOpen at once', () => {
    const { breaker } = make({ retryTimeout: Number.POSITIVE_INFINITY });
    const heard = states(breaker);
    breaker.trip();
    breaker.halfOpen();
    expect(heard).toEqual(['closed', 'open', 'half-open']);
  });

  it('hears in time of what other settings bring forward', () => {
    const time = new Time();
    const rules = { excessFailureThreshold: 1, excessDuration: 0, scheduler: time };
    const breaker = circuitBreaker({ ...rules, slowCallDuration: 5_000 });
    const heard = states(breaker);
    start(breaker);
    time.pass(50);
    breaker.configure({ excessFailureThreshold: 1, excessDuration: 0, slowCallDuration: 100 });
    time.pass(50);
    expect(heard).toEqual(['closed']);
    time.pass(1);
    expect(heard).toEqual(['closed', 'open']);
  });
});

it('a timer that other settings make needless is dropped with them', () => {
  const time = new Time();
  const breaker = circuitBreaker({ slowCallDuration: 5_000, scheduler: time });
  states(breaker);
  start(breaker);
  expect(time.timers).toBe(1);
  breaker.configure({});
  expect(time.timers).toBe(0);
});

describe('the answer "trip"', () => {
  it.each(['classifyError', 'classifyValue'] as const)('of %s opens at once', (classifier) => {
    const { breaker } = make({ [classifier]: () => 'trip' });
    const heard = events(breaker);
    if (classifier === 'classifyError') fail(breaker);
    else succeed(breaker);
    expect(heard.map(({ type }) => type)).toEqual(['failure', 'state-change']);
    expect(heard[1]).toMatchObject({ to: 'open', reason: 'trip' });
  });

  it('opens half-open again, however many failures that takes otherwise', () => {
    const { breaker, clock } = make({
      retryTimeout: 10,
      successThreshold: 3,
      probeFailureThreshold: 3,
      classifyError: (error) => (error === 'gone' ? 'trip' : 'failure'),
    });
    breaker.trip();
    clock.advance(10);
    fail(breaker);
    expect(breaker.state).toBe('half-open');
    fail(breaker, 1, 'gone');
    expect(breaker.state).toBe('open');
  });

  it('is a plain failure while disabled, and late after the epoch', () => {
    const { breaker } = make({ classifyError: () => 'trip' });
    breaker.disable();
    fail(breaker);
    expect(breaker.snapshot()).toMatchObject({ state: 'disabled', counts: { failures: 1 } });
    const other = make({ classifyError: () => 'trip' }).breaker;
    const late = start(other);
    other.reset();
    late.error();
    expect(other.state).toBe('closed');
  });
});

describe('with', () => {
  it('judges its calls in their own way, and the others as before', () => {
    const { breaker } = make({ excessFailureThreshold: 1 });
    const lenient = breaker.with({ classifyError: () => 'ignored', context: 'batch' });
    const heard = events(breaker);
    throwError(() => boom)
      .pipe(lenient)
      .subscribe({ error: () => {} });
    expect(heard).toMatchObject([{ type: 'ignored', context: 'batch' }]);
    fail(breaker);
    expect(breaker.state).toBe('open');
    of(1)
      .pipe(lenient)
      .subscribe({ error: () => {} });
    expect(heard.at(-1)).toMatchObject({ type: 'rejected', context: 'batch' });
  });

  it('hands the context to the classifiers', () => {
    const seen: unknown[] = [];
    const { breaker } = make({
      classifyValue: (value, state, context) => {
        seen.push([value, state, context]);
        return 'success';
      },
    });
    of(1)
      .pipe(breaker.with({ context: 'a' }))
      .subscribe();
    of(2).pipe(breaker).subscribe();
    breaker.acquire({ context: 'b' }).success();
    expect(seen).toEqual([
      [1, 'closed', 'a'],
      [2, 'closed', undefined],
    ]);
  });

  it('follows settings that come later', () => {
    const { breaker } = make();
    const tagged = breaker.with({ context: 1 });
    breaker.configure({ classifyError: () => 'ignored' });
    throwError(() => boom)
      .pipe(tagged)
      .subscribe({ error: () => {} });
    expect(breaker.snapshot().counts.ignored).toBe(1);
  });

  it('reads its options once for all calls under the same settings', () => {
    const { breaker, clock } = make();
    const successOn = { after: 100 };
    const stream = breaker.with({ successOn });
    successOn.after = 1_000;
    NEVER.pipe(stream).subscribe();
    clock.advance(100);
    expect(breaker.snapshot().counts.successes).toBe(1);
  });

  it.each([
    [{ mayProbe: 1 }, 'mayProbe must be true or false, got 1'],
    [{ name: 'x' }, 'unknown option "name"'],
    [{ successOn: 'next' }, 'successOn must be'],
    [{ classifyError: 5 }, 'classifyError must be a function, got 5'],
    [5, 'call options must be an object, got 5'],
  ])('refuses %o at once', (call, message) => {
    const { breaker } = make();
    expect(() => breaker.with(call as never)).toThrow(message);
    expect(() => breaker.acquire(call as never)).toThrow(message);
  });
});

describe('a call that may not probe', () => {
  it('meets half-open as open, and says when any call may be a probe', () => {
    const { breaker, clock } = make();
    breaker.trip();
    clock.advance(1_000);
    expect(breaker.state).toBe('half-open');
    expect(() => breaker.acquire({ mayProbe: false })).toThrow(
      expect.objectContaining({ state: 'half-open', retryAfter: 10_000 }),
    );
    expect(breaker.retryAfter).toBe(0);
    clock.advance(9_999);
    expect(() => breaker.acquire({ mayProbe: false })).toThrow('half-open');
    clock.advance(1);
    breaker.acquire({ mayProbe: false }).success();
    expect(breaker.state).toBe('closed');
  });

  it('that is refused is no refusal to the rounds', () => {
    const { breaker, clock } = make();
    breaker.trip();
    clock.advance(1_000);
    const probe = start(breaker);
    expect(() => breaker.acquire({ mayProbe: false })).toThrow('half-open');
    probe.complete();
    expect(breaker.state).toBe('closed');
  });
});

describe('success after an age', () => {
  const stream = { successOn: { after: 100 } } as const;

  it('settles a stream as a success at that age, watched or not', () => {
    const { breaker, clock } = make(stream);
    breaker.trip();
    clock.advance(1_000);
    const call = start(breaker);
    call.next('hello');
    clock.time += 99;
    expect(breaker.state).toBe('half-open');
    clock.time += 1;
    expect(breaker.state).toBe('closed');
    call.error();
    expect(breaker.snapshot().counts.calls).toBe(0);
  });

  it('is told on time to who watches', () => {
    const { breaker, clock } = make(stream);
    const heard = events(breaker);
    start(breaker);
    clock.advance(100);
    expect(heard).toMatchObject([{ type: 'success', duration: 100 }]);
    expect(clock.pending).toBe(0);
  });

  it('makes a stream that dies before a failure, and opens after six of them', () => {
    const { breaker, clock } = make(stream);
    for (let i = 0; i < 6; i++) {
      const call = start(breaker);
      call.next('hello');
      clock.advance(50);
      call.error();
    }
    expect(breaker.state).toBe('open');
  });

  it('of calls with ages of their own settles each in its time', () => {
    const { breaker, clock } = make();
    const heard = events(breaker);
    for (const after of [300, 100, 200]) breaker.acquire({ successOn: { after }, context: after });
    clock.advance(1_000);
    expect(heard.map((event) => 'context' in event && event.context)).toEqual([100, 200, 300]);
  });

  it('leaves nothing behind when the call ends before', () => {
    const { breaker, clock } = make(stream);
    breaker.state$.subscribe();
    const call = start(breaker);
    expect(clock.pending).toBe(1);
    call.complete();
    expect(clock.pending).toBe(0);
    expect(breaker.snapshot().counts).toMatchObject({ successes: 1, inFlight: 0 });
  });
});

describe('a health check of its own', () => {
  it('is made when the open time is over, instead of calls', () => {
    let healthy = false;
    let checks = 0;
    const { breaker, clock } = make({
      retryTimeout: 100,
      probe: () => {
        checks++;
        return healthy ? of('ok') : throwError(() => boom);
      },
    });
    breaker.trip();
    clock.advance(99);
    expect(checks).toBe(0);
    clock.advance(1);
    expect([checks, breaker.state]).toEqual([1, 'open']);
    healthy = true;
    clock.advance(100);
    expect([checks, breaker.state]).toEqual([2, 'closed']);
    expect(clock.pending).toBe(0);
  });

  it('keeps calls out while it runs, and they are no refusal to the rounds', () => {
    const { breaker, clock } = make({ retryTimeout: 100, probe: () => new Promise(() => {}) });
    breaker.trip();
    clock.advance(100);
    expect([breaker.state, admits(breaker)]).toEqual(['half-open', false]);
    clock.advance(20_000);
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', attempt: expect.any(Number) });
  });

  it('that never answers fails when it loses its place', () => {
    const { breaker, clock } = make({ retryTimeout: 100, probe: () => new Promise(() => {}) });
    const heard = states(breaker);
    breaker.trip();
    clock.advance(100 + 10_000);
    expect(heard).toEqual(['closed', 'open', 'half-open', 'open']);
  });

  it('goes on until there is a verdict', () => {
    let checks = 0;
    const { breaker, clock } = make({
      retryTimeout: 100,
      successThreshold: 3,
      probe: () => {
        checks++;
        return of('ok');
      },
    });
    breaker.trip();
    clock.advance(200);
    expect([checks, breaker.state]).toEqual([3, 'closed']);
  });

  it('can be configured later, and taken away', () => {
    let checks = 0;
    const probe = () => {
      checks++;
      return of('ok');
    };
    const { breaker, clock } = make();
    breaker.configure({ retryTimeout: 100, probe });
    breaker.trip();
    clock.advance(100);
    expect([checks, breaker.state]).toEqual([1, 'closed']);
    breaker.configure({ retryTimeout: 100 });
    breaker.trip();
    clock.advance(100);
    expect([checks, breaker.state]).toEqual([1, 'half-open']);
    breaker.configure({ retryTimeout: 100, probe }); // half-open is checked at once, or no call could ever be a probe
    expect([checks, breaker.state]).toEqual([2, 'closed']);
    breaker.trip();
    clock.advance(100);
    expect(checks).toBe(3);
  });
});

describe('configure', () => {
  it('keeps the evidence of a window of its kind, and starts empty where the kind differs', () => {
    const { breaker } = make({ rollingWindow: { calls: 5 } });
    succeed(breaker, 2);
    fail(breaker, 2);
    breaker.configure({ rollingWindow: { calls: 3 } });
    expect(breaker.snapshot().counts).toMatchObject({ successes: 1, failures: 2 });
    breaker.configure({ rollingWindow: 1_000 });
    expect(breaker.snapshot().counts).toMatchObject({ calls: 0, consecutiveFailures: 2 });
    fail(breaker, 3);
    breaker.configure({ rollingWindow: 5_000 });
    expect(breaker.snapshot().counts).toMatchObject({ failures: 3 });
  });

  it('leaves the state and the calls in flight', () => {
    const { breaker, clock } = make();
    const call = start(breaker);
    breaker.configure({ slowCallDuration: 10, excessFailureThreshold: 2 });
    const tracked = start(breaker);
    clock.advance(11);
    expect(breaker.snapshot().counts).toMatchObject({ inFlight: 2, slowInFlight: 1 });
    breaker.configure({});
    call.complete();
    tracked.complete();
    expect(breaker.snapshot().counts).toMatchObject({ inFlight: 0, slowInFlight: 0, successes: 2 });
    breaker.trip();
    breaker.configure({ retryTimeout: 5 });
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 1_000]);
  });

  it('changes nothing when an option is wrong', () => {
    const { breaker } = make();
    expect(() => breaker.configure({ excessFailureThreshold: 0 })).toThrow(RangeError);
    expect(() => breaker.configure({ name: 'x' } as never)).toThrow('name belongs to the making');
    fail(breaker, 6);
    expect(breaker.state).toBe('open');
  });

  it('counts no call twice in the totals', () => {
    const { breaker } = make({ rollingWindow: { calls: 5 } });
    fail(breaker, 2);
    breaker.configure({ rollingWindow: { calls: 3 } });
    succeed(breaker, 1);
    breaker.configure({});
    expect(breaker.totals()).toMatchObject({ successes: 1, failures: 2 });
  });
});

describe('totals', () => {
  it('are what events$ told, over every path', () => {
    const { breaker, clock } = make({
      slowCallDuration: 100,
      classifyError: (error) => (error === 'n' ? 'ignored' : 'failure'),
    });
    const tally: Record<string, number> = {};
    breaker.events$.subscribe(({ type }) => {
      tally[type] = (tally[type] ?? 0) + 1;
    });
    succeed(breaker, 3);
    fail(breaker, 2, 'n');
    start(breaker).cancel();
    const slow = start(breaker);
    clock.advance(101);
    slow.complete();
    const late = start(breaker);
    fail(breaker, 10);
    late.complete();
    clock.advance(1_000);
    start(breaker);
    clock.advance(50);
    breaker.reset();
    succeed(breaker);
    const totals = breaker.totals();
    expect(totals).toMatchObject({
      successes: tally['success'],
      failures: tally['failure'],
      ignored: tally['ignored'],
      cancelled: tally['cancelled'],
      late: tally['late'],
      rejected: tally['rejected'],
      slow: 1,
      expiredProbes: 0,
    });
    const { transitions, time } = totals;
    expect(Object.values(transitions).reduce((sum, n) => sum + n)).toBe(tally['state-change']);
    expect(Object.values(time).reduce((sum, ms) => sum + ms)).toBe(clock.time);
    expect(time).toMatchObject({ open: 1_000, 'half-open': 50 });
  });

  it('do not count what was restored', () => {
    const { breaker, clock } = make({ rollingWindow: { calls: 5 } });
    fail(breaker, 3);
    const copy = circuitBreaker({
      rollingWindow: { calls: 5 },
      restore: breaker.snapshot(),
      scheduler: clock,
    });
    succeed(copy);
    expect(copy.snapshot().counts.failures).toBe(3);
    expect(copy.totals()).toMatchObject({ successes: 1, failures: 0, time: { closed: 0 } });
  });
});

describe('a permit', () => {
  it('is bound, so its members can be handed on', async () => {
    const { breaker } = make();
    const first = breaker.acquire();
    await Promise.resolve(1).then(first.success, first.failure);
    const second = breaker.acquire();
    await Promise.reject(boom).then(second.success, second.failure);
    expect(breaker.snapshot().counts).toMatchObject({ successes: 1, failures: 1, inFlight: 0 });
  });

  it('gives its place back when it is disposed of or cancelled', () => {
    const { breaker } = make();
    {
      using permit = breaker.acquire();
      expect(permit).toBeDefined();
      expect(breaker.snapshot().counts.inFlight).toBe(1);
    }
    breaker.acquire().cancel();
    expect(breaker.snapshot().counts).toMatchObject({ inFlight: 0, calls: 0, ignored: 0 });
    expect(breaker.totals().cancelled).toBe(2);
  });
});

describe('why a breaker is not closed', () => {
  it('is in the snapshot: reason, counts, message, and since when', () => {
    const { breaker, clock } = make();
    expect(breaker.snapshot().why).toBeNull();
    fail(breaker, 6, new Error('x'.repeat(500)));
    clock.advance(400);
    expect(breaker.snapshot()).toMatchObject({
      stateFor: 400,
      why: {
        reason: 'excess-failures',
        ago: 400,
        counts: { failures: 6 },
        message: 'x'.repeat(200),
      },
    });
    clock.advance(600);
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', why: { ago: 1_000 } });
    succeed(breaker);
    expect(breaker.snapshot().why).toBeNull();
  });

  it('survives a restart', () => {
    const { breaker, clock } = make();
    fail(breaker, 6);
    clock.advance(100);
    const restore = JSON.parse(JSON.stringify(breaker.snapshot()));
    clock.advance(200);
    const copy = circuitBreaker({ restore, scheduler: clock });
    expect(copy.snapshot()).toMatchObject({
      state: 'open',
      stateFor: 300,
      retryAfter: 700,
      why: { reason: 'excess-failures', ago: 300, message: 'boom' },
    });
  });

  it('is nothing that an error without a message could spoil', () => {
    for (const error of [
      undefined,
      5,
      {
        get message(): string {
          throw boom;
        },
      },
    ]) {
      const { breaker } = make();
      breaker.trip(error);
      expect(breaker.snapshot().why).not.toHaveProperty('message');
    }
  });
});

it('a refusal of another breaker is ignored, in the default judgement', () => {
  const { breaker } = make();
  const inner = make().breaker;
  inner.isolate();
  for (let i = 0; i < 20; i++) {
    of(1)
      .pipe(inner, breaker)
      .subscribe({ error: (error) => expect(isCircuitOpenError(error)).toBe(true) });
  }
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', counts: { ignored: 20, calls: 0 } });
});

describe('a health check', () => {
  const checked = (options: CircuitBreakerOptions) => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ scheduler: clock, retryTimeout: 100, ...options });
    breaker.trip();
    return { breaker, clock };
  };
  /** A stream that says one thing and goes on, and how many of it are subscribed. */
  const endless = () => {
    const open = { now: 0, ever: 0 };
    const stream = new Observable<string>((subscriber) => {
      open.now++;
      open.ever++;
      subscriber.next('up');
      return () => open.now--;
    });
    return { open, stream };
  };

  it('that is judged by its first value ends there, and the next one follows', () => {
    const { open, stream } = endless();
    const { breaker, clock } = checked({
      probe: () => stream,
      successOn: 'first-value',
      successThreshold: 3,
      probeTimeout: Number.POSITIVE_INFINITY,
    });
    clock.advance(200);
    expect([breaker.state, open, clock.pending]).toEqual(['closed', { now: 0, ever: 3 }, 0]);
  });

  it('that is judged by its age ends there', () => {
    const { open, stream } = endless();
    const { breaker, clock } = checked({
      probe: () => stream,
      successOn: { after: 50 },
      successThreshold: 2,
    });
    clock.advance(149);
    expect([breaker.state, open]).toEqual(['half-open', { now: 1, ever: 1 }]);
    clock.advance(61);
    expect([breaker.state, open]).toEqual(['closed', { now: 0, ever: 2 }]);
    expect(clock.pending).toBe(0);
  });

  it('that never stops telling is stopped, synchronous as it is', () => {
    let told = 0;
    const firehose = new Observable<number>((subscriber) => {
      while (!subscriber.closed && told < 100) subscriber.next(told++);
    });
    const { breaker, clock } = checked({ probe: () => firehose, successOn: 'first-value' });
    clock.advance(100);
    expect([breaker.state, told]).toEqual(['closed', 1]);
  });

  it.each<[string, (breaker: CircuitBreaker) => unknown]>([
    ['isolate()', (breaker) => breaker.isolate()],
    ['disable()', (breaker) => breaker.disable()],
    ['reset()', (breaker) => breaker.reset()],
    ['trip()', (breaker) => breaker.trip()],
    ['configure() without one', (breaker) => breaker.configure({ retryTimeout: 100 })],
  ])('under way is stopped by %s, and leaves no timer of its own', (_, act) => {
    let open = 0;
    const { breaker, clock } = checked({
      probe: () =>
        new Observable(() => {
          open++;
          return () => open--;
        }),
    });
    clock.advance(100);
    expect(open).toBe(1);
    act(breaker);
    expect(open).toBe(0);
    const left = breaker.state === 'open' ? 1 : 0; // the end of the open time is announced
    expect(clock.pending).toBe(left);
  });

  it('that is taken away and given again in half-open goes on: half-open is never stuck', () => {
    let checks = 0;
    const probe = () => {
      checks++;
      return of('up');
    };
    const { breaker, clock } = checked({ probe });
    breaker.configure({ retryTimeout: 100 });
    clock.advance(100);
    expect([breaker.state, checks]).toEqual(['half-open', 0]);
    breaker.configure({ retryTimeout: 100, probe });
    expect([breaker.state, checks]).toEqual(['closed', 1]);
  });

  it.each<[string, () => ObservableInput<unknown>]>([
    [
      'throws',
      () => {
        throw boom;
      },
    ],
    ['answers no Observable', () => 5 as never],
    ['fails', () => throwError(() => boom)],
  ])('that %s has failed, and the breaker opens again', (_, probe) => {
    const { breaker, clock } = checked({ probe });
    clock.advance(100);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', attempt: 2 });
    expect(clock.pending).toBe(1);
  });

  it('goes on after a clock that failed in between', async () => {
    let answer: Observable<unknown> = throwError(() => boom);
    const { breaker, clock } = checked({
      probe: () => answer,
      classifyError: () => 'ignored',
    });
    clock.advance(100);
    const { now } = clock;
    await unhandled(() => {
      clock.now = () => Number.NaN;
      clock.advance(10);
      clock.now = now;
    });
    answer = of('up');
    clock.advance(2_000);
    expect([breaker.state, clock.pending]).toEqual(['closed', 0]);
  });
});

describe('configure', () => {
  it.each([
    [() => {}, 'options must be an object, got a function'],
    [{ name: 'other' }, 'name belongs to the making of a breaker'],
    [{ scheduler: new HandClock() }, 'scheduler belongs to the making of a breaker'],
  ])('of %o is refused', (options, message) => {
    expect(() => circuitBreaker().configure(options as never)).toThrow(new TypeError(message));
  });

  it('takes undefined as missing, as the making does', () => {
    const options = { name: undefined, restore: undefined, retryTimeout: 5 };
    expect(() => circuitBreaker().configure(options as never)).not.toThrow();
  });
});
