import { firstValueFrom, NEVER, Observable, of, Subject, take, throwError, zip } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type CircuitBreakerOptions, circuitBreaker } from '../../src/index.ts';
import { admits, boom, events, fail, record, start, states, succeed } from './calls.ts';
import { HandClock } from './handClock.ts';

// Each test is a defect that users of another breaker have met, as our behaviour. Where a defect is
// told in full elsewhere (late results, clocks, listeners), its shortest form is here.

function tripped(options: CircuitBreakerOptions = {}) {
  const clock = new HandClock();
  const breaker = circuitBreaker({
    consecutiveFailureThreshold: 1,
    retryTimeout: 100,
    successThreshold: 1,
    classifyError: (error) => (error === 'ignore me' ? 'ignored' : 'failure'),
    scheduler: clock,
    ...options,
  });
  fail(breaker);
  return { breaker, clock };
}
function halfOpen(options: CircuitBreakerOptions = {}) {
  const { breaker, clock } = tripped(options);
  clock.advance(100);
  return { breaker, clock };
}

describe('probes', () => {
  // opossum #119, #7; safe-client-gateway #3442; mistakes of hand-written operators
  it('of fifty calls at half-open one runs, the others are refused and not queued', () => {
    const { breaker } = halfOpen();
    const calls = Array.from({ length: 50 }, () => start(breaker));
    expect(calls.filter(({ heard }) => heard.length === 0)).toHaveLength(1);
    calls[0]?.complete();
    expect(calls.slice(1).every(({ heard }) => heard[0] === '#CircuitOpenError')).toBe(true);
  });

  // opossum #276
  it('close the breaker below the minimum of calls', () => {
    const { breaker } = halfOpen({ failureRateThreshold: 0.5, minimumCalls: 100 });
    succeed(breaker);
    expect(breaker.state).toBe('closed');
  });

  // opossum #388, resilience4j #544, Polly #1979
  it('ignored by the classifier leave half-open able to recover', () => {
    const { breaker } = halfOpen();
    fail(breaker, 10, 'ignore me');
    succeed(breaker);
    expect(breaker.state).toBe('closed');
  });

  // nestjs-resilience; Kevlar #187; cockatiel: a cancelled probe closed the circuit
  it('unsubscribed do not close the breaker', () => {
    const { breaker } = halfOpen({ successThreshold: 5 });
    const probes = Array.from({ length: 5 }, () => start(breaker));
    for (const probe of probes) probe.cancel();
    expect(breaker.state).toBe('half-open');
  });

  // Hystrix #1621, #1721, #1781, #1853; monix #1080; rezilience #521; davenverse/circuit #258
  it('unsubscribed neither hold their place nor open the breaker', () => {
    const { breaker } = halfOpen();
    for (let i = 0; i < 20; i++) start(breaker).cancel();
    expect([breaker.state, admits(breaker)]).toEqual(['half-open', true]);
  });

  // resilience4j #594, #443: cancelled right after the value
  it('left after their value are successes', async () => {
    const { breaker } = halfOpen();
    await firstValueFrom(of(1).pipe(breaker));
    expect(breaker.state).toBe('closed');
  });

  // resilience4j #1681, Hystrix PR #1751
  it('that zip unsubscribes when a sibling fails give their places back', () => {
    const { breaker } = halfOpen({ successThreshold: 3 });
    record(
      zip(
        NEVER.pipe(breaker),
        NEVER.pipe(breaker),
        throwError(() => boom),
      ),
    );
    expect([breaker.state, breaker.snapshot().counts.inFlight]).toEqual(['half-open', 0]);
  });

  // OmniRoute #13836, nora #585, resilience4j #903, #2028, mollitia, gobreaker's lost permit
  it('that never answer cannot keep the breaker half-open', () => {
    const { breaker, clock } = halfOpen();
    start(breaker);
    breaker.retryAfter;
    clock.advance(10_000);
    succeed(breaker);
    expect(breaker.state).toBe('closed');
  });

  // resilience4j: fewer permitted than needed; sentinel #1638
  it('fewer than the verdict needs can come in any number of waves', () => {
    const { breaker, clock } = halfOpen({ successThreshold: 3, maxProbes: 1 });
    for (let i = 0; i < 3; i++) {
      succeed(breaker);
      clock.advance(3_600_000);
    }
    expect(breaker.state).toBe('closed');
  });

  // resilience4j: a StackOverflowError was no Exception; gobreaker: panic
  it('that throw anything at all are settled', () => {
    for (const error of [new RangeError('stack'), 'text', undefined, null, Symbol('s')]) {
      const { breaker } = halfOpen();
      fail(breaker, 1, error);
      expect([breaker.state, breaker.snapshot().counts.inFlight]).toEqual(['open', 0]);
    }
  });

  // gobreaker #30, #49, #53, #63: one number was cap and threshold
  it('have a cap at once that is not the number of successes needed', () => {
    const { breaker } = halfOpen({ successThreshold: 10, maxProbes: 2 });
    succeed(breaker, 9);
    expect(breaker.state).toBe('half-open');
    succeed(breaker);
    expect(breaker.state).toBe('closed');
  });

  // opossum #613, cockatiel #73, Polly #239
  it('may fail a few times among several', () => {
    const { breaker } = halfOpen({ successThreshold: 3, probeFailureThreshold: 2 });
    succeed(breaker);
    fail(breaker);
    succeed(breaker, 2);
    expect(breaker.state).toBe('closed');
  });

  // resilience4j #858, #2120; failsafe-go #97; Polly #481: asking ate permits or deadlocked
  it('are not used up by looking at the state', () => {
    const { breaker } = halfOpen();
    for (let i = 0; i < 100; i++) {
      breaker.state;
      breaker.retryAfter;
      breaker.snapshot();
    }
    expect([breaker.state, breaker.retryAfter, admits(breaker)]).toEqual(['half-open', 0, true]);
  });
});

describe('late results', () => {
  // opossum #381, levee
  it('of success do not close an open breaker', () => {
    const { breaker } = tripped();
    breaker.reset();
    const early = start(breaker);
    fail(breaker);
    early.complete();
    expect(breaker.state).toBe('open');
  });

  // opossum 10, cockatiel 4, mollitia, Polly #223, Hystrix #1350, resilience4j
  it('neither close nor open a half-open breaker, nor free its places', () => {
    const { breaker, clock } = tripped();
    breaker.reset();
    const early = Array.from({ length: 8 }, () => start(breaker));
    fail(breaker);
    clock.advance(100);
    const probe = start(breaker);
    for (const [i, call] of early.entries()) {
      if (i % 4 === 0) call.complete();
      else if (i % 4 === 1) call.error();
      else if (i % 4 === 2) call.error('ignore me');
      else call.cancel();
      expect([breaker.state, admits(breaker)]).toEqual(['half-open', false]);
    }
    probe.complete();
    expect(breaker.state).toBe('closed');
  });

  // deno std #7306
  it('of an earlier half-open free no place of this one', () => {
    const { breaker, clock } = halfOpen({ successThreshold: 2, maxProbes: 2 });
    const early = start(breaker);
    fail(breaker);
    clock.advance(100);
    start(breaker);
    start(breaker);
    early.cancel();
    expect(admits(breaker)).toBe(false);
  });

  // opossum #385; hand-written operators: each failure in flight set another timer
  it('of failure do not make the open time longer, nor lose its end', () => {
    const { breaker, clock } = tripped();
    breaker.reset();
    const early = Array.from({ length: 6 }, () => start(breaker));
    const heard = states(breaker);
    for (const call of early) {
      call.error();
      clock.advance(10);
    }
    expect(breaker.retryAfter).toBe(40);
    clock.advance(40);
    expect(heard).toEqual(['closed', 'open', 'half-open']);
  });

  // gobreaker: a result that outlives its window, or is reported twice
  it('in the same state count, though the window they began in is over, and count once', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ rollingWindow: 20, failureThreshold: 30, scheduler: clock });
    for (let i = 0; i < 30; i++) {
      const permit = breaker.acquire();
      clock.advance(i === 0 ? 25 : 0);
      permit.failure();
      permit.failure();
    }
    expect(breaker.state).toBe('open');
    expect(breaker.snapshot().attempt).toBe(1);
  });
});

describe('windows and thresholds', () => {
  // opossum #217, #232, #288, #660
  it('do not trip on the first failure, not after an idle hour either', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ scheduler: clock });
    fail(breaker);
    clock.advance(3_600_000);
    fail(breaker);
    expect(breaker.state).toBe('closed');
  });

  // cockatiel 4's SamplingBreaker; nestjs-resilience; hand-written operators
  it('do not add up a trickle: failures of an hour ago are gone', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ failureThreshold: 5, rollingWindow: 5_000, scheduler: clock });
    for (let i = 0; i < 1_000; i++) {
      fail(breaker);
      clock.advance(1_300);
    }
    expect(breaker.state).toBe('closed');
  });

  // opossum keeps its window over a close; nora #614
  it('start afresh when the breaker closes', () => {
    const { breaker } = halfOpen({ consecutiveFailureThreshold: 5, failureThreshold: 1 });
    succeed(breaker);
    expect(breaker.snapshot().counts.calls).toBe(0);
  });

  // solace-broker-mcp #296: "consecutive" decayed with the window
  it('count failures in a row however far apart they are', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 5, scheduler: clock });
    for (let i = 0; i < 5; i++) {
      clock.advance(19_000_000);
      fail(breaker);
    }
    expect(breaker.state).toBe('open');
  });

  // sentinel, opossum, hystrixjs: strict > made a threshold of all unreachable; mollitia's 100
  it('can trip at a rate of 1', () => {
    const breaker = circuitBreaker({ failureRateThreshold: 1, minimumCalls: 3 });
    fail(breaker, 3);
    expect(breaker.state).toBe('open');
  });

  // failsafe-go and Failsafe round the rate before they compare
  it('do not trip at 49.75 of 50 per cent', () => {
    const breaker = circuitBreaker({ minimumCalls: 400, rollingWindow: Number.POSITIVE_INFINITY });
    succeed(breaker, 201);
    fail(breaker, 199);
    expect(breaker.state).toBe('closed');
  });

  // opossum and hystrixjs: refusals and calls in flight were in the denominator, or were failures
  it('count neither refusals nor calls in flight', () => {
    const { breaker } = tripped();
    for (let i = 0; i < 1_000; i++) record(of(1).pipe(breaker));
    expect(breaker.snapshot()).toMatchObject({ attempt: 1, retryAfter: 100 });
    breaker.reset();
    start(breaker);
    fail(breaker, 0);
    expect(breaker.snapshot().counts.calls).toBe(0);
  });

  // resilience4j #1597; [run]: 1000 hung calls, none slow
  it('see calls that hang', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ slowCallDuration: 10, scheduler: clock });
    for (let i = 0; i < 10; i++) start(breaker);
    clock.advance(11);
    expect(breaker.state).toBe('open');
  });

  // gobreaker's Counts, failsafe's stats: read without rolling the window
  it('are rolled when they are read', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ rollingWindow: 100, scheduler: clock });
    fail(breaker);
    clock.advance(100);
    expect(breaker.snapshot().counts.failures).toBe(0);
  });

  // resilience4j [run], stoplight #873: 250 failures unseen after the clock was set back
  it('see failures after the clock was set back', () => {
    const clock = new HandClock(100_000);
    const breaker = circuitBreaker({ minimumCalls: 20, scheduler: clock });
    clock.time -= 60_000;
    fail(breaker, 20);
    expect(breaker.state).toBe('open');
  });

  // resilience4j #2379: a window of one
  it('work with a window of one call or one bucket', () => {
    for (const rollingWindow of [{ calls: 1 }, { duration: 10, buckets: 1 }]) {
      const breaker = circuitBreaker({ rollingWindow, minimumCalls: 1 });
      fail(breaker);
      expect(breaker.state).toBe('open');
    }
  });
});

describe('time', () => {
  // opossum #719, #484, cockatiel #91, #111, Polly #85: states that only a timer or a call moved
  it('alone moves state and retryAfter: nothing has to be called or to fire', () => {
    const { breaker, clock } = tripped();
    clock.time += 100;
    expect([breaker.state, breaker.retryAfter]).toEqual(['half-open', 0]);
  });

  // cockatiel: the clock set back an hour kept it open
  it('set back does not keep the breaker open', () => {
    const { breaker, clock } = tripped();
    clock.time -= 3_600_000;
    breaker.state;
    clock.time += 100;
    expect(breaker.state).toBe('half-open');
  });

  // opossum #809, #378, #799; Angular #8089, NG0506: intervals and open handles
  it('needs no timers while nobody watches', () => {
    const { breaker, clock } = halfOpen();
    start(breaker);
    breaker.isolate();
    expect(clock.delays).toEqual([]);
  });

  // cerberus #1508: a Retry-After that had nothing to do with the wait
  it('to wait is told exactly', () => {
    const { breaker, clock } = tripped();
    clock.advance(63);
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ retryAfter: 37 }));
    clock.advance(37);
    expect(admits(breaker)).toBe(true);
  });

  // Pekko's back-off stops short of its cap; Polly: a generator that throws keeps it half-open
  it('to stay open that cannot be computed is the default, after a failed probe too', () => {
    const { breaker } = halfOpen({
      retryTimeout: ({ attempt }) => (attempt > 1 ? Number.NaN : 100),
    });
    fail(breaker);
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 30_000]);
  });
});

describe('listeners', () => {
  // gobreaker #37, #119; Polly 8.6.6 #2953: a callback that calls the breaker deadlocked
  it('may call the breaker', () => {
    const { breaker } = tripped();
    breaker.reset();
    const seen: unknown[] = [];
    breaker.state$.subscribe((state) => {
      if (state === 'open') seen.push(breaker.state, breaker.snapshot().state, admits(breaker));
    });
    fail(breaker);
    expect(breaker.state).toBe('open');
    expect(seen).toEqual(['open', 'open', false]);
  });

  // resilience4j: a throwing listener stopped the later ones; they could not be removed
  it('can leave', () => {
    const { breaker } = tripped();
    const heard: unknown[] = [];
    breaker.events$.subscribe((event) => heard.push(event)).unsubscribe();
    breaker.reset();
    expect(heard).toEqual([]);
  });

  // cockatiel: refusals had no event
  it('hear of refusals', () => {
    const { breaker } = tripped();
    const heard = events(breaker);
    record(of(1).pipe(breaker));
    expect(heard).toEqual([
      { type: 'rejected', breaker: 'circuit-breaker', state: 'open', retryAfter: 100 },
    ]);
  });

  // gobreaker [run]: a panic in ReadyToTrip counted one failure twice
  it('and predicates that throw do not count a failure twice', () => {
    const breaker = circuitBreaker({
      tripWhen: () => {
        throw boom;
      },
    });
    fail(breaker);
    expect(breaker.snapshot().counts.failures).toBe(1);
  });
});

describe('Observables', () => {
  // nestjs-resilience, Angular's Sent event: success was counted at each value
  it('are one outcome each, however many values they have', () => {
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 3 });
    for (let i = 0; i < 3; i++) {
      const call = start(breaker);
      call.next('sent');
      call.next('progress');
      call.error();
    }
    expect(breaker.state).toBe('open');
  });

  // nestjs-resilience: admission was asynchronous, the slot taken at assembly
  it('that are synchronous stay so, and unsubscribed pipes take nothing', () => {
    const { breaker } = halfOpen();
    for (let i = 0; i < 10; i++) NEVER.pipe(breaker);
    expect(record(of(1).pipe(breaker))).toEqual(['1', '|']);
  });

  // nestjs-resilience #487, opossum behind Nest: the first request's closure answered the second
  it('of one caller are never given to another', () => {
    const breaker = circuitBreaker();
    expect([record(of('Alice').pipe(breaker)), record(of('Bob').pipe(breaker))]).toEqual([
      ['Alice', '|'],
      ['Bob', '|'],
    ]);
  });

  // opossum #780, #861: one abort controller for a whole breaker
  it('are stopped one by one', () => {
    const breaker = circuitBreaker();
    const source = new Subject<number>();
    const [a, b] = [record(source.pipe(breaker)), record(source.pipe(breaker, take(1)))];
    source.next(1);
    source.next(2);
    expect([a, b]).toEqual([
      ['1', '2'],
      ['1', '|'],
    ]);
  });

  // RxJS #5369, #5836: an operator in user land could not stop a synchronous source
  it('that are endless and synchronous can be stopped', () => {
    let made = 0;
    const endless = new Observable<number>((subscriber) => {
      while (!subscriber.closed && made < 1_000) subscriber.next(made++);
    });
    record(endless.pipe(circuitBreaker(), take(3)));
    expect(made).toBe(3);
  });

  // cockatiel #69, #81: listeners leaked on each call
  it('leave nothing behind on their source', () => {
    const breaker = circuitBreaker();
    const source = new Subject<number>();
    for (let i = 0; i < 1_000; i++) source.pipe(breaker).subscribe().unsubscribe();
    expect(source.observed).toBe(false);
    expect(breaker.snapshot().counts.inFlight).toBe(0);
  });
});

describe('manual control', () => {
  // opossum's health check turned SHUTDOWN into OPEN; resilience4j transitionToOpen stuck
  it('holds against anything that time and calls do', () => {
    const { breaker, clock } = tripped();
    const early = start(breaker);
    const held = breaker.isolate();
    early.error();
    clock.advance(86_400_000);
    expect(breaker.state).toBe('isolated');
    held.unsubscribe();
    expect(admits(breaker)).toBe(true);
  });

  // opossum #504, #574: exported state was an alias of the inner one
  it('by snapshots shares nothing with the breaker', () => {
    const { breaker } = halfOpen({ rollingWindow: 1_000 });
    succeed(breaker, 2);
    const snapshot = breaker.snapshot();
    const copy = circuitBreaker({ rollingWindow: 1_000, restore: snapshot });
    fail(copy, 5);
    expect(breaker.snapshot().counts.failures).toBe(0);
    expect(snapshot.counts.failures).toBe(0);
  });
});
