import { asyncScheduler, defer, Observable, of, retry, take, throwError, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import {
  type CircuitBreaker,
  circuitBreaker,
  unlessRefused,
  waitWhileOpen,
} from '../../src/index.ts';
import { boom, record, start, unhandled } from './calls.ts';
import { HandClock } from './handClock.ts';

function tripped() {
  const clock = new HandClock();
  const breaker = circuitBreaker({ scheduler: clock, name: 'rates' });
  breaker.trip(boom);
  return { breaker, clock };
}

/** The refusal of a breaker that is open. */
function refusalOf(breaker: CircuitBreaker): unknown {
  breaker.trip();
  try {
    return breaker.acquire();
  } catch (refusal) {
    return refusal;
  }
}

describe('waitWhileOpen', () => {
  it('lets a refused call wait until it may pass', () => {
    const { breaker, clock } = tripped();
    const heard = record(of('ok').pipe(breaker, waitWhileOpen(breaker)));
    clock.advance(999);
    expect(heard).toEqual([]);
    clock.advance(1);
    expect(heard).toEqual(['ok', '|']);
    expect(clock.pending).toBe(0);
  });

  it('serves everybody right after the probe has answered', () => {
    const { breaker, clock } = tripped();
    clock.advance(1_000);
    const probe = start(breaker);
    const waiting = Array.from({ length: 100 }, () =>
      record(of('ok').pipe(breaker, waitWhileOpen(breaker))),
    );
    clock.advance(5);
    expect(waiting.flat()).toEqual([]);
    probe.complete();
    clock.advance(100);
    expect(waiting.every((heard) => heard.join() === 'ok,|')).toBe(true);
    expect([breaker.state, clock.pending]).toEqual(['closed', 0]);
  });

  it.each([25, 100, 700])(
    'serves the next when a probe has answered after %i ms and a larger round begins',
    (answer) => {
      const { breaker, clock } = tripped();
      clock.advance(1_000);
      const reached: number[] = [];
      const call = () =>
        defer(() => {
          reached.push(clock.now() - 1_000);
          return timer(answer, clock);
        }).pipe(breaker, waitWhileOpen(breaker));
      for (let n = 0; n < 5; n++) call().subscribe();
      clock.advance(3 * answer);
      expect(reached).toEqual([0, answer, answer, answer, 2 * answer]);
    },
  );

  it('serves the next when a probe counts for nothing, and leaves nothing behind', () => {
    const { breaker, clock } = tripped();
    clock.advance(1_000);
    const probe = breaker.acquire();
    const heard = [1, 2, 3].map(() => record(of('ok').pipe(breaker, waitWhileOpen(breaker))));
    clock.advance(500);
    expect(heard.flat()).toEqual([]);
    probe.cancel();
    expect(heard.map((it) => it.join())).toEqual(['ok,|', 'ok,|', 'ok,|']);
    expect(clock.pending).toBe(0);
  });

  it('listens to no call of the closed state', () => {
    let looks = 0;
    class Counting extends HandClock {
      override now(): number {
        looks++;
        return super.now();
      }
    }
    const clock = new Counting();
    const breaker = circuitBreaker({ scheduler: clock });
    breaker.trip(boom);
    clock.advance(1_000);
    const probe = breaker.acquire();
    for (let n = 0; n < 3; n++) of('ok').pipe(breaker, waitWhileOpen(breaker)).subscribe();
    clock.advance(2_000); // longer than the open time: the answer closes the breaker
    probe.success();
    const before = looks;
    for (let n = 0; n < 10; n++) of('ok').pipe(breaker).subscribe();
    expect(looks - before).toBe(0);
  });

  it('fails at once with the refusal when the wait would be too long', () => {
    const { breaker, clock } = tripped();
    const short = waitWhileOpen(breaker, { maxWait: 999 });
    expect(record(of('ok').pipe(breaker, short))).toEqual(['#CircuitOpenError']);
    breaker.isolate();
    expect(record(of('ok').pipe(breaker, waitWhileOpen(breaker)))).toEqual(['#CircuitOpenError']);
    expect(clock.pending).toBe(0);
  });

  it('adds up the waits of one call', () => {
    const { breaker, clock } = tripped();
    breaker.state$.subscribe((state) => state === 'half-open' && start(breaker));
    const room = waitWhileOpen<string>(breaker, { maxWait: 1_005 });
    const heard = record(of('ok').pipe(breaker, room));
    clock.advance(999);
    expect(heard).toEqual([]);
    clock.advance(1); // the listener's probe has the place, and to wait for it takes 10 ms more
    expect(heard).toEqual(['#CircuitOpenError']);
  });

  it('has the rest of maxWait for a second wait, on a clock that began long ago', () => {
    const clock = new HandClock(1_700_000_000_000);
    const breaker = circuitBreaker({ scheduler: clock });
    breaker.trip();
    breaker.state$.subscribe((state) => state === 'half-open' && start(breaker));
    const of1 = of('ok').pipe(breaker);
    const enough = record(of1.pipe(waitWhileOpen(breaker, { maxWait: 1_010 })));
    const short = record(of1.pipe(waitWhileOpen(breaker, { maxWait: 1_009 })));
    clock.advance(1_000); // the listener's probe has the place, and to wait for it takes 10 ms more
    expect([enough, short]).toEqual([[], ['#CircuitOpenError']]);
    breaker.reset();
    expect([enough, clock.pending]).toEqual([['ok', '|'], 0]);
  });

  it('has room for so many at once', () => {
    const { breaker, clock } = tripped();
    const room = waitWhileOpen<string>(breaker, { maxWaiting: 1 });
    const first = of('ok').pipe(breaker, room).subscribe();
    expect(record(of('ok').pipe(breaker, room))).toEqual(['#CircuitOpenError']);
    first.unsubscribe();
    expect(clock.pending).toBe(0);
    expect(record(of('ok').pipe(breaker, room))).toEqual([]);
  });

  it.each<[string, (clock: HandClock) => unknown]>([
    ['an error', () => boom],
    ['nothing', () => undefined],
    ['a refusal of another breaker', (clock) => refusalOf(circuitBreaker({ scheduler: clock }))],
    ['an answer that says when to come again', () => ({ status: 503, retryAfter: 5 })],
    ['an object with the name of the breaker', () => ({ breaker: 'rates', retryAfter: 5 })],
  ])('passes on what is no refusal of its breaker: %s', (_, make) => {
    const { breaker, clock } = tripped();
    const error = make(clock);
    const heard: unknown[] = [];
    throwError(() => error)
      .pipe(waitWhileOpen(breaker))
      .subscribe({ error: (told) => heard.push(told) });
    expect(heard).toEqual([error]);
  });

  it.each([
    [{ maxWait: 0 }],
    [{ maxWait: Infinity }],
    [{ maxWaiting: 1 }],
    [{ maxWaiting: Infinity }],
    [{ maxWait: undefined, maxWaiting: undefined }],
  ])('takes %o', (options) => {
    expect(() => waitWhileOpen(circuitBreaker(), options as object)).not.toThrow();
  });

  it.each([
    [{ maxWait: -1 }, 'waitWhileOpen maxWait must be a number of milliseconds, 0 or more, got -1'],
    [{ maxWait: Number.NaN }, 'waitWhileOpen maxWait must be a number of milliseconds, 0 or more'],
    ...[0, 1.5, -1, Number.NaN, -Infinity].map((maxWaiting): [object, string] => [
      { maxWaiting },
      `waitWhileOpen maxWaiting must be a whole number from 1 on, or Infinity, got ${maxWaiting}`,
    ]),
    [{ maxWaiting: '5' }, 'waitWhileOpen maxWaiting must be a whole number from 1 on, or Infinity'],
    [{ wait: 5 }, 'unknown option "waitWhileOpen wait", got 5'],
    [5, 'waitWhileOpen options must be an object, got 5'],
  ])('refuses %o', (options, message) => {
    expect(() => waitWhileOpen(circuitBreaker(), options as never)).toThrow(message);
  });

  it.each([
    [undefined, 'undefined'],
    [{ maxWait: 5 }, '{"maxWait":5}'],
    [() => 5, 'a function'],
  ])('refuses %o in the place of the breaker', (breaker, shown) => {
    expect(() => waitWhileOpen(breaker as never)).toThrow(
      `waitWhileOpen breaker must be a circuit breaker, got ${shown}`,
    );
  });
});

describe('unlessRefused', () => {
  it('retries other errors as it is told, and stops at a refusal', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 3, scheduler: clock });
    let calls = 0;
    const source = defer(() => {
      calls++;
      return throwError(() => boom);
    });
    const heard = record(source.pipe(breaker, retry(unlessRefused({ count: 10 }))));
    expect([calls, heard]).toEqual([3, ['#CircuitOpenError']]);
    expect(breaker.totals().rejected).toBe(1);
  });

  it.each([
    [undefined, [0, 0, 0]],
    [0, [0, 0, 0]],
    [500, [0, 500, 1_000]],
  ])('with a delay of %o ms asks the source at %o ms', (delay, expected) => {
    new TestScheduler(() => {}).run(({ flush }) => {
      const asked: number[] = [];
      const source = defer(() => {
        asked.push(asyncScheduler.now());
        return throwError(() => boom);
      });
      record(
        source.pipe(retry(unlessRefused({ count: 2, ...(delay !== undefined && { delay }) }))),
      );
      flush();
      expect(asked).toEqual(expected);
    });
  });

  it('keeps the count and the delay function of the config', () => {
    const asked: number[] = [];
    const config = unlessRefused({
      count: 2,
      delay: (_, attempt) => {
        asked.push(attempt);
        return of(0);
      },
    });
    expect(record(throwError(() => boom).pipe(retry(config)))).toEqual(['#boom']);
    expect(asked).toEqual([1, 2]);
  });

  it.each([
    [{ delay: 'soon' }, 'unlessRefused delay must be a number of milliseconds, 0 or more'],
    [
      { delay: 2 ** 31 },
      'unlessRefused delay must be a number of milliseconds, 0 or more, at most',
    ],
    [{ delay: Number.POSITIVE_INFINITY }, 'at most 2147483647, got Infinity'],
    [{ delay: -1 }, 'unlessRefused delay must be a number of milliseconds, 0 or more, at most'],
    [{ delay: Number.NaN }, 'at most 2147483647, got NaN'],
    [{ delay: null }, 'unlessRefused delay must be a number of milliseconds, 0 or more'],
    [3, 'unlessRefused config must be an object, got 3'],
  ])('refuses %o', (config, message) => {
    expect(() => unlessRefused(config as never)).toThrow(message);
  });

  it.each([0, 0.5, 2 ** 31 - 1, undefined])('takes a delay of %o', (delay) => {
    expect(() => unlessRefused({ delay } as object)).not.toThrow();
  });
});

describe('a waiting room', () => {
  const at = (breaker: CircuitBreaker, options = {}) =>
    of('ok').pipe(breaker, waitWhileOpen(breaker, options));

  it('made anew for each call still has room for so many at once', () => {
    const { breaker, clock } = tripped();
    const first = at(breaker, { maxWaiting: 2 }).subscribe();
    expect(record(at(breaker, { maxWaiting: 2 }))).toEqual([]);
    expect(record(at(breaker, { maxWaiting: 2 }))).toEqual(['#CircuitOpenError']);
    first.unsubscribe();
    const heard = record(at(breaker, { maxWaiting: 2 }));
    clock.advance(1_000);
    expect(heard).toEqual(['ok', '|']);
    expect(clock.pending).toBe(0);
  });

  it('lets a call of an isolated breaker wait without a timer, until the hold is lifted', () => {
    const { breaker, clock } = tripped();
    const hold = breaker.isolate();
    clock.delays.length = 0;
    const heard = record(at(breaker, { maxWait: Number.POSITIVE_INFINITY }));
    expect([heard, clock.delays]).toEqual([[], []]);
    hold.unsubscribe();
    expect([heard, clock.pending]).toEqual([['ok', '|'], 0]);
  });

  it('asks for no delay that is longer than timers take', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ scheduler: clock, retryTimeout: 2 ** 40 });
    breaker.trip();
    const calls = at(breaker, { maxWait: Number.POSITIVE_INFINITY }).subscribe();
    expect(Math.max(...clock.delays)).toBe(2 ** 31 - 1);
    calls.unsubscribe();
    expect(clock.pending).toBe(0);
  });

  it('stops a synchronous endless source when its subscriber leaves', () => {
    const { breaker, clock } = tripped();
    let told = 0;
    const endless = new Observable<number>((subscriber) => {
      while (!subscriber.closed && told < 100) subscriber.next(told++);
    });
    const heard = record(endless.pipe(breaker, waitWhileOpen(breaker), take(3)));
    breaker.reset();
    expect([heard, told]).toEqual([['0', '1', '2', '|'], 3]);
    record(endless.pipe(breaker, waitWhileOpen(breaker), take(3)));
    expect([told, clock.pending]).toEqual([6, 0]);
  });

  it('fails a waiting call when the clock fails, and keeps no place in the room', async () => {
    const { breaker, clock } = tripped();
    const heard = record(at(breaker, { maxWaiting: 1 }));
    const { now } = clock;
    await unhandled(() => {
      clock.now = () => Number.NaN;
      clock.ringAll();
      clock.now = now;
    });
    expect(heard).toEqual(['#RangeError']);
    expect(record(at(breaker, { maxWaiting: 1 }))).toEqual([]);
  });

  it('serves thousands, with nothing left behind', () => {
    const { breaker, clock } = tripped();
    let served = 0;
    for (let i = 0; i < 3_000; i++) {
      at(breaker, { maxWaiting: 2_500 }).subscribe({ next: () => served++, error: () => {} });
    }
    clock.advance(1_000);
    expect([served, clock.pending, breaker.snapshot().counts.inFlight]).toEqual([2_500, 0, 0]);
  });
});
