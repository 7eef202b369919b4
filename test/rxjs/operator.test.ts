import { inspect } from 'node:util';
import {
  asyncScheduler,
  concat,
  concatMap,
  EMPTY,
  type MonoTypeOperatorFunction,
  map,
  mergeMap,
  NEVER,
  Observable,
  of,
  range,
  repeat,
  Subject,
  Subscriber,
  switchMap,
  take,
  throwError,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { circuitBreaker } from '../../src/index.ts';
import { shareCircuit } from '../../src/redis/index.ts';
import { boom, fail, record, start } from './calls.ts';
import { HandClock } from './handClock.ts';

const make = () => circuitBreaker({ minimumCalls: 1_000_000, scheduler: new HandClock() });

it('a subscriber of a class of its own that throws over a value gets its error, as with map', () => {
  class Throwing extends Subscriber<number> {
    protected override _next(value: number): void {
      throw new Error(`no ${value}`);
    }
  }
  const story = (operator: MonoTypeOperatorFunction<number>): string[] => {
    const heard: string[] = [];
    const subscriber = new Throwing({
      next: (value: number) => heard.push(String(value)),
      error: (error: Error) => heard.push(`#${error.message}`),
      complete: () => heard.push('|'),
    } as unknown as Subscriber<number>);
    of(1, 2).pipe(operator).subscribe(subscriber);
    return heard;
  };
  const breaker = make();
  expect(story(breaker)).toEqual(['#no 1']);
  expect(story(map((value) => value))).toEqual(['#no 1']);
  expect(breaker.snapshot().counts).toMatchObject({ successes: 1, failures: 0, inFlight: 0 });
});

describe('the operator is transparent to', () => {
  it.each<[string, Observable<unknown>, string[]]>([
    ['never', NEVER, []],
    ['empty', EMPTY, ['|']],
    ['a single value', of(1), ['1', '|']],
    ['multiple values', of(1, 2, 3), ['1', '2', '3', '|']],
    ['an error', throwError(() => boom), ['#boom']],
    [
      'values and an error',
      concat(
        of(1, 2),
        throwError(() => boom),
      ),
      ['1', '2', '#boom'],
    ],
    ['undefined values', of(undefined, null), ['undefined', 'null', '|']],
  ])('%s', (_, source, expected) => {
    expect(record(source.pipe(make()))).toEqual(expected);
  });

  it('an endless source, until it is unsubscribed', () => {
    const call = start(make());
    for (let i = 0; i < 5; i++) call.next(i);
    call.cancel();
    call.next(5);
    expect(call.heard).toEqual(['0', '1', '2', '3', '4']);
  });

  it('a source that emits while a value is being heard', () => {
    const source = new Subject<number>();
    const heard: number[] = [];
    source.pipe(make()).subscribe((value) => {
      heard.push(value);
      if (value < 3) source.next(value + 1);
    });
    source.next(0);
    expect(heard).toEqual([0, 1, 2, 3]);
  });

  it('the identity of values and errors', () => {
    const value = {};
    let heard: unknown;
    of(value)
      .pipe(make())
      .subscribe((v) => (heard = v));
    expect(heard).toBe(value);
    const error = {};
    throwError(() => error)
      .pipe(make())
      .subscribe({ error: (e) => (heard = e) });
    expect(heard).toBe(error);
  });
});

describe('a firehose', () => {
  /** Endless and synchronous; it looks at `closed` only, as RxJS's own sources do. */
  const firehose = (log: number[]) =>
    new Observable<number>((subscriber) => {
      for (let i = 0; !subscriber.closed && i < 1_000; i++) {
        log.push(i);
        subscriber.next(i);
      }
    });

  it('is ended at three by take(3)', () => {
    const log: number[] = [];
    const breaker = make();
    expect(record(firehose(log).pipe(breaker, take(3)))).toEqual(['0', '1', '2', '|']);
    expect(log).toEqual([0, 1, 2]);
    expect(breaker.snapshot().counts).toMatchObject({ successes: 1, failures: 0, inFlight: 0 });
  });

  it.each([
    ['map', map((n: number) => n)],
    ['mergeMap', mergeMap((n: number) => of(n))],
    ['concatMap', concatMap((n: number) => of(n))],
    ['switchMap', switchMap((n: number) => of(n))],
    ['another breaker', make()],
  ])('is ended at three through %s', (_, operator) => {
    const log: number[] = [];
    record(firehose(log).pipe(operator, make(), take(3)));
    record(firehose(log).pipe(make(), operator, take(3)));
    expect(log).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('made by range and repeat ends as well', () => {
    expect(record(range(0, Number.POSITIVE_INFINITY).pipe(make(), take(2)))).toHaveLength(3);
    expect(record(of(1).pipe(make(), repeat(), take(5)))).toHaveLength(6);
  });

  it('is stopped when its subscriber unsubscribes from within a value', () => {
    const log: number[] = [];
    const source = firehose(log).pipe(make());
    const heard: number[] = [];
    source.pipe(take(100)).subscribe({
      next(value) {
        heard.push(value);
      },
    });
    expect(log).toHaveLength(100);
  });
});

describe('building the pipe', () => {
  it('reads no clock, takes no place, arms no timer, touches no source', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ scheduler: clock });
    const { reads } = clock;
    let touched = 0;
    const source = new Observable(() => {
      touched++;
    });
    for (let i = 0; i < 10; i++) source.pipe(breaker, breaker, map(String), breaker);
    expect([clock.reads - reads, clock.pending, touched]).toEqual([0, 0, 0]);
    expect(breaker.snapshot().counts.inFlight).toBe(0);
  });

  it('gives an Observable that can be subscribed again and again, each one call', () => {
    const breaker = make();
    const piped = of(1).pipe(breaker);
    expect([record(piped), record(piped)]).toEqual([
      ['1', '|'],
      ['1', '|'],
    ]);
    expect(breaker.snapshot().counts.successes).toBe(2);
  });

  it('decides at subscription, not before', () => {
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 1, scheduler: new HandClock() });
    const piped = of(1).pipe(breaker);
    fail(breaker);
    expect(record(piped)).toEqual(['#CircuitOpenError']);
    const refused = of(1).pipe(breaker);
    breaker.reset();
    expect(record(refused)).toEqual(['1', '|']);
  });

  it('inline, breaks a stream that is resubscribed', () => {
    let touched = 0;
    const source = new Observable((subscriber) => {
      touched++;
      subscriber.error(boom);
    }).pipe(circuitBreaker({ consecutiveFailureThreshold: 2, scheduler: new HandClock() }));
    for (let i = 0; i < 5; i++) record(source);
    expect(touched).toBe(2);
  });
});

describe('user code around it', () => {
  it('a source that throws at subscription is a failed call', () => {
    const breaker = make();
    const source = new Observable(() => {
      throw boom;
    });
    expect(record(source.pipe(breaker))).toEqual(['#boom']);
    expect(breaker.snapshot().counts).toMatchObject({ failures: 1, inFlight: 0 });
  });

  it('a foreign source whose subscribe throws is a failed call', () => {
    const breaker = make();
    const source = {
      subscribe() {
        throw boom;
      },
    };
    expect(record(breaker(source as unknown as Observable<never>))).toEqual(['#boom']);
    expect(breaker.snapshot().counts).toMatchObject({ failures: 1, inFlight: 0 });
  });

  it('a projection that throws before it is a failure, after it is none', () => {
    const breaker = make();
    const crash = map(() => {
      throw boom;
    });
    expect(record(of(1).pipe(crash, breaker))).toEqual(['#boom']);
    expect(breaker.snapshot().counts).toMatchObject({ failures: 1, successes: 0 });
    expect(record(of(1).pipe(breaker, crash))).toEqual(['#boom']);
    expect(breaker.snapshot().counts).toMatchObject({ failures: 1, successes: 1, inFlight: 0 });
  });

  it('a subscriber that throws harms neither the call nor the breaker', () => {
    vi.useFakeTimers();
    try {
      const breaker = make();
      of(1)
        .pipe(breaker)
        .subscribe(() => {
          throw boom;
        });
      expect(breaker.snapshot().counts).toMatchObject({ successes: 1, inFlight: 0 });
      expect(() => vi.runAllTimers()).toThrow(boom);
    } finally {
      vi.useRealTimers();
    }
  });

  it('values, errors and completions after the end are not heard', () => {
    const breaker = make();
    const source = new Observable<number>((subscriber) => {
      subscriber.next(1);
      subscriber.complete();
      subscriber.next(2);
      subscriber.error(boom);
      subscriber.complete();
    });
    expect(record(source.pipe(breaker))).toEqual(['1', '|']);
    expect(breaker.snapshot().counts).toMatchObject({ successes: 1, failures: 0, inFlight: 0 });
  });

  it('values after unsubscription are not heard, nor judged', () => {
    const judged: unknown[] = [];
    const breaker = circuitBreaker({
      classifyValue: (value) => {
        judged.push(value);
        return 'undecided';
      },
    });
    let late: () => void = () => {};
    const source = new Observable<number>((subscriber) => {
      late = () => {
        subscriber.next(1);
        subscriber.error(boom);
      };
    });
    const heard: unknown[] = [];
    source
      .pipe(breaker)
      .subscribe({ next: (v) => heard.push(v), error: (e) => heard.push(e) })
      .unsubscribe();
    late();
    expect([heard, judged]).toEqual([[], []]);
    expect(breaker.snapshot().counts).toMatchObject({ failures: 0, inFlight: 0 });
  });
});

describe('the function that is the breaker', () => {
  it('is an operator with a name, whose members are not its own to overwrite', () => {
    const breaker = circuitBreaker({ name: 'payments' });
    expect(typeof breaker).toBe('function');
    expect(breaker.name).toBe('payments');
    expect(() => Object.assign(breaker, { name: 'other' })).toThrow(TypeError);
    expect(() => Object.assign(breaker, { state: 'open' })).toThrow(TypeError);
  });

  it('shows in a log its name, state and counts, and why it is not closed', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ name: 'payments', scheduler: clock });
    const shown = (depth: number): string => inspect(breaker, { depth, breakLength: Infinity });
    expect(shown(0)).toBe("{ circuitBreaker: 'payments', state: 'closed', counts: [Object] }");
    fail(breaker, 6);
    clock.advance(400);
    expect(shown(0)).toBe(
      "{ circuitBreaker: 'payments', state: 'open', why: 'excess-failures, 400 ms ago', retryAfter: 600, counts: [Object] }",
    );
    expect(shown(1)).toContain('failures: 0, slow: 0'); // of the open state
  });

  it('shows its name and state in a log of a permit', () => {
    const permit = circuitBreaker({ name: 'payments' }).acquire();
    expect(inspect(permit, { breakLength: Infinity })).toContain(
      "machine: { circuitBreaker: 'payments', state: 'closed' }",
    );
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [5, '5'],
    [{}, '{}'],
    [() => {}, 'a function'],
  ])('is no %o: an entry refuses such a value by name', (value, shown) => {
    expect(() => shareCircuit(value as never, {} as never)).toThrow(
      `breaker must be a circuit breaker, got ${shown}`,
    );
  });

  it('keeps apart from other breakers of the same name and options', () => {
    const options = { consecutiveFailureThreshold: 1, scheduler: asyncScheduler };
    const [a, b] = [circuitBreaker(options), circuitBreaker(options)];
    fail(a);
    expect([a.state, b.state]).toEqual(['open', 'closed']);
  });
});
