import {
  catchError,
  defer,
  EMPTY,
  NEVER,
  Observable,
  of,
  Subject,
  switchMap,
  timeout,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type CircuitBreakerOptions, type Counts, circuitBreaker } from '../../src/index.ts';
import { events, fail, record, start, states, succeed } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

function make(options: CircuitBreakerOptions = {}) {
  const clock = new HandClock();
  const breaker = circuitBreaker({
    slowCallDuration: 100,
    slowCallRateThreshold: 0.5,
    minimumCalls: 4,
    rollingWindow: 1_000,
    scheduler: clock,
    ...options,
  });
  return { breaker, clock };
}

describe('a slow call', () => {
  it('is one that is older than slowCallDuration, not as old', () => {
    const { breaker, clock } = make();
    const calls = [start(breaker), start(breaker)];
    clock.advance(100);
    calls[0]?.complete();
    expect(breaker.snapshot().counts.slow).toBe(0);
    clock.advance(1);
    calls[1]?.complete();
    expect(breaker.snapshot().counts.slow).toBe(1);
  });

  it('is evidence while it hangs: a thousand hung calls trip it', () => {
    const { breaker, clock } = make();
    for (let i = 0; i < 1_000; i++) start(breaker);
    clock.advance(100);
    expect(breaker.state).toBe('closed');
    clock.advance(1);
    expect(breaker.state).toBe('open');
  });

  it('becomes one together with all that were admitted at the same instant', () => {
    const { breaker, clock } = make({ minimumCalls: 2 });
    const heard = events(breaker);
    for (let i = 0; i < 3; i++) start(breaker);
    clock.advance(101);
    expect(heard).toMatchObject([{ type: 'state-change', snapshot: { counts: { slow: 3 } } }]);
  });

  it('does not lend its age to another that takes the place of one that ended', () => {
    const { breaker, clock } = make();
    start(breaker).cancel();
    clock.advance(60);
    start(breaker);
    clock.advance(60);
    expect(breaker.snapshot().counts.slow).toBe(0);
    clock.advance(41);
    expect(breaker.snapshot().counts.slow).toBe(1);
  });

  it('needs minimumCalls, hanging ones among them', () => {
    const { breaker, clock } = make();
    start(breaker);
    start(breaker);
    clock.advance(101);
    expect(breaker.state).toBe('closed');
    succeed(breaker);
    expect(breaker.snapshot().counts).toMatchObject({ calls: 1, slow: 2, slowRate: 2 / 3 });
    succeed(breaker);
    expect(breaker.state).toBe('open');
  });

  it('is counted slow once: in flight while it hangs, in its bucket when it ends', () => {
    const { breaker, clock } = make({ minimumCalls: 50 });
    const call = start(breaker);
    succeed(breaker, 3);
    clock.advance(101);
    expect(breaker.snapshot().counts).toMatchObject({ calls: 3, slow: 1, slowRate: 0.25 });
    call.complete();
    expect(breaker.snapshot().counts).toMatchObject({ calls: 4, slow: 1, slowRate: 0.25 });
    clock.advance(1_000);
    expect(breaker.snapshot().counts).toMatchObject({ calls: 0, slow: 0, slowRate: 0 });
  });

  it('is a slow failure when it is given up, and no evidence when it is ignored', () => {
    const { breaker, clock } = make({ classifyError: () => 'ignored' });
    const calls = [start(breaker), start(breaker)];
    clock.advance(500);
    calls[0]?.cancel();
    calls[1]?.error();
    expect(breaker.snapshot().counts).toMatchObject({ slow: 1, failures: 1, inFlight: 0 });
  });

  it('may fail as well, and counts as both', () => {
    const { breaker, clock } = make({ failureRateThreshold: 1, minimumCalls: 50 });
    const call = start(breaker);
    clock.advance(200);
    call.error();
    expect(breaker.snapshot().counts).toMatchObject({ failures: 1, slow: 1 });
  });

  it('trips with its own reason, and no error for a cause', () => {
    const { breaker, clock } = make();
    const heard = events(breaker);
    for (let i = 0; i < 4; i++) start(breaker);
    clock.advance(101);
    expect(heard.at(-1)).toMatchObject({ type: 'state-change', reason: 'slow-call-rate' });
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ cause: undefined }));
  });

  it('opens the breaker as of the instant it became slow, however late one looks', () => {
    const { breaker, clock } = make({ retryTimeout: 1_000 });
    for (let i = 0; i < 4; i++) start(breaker);
    clock.time += 600;
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 501]);
    clock.time += 501;
    expect(breaker.state).toBe('half-open');
  });

  it('is seen, once, by whoever looks while its source is still subscribing', () => {
    const { breaker, clock } = make();
    const seen: number[] = [];
    const look = () => seen.push(breaker.snapshot().counts.slow);
    const source = new Observable((subscriber) => {
      clock.time += 100;
      look();
      clock.time += 1;
      look();
      subscriber.complete();
    });
    source.pipe(breaker).subscribe();
    look();
    expect(seen).toEqual([0, 1, 1]);
  });

  it('is counted though it was over before anybody could look', () => {
    const { breaker, clock } = make();
    record(defer(() => of(clock.advance(101))).pipe(breaker));
    expect(breaker.snapshot().counts).toMatchObject({ slow: 1, calls: 1 });
  });

  it.each([
    ['at once', () => of(1)],
    ['later', () => NEVER],
  ])(
    'that blocks opens as of the instant it became slow, the call before being over %s',
    (_, before) => {
      const { breaker, clock } = make({
        minimumCalls: 1,
        slowCallRateThreshold: 1,
        rollingWindow: 50,
      });
      before().pipe(breaker).subscribe().unsubscribe();
      clock.advance(50);
      record(defer(() => of(clock.advance(150))).pipe(breaker));
      expect([breaker.state, breaker.retryAfter]).toEqual(['open', 1_000 - 49]);
    },
  );

  it('is told on time while state$ is observed', () => {
    const { breaker, clock } = make();
    const heard = states(breaker);
    for (let i = 0; i < 4; i++) start(breaker);
    clock.advance(100);
    expect(heard).toEqual(['closed']);
    clock.advance(1);
    expect(heard).toEqual(['closed', 'open']);
  });

  it('counts in half-open and disabled, but trips neither', () => {
    const { breaker, clock } = make({ slowCallRateThreshold: 0.1, minimumCalls: 1 });
    const held = breaker.disable();
    start(breaker);
    clock.advance(500);
    expect(breaker.snapshot()).toMatchObject({ state: 'disabled', counts: { slow: 1 } });
    held.unsubscribe();
    expect(breaker.state).toBe('closed');
  });

  it('leaves a window of calls with the last ones only', () => {
    const { breaker, clock } = make({ rollingWindow: { calls: 4 } });
    const call = start(breaker);
    clock.advance(200);
    call.complete();
    expect(breaker.snapshot()).toMatchObject({ counts: { slow: 1 }, window: { outcomes: 'S' } });
    succeed(breaker, 4);
    expect(breaker.snapshot()).toMatchObject({ counts: { slow: 0 }, window: { outcomes: 'ssss' } });
  });

  it('does not hide failures when slowCallDuration is there for tripWhen only', () => {
    const { breaker } = make({
      slowCallRateThreshold: undefined,
      minimumCalls: undefined,
      tripWhen: ({ failures }: Counts) => failures > 2,
    } as unknown as CircuitBreakerOptions);
    fail(breaker, 3);
    expect(breaker.state).toBe('open');
  });
});

describe('a call that is given up', () => {
  it.each(['acquire', 'timeout', 'switchMap', 'execute'] as const)(
    'by %s after it was slow is a slow failure: hung services open the breaker',
    (way) => {
      const clock = new HandClock();
      const breaker = circuitBreaker({
        slowCallDuration: 1_000,
        failureThreshold: 5,
        rollingWindow: Number.POSITIVE_INFINITY,
        scheduler: clock,
      });
      const queries = new Subject<void>();
      queries
        .pipe(
          switchMap(() =>
            NEVER.pipe(
              breaker,
              catchError(() => EMPTY),
            ),
          ),
        )
        .subscribe();
      let reached = 0;
      const call = (): void => {
        if (breaker.state === 'open') return;
        reached++;
        if (way === 'switchMap') queries.next();
        else if (way === 'timeout') {
          const limited = NEVER.pipe(breaker, timeout({ first: 2_000, scheduler: clock }));
          limited.subscribe({ error: () => {} });
        } else if (way === 'acquire') {
          const permit = breaker.acquire();
          timer(2_000, clock).subscribe(permit.cancel);
        } else {
          const controller = new AbortController();
          const result = breaker.execute(() => new Promise(() => {}), controller.signal);
          result.catch(() => {});
          timer(2_000, clock).subscribe(() => controller.abort());
        }
      };
      for (let i = 0; i < 60; i++) {
        call();
        clock.advance(2_000);
      }
      expect(breaker.totals().failures).toBeGreaterThan(0);
      expect(breaker.totals()).toMatchObject({ cancelled: 0 });
      expect(reached).toBeLessThan(60);
    },
  );

  it('before it was slow is cancelled, at the limit too', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ slowCallDuration: 1_000, scheduler: clock });
    const heard = events(breaker);
    const call = start(breaker);
    clock.advance(1_000);
    call.cancel();
    expect(heard).toMatchObject([{ type: 'cancelled', duration: 1_000, slow: false }]);
  });
});

describe('a slow probe', () => {
  const opened = (options: CircuitBreakerOptions) => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      slowCallDuration: 100,
      retryTimeout: 1_000,
      scheduler: clock,
      ...options,
    });
    breaker.trip();
    clock.advance(1_000);
    return { breaker, clock };
  };

  it.each<[string, CircuitBreakerOptions]>([
    ['the excess rule', {}],
    ['a slow rate', { slowCallRateThreshold: 0.5 }],
    ['tripWhen', { tripWhen: () => false }],
  ])('under %s opens again, with an attempt more', (_, options) => {
    const { breaker, clock } = opened(options);
    const probe = start(breaker);
    clock.advance(101); // still running
    expect(breaker.snapshot()).toMatchObject({ state: 'open', attempt: 2 });
    probe.complete();
    expect(breaker.state).toBe('open');
  });

  it('under rules that use no limit is as good as another', () => {
    const { breaker, clock } = opened({ failureThreshold: 5 });
    const probe = start(breaker);
    clock.advance(101);
    probe.complete();
    expect(breaker.state).toBe('closed');
  });

  it('that is quick enough closes, at the limit too', () => {
    const { breaker, clock } = opened({});
    const probe = start(breaker);
    clock.advance(100);
    probe.complete();
    expect(breaker.state).toBe('closed');
  });
});

describe('at a fraction of a millisecond beyond the duration', () => {
  it('a probe is slow when it ends, and opens again', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      slowCallDuration: 100,
      retryTimeout: 1_000,
      successThreshold: 1,
      scheduler: clock,
    });
    breaker.trip();
    clock.advance(1_000);
    const probe = start(breaker);
    clock.advance(100.5);
    expect(breaker.snapshot().counts.slowInFlight).toBe(0);
    probe.complete();
    expect(breaker.state).toBe('open');
  });
});

it('a call that was slow before it failed still lengthens the row of failures', () => {
  const clock = new HandClock();
  const breaker = circuitBreaker({
    slowCallDuration: 100,
    excessFailureThreshold: 9,
    consecutiveFailureThreshold: 2,
    scheduler: clock,
  });
  const slow = start(breaker);
  clock.advance(101);
  fail(breaker);
  expect(breaker.state).toBe('closed');
  slow.error(new Error('HTTP 504'));
  expect(breaker.snapshot().why?.reason).toBe('consecutive-failures');
});
