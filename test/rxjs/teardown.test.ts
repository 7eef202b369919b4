import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  EMPTY,
  type MonoTypeOperatorFunction,
  map,
  mergeMap,
  NEVER,
  Observable,
  of,
  Subject,
  Subscriber,
  Subscription,
  type TeardownLogic,
  take,
  takeUntil,
  UnsubscriptionError,
} from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
  circuitBreakers,
} from '../../src/index.ts';
import { boom, events, fail, record } from './calls.ts';
import { HandClock } from './handClock.ts';

setFlagsFromString('--expose-gc');
const sweep = runInNewContext('gc') as () => void;

/** A breaker in half-open with one place for a probe. */
const oneProbe = () => {
  const breaker = circuitBreaker({
    consecutiveFailureThreshold: 1,
    retryTimeout: 0,
    scheduler: new HandClock(),
  });
  fail(breaker);
  return breaker;
};

describe('the end of a call', () => {
  it('by its subscriber stops the source first, then gives the place back', () => {
    const breaker = oneProbe();
    const log: string[] = [];
    const source = new Observable(() => () => {
      log.push(`source stopped, in flight ${breaker.snapshot().counts.inFlight}`);
    });
    source.pipe(breaker).subscribe().unsubscribe();
    log.push(`in flight ${breaker.snapshot().counts.inFlight}`);
    expect(log).toEqual(['source stopped, in flight 1', 'in flight 0']);
  });

  it('by its subscriber stops first what the source added late, then gives the place back', () => {
    const breaker = oneProbe();
    const inFlight: number[] = [];
    let source: Subscriber<unknown> | undefined;
    const subscription = new Observable((subscriber) => {
      source = subscriber;
    })
      .pipe(breaker)
      .subscribe();
    source?.add(() => inFlight.push(breaker.snapshot().counts.inFlight));
    subscription.unsubscribe();
    expect([inFlight, breaker.snapshot().counts.inFlight]).toEqual([[1], 0]);
  });

  it('runs every teardown of the source once, in order', () => {
    const log: string[] = [];
    const source = new Observable((subscriber) => {
      subscriber.add(() => log.push('a'));
      subscriber.add(() => log.push('b'));
      return () => log.push('c');
    });
    const subscription = source.pipe(oneProbe()).subscribe();
    subscription.unsubscribe();
    subscription.unsubscribe();
    expect(log).toEqual(['a', 'b', 'c']);
  });

  it.each(['complete', 'error'] as const)('by %s runs the teardown after the notice', (end) => {
    const log: string[] = [];
    const source = new Observable((subscriber) => {
      subscriber.add(() => log.push('teardown'));
      if (end === 'complete') subscriber.complete();
      else subscriber.error(boom);
      return () => log.push('late teardown');
    });
    source.pipe(oneProbe()).subscribe({
      complete: () => log.push('complete'),
      error: () => log.push('error'),
    });
    expect(log).toEqual([end, 'teardown', 'late teardown']);
  });

  it('runs a teardown that comes after it at once', () => {
    const log: string[] = [];
    let add: (teardown: () => void) => void = () => {};
    const source = new Observable((subscriber) => {
      add = (teardown) => subscriber.add(teardown);
    });
    source.pipe(oneProbe()).subscribe().unsubscribe();
    add(() => log.push('at once'));
    expect(log).toEqual(['at once']);
  });

  it('with a teardown that throws gives the place back all the same', () => {
    const breaker = oneProbe();
    const log: string[] = [];
    const source = new Observable((subscriber) => {
      subscriber.add(() => {
        throw boom;
      });
      subscriber.add(() => log.push('second'));
    });
    const subscription = source.pipe(breaker).subscribe();
    let thrown: unknown;
    try {
      subscription.unsubscribe();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UnsubscriptionError);
    expect(log).toEqual(['second']);
    expect(breaker.snapshot().counts.inFlight).toBe(0);
    record(of(1).pipe(breaker));
    expect(breaker.state).toBe('closed');
  });

  it('forgets a teardown that the source takes away again', () => {
    const log: string[] = [];
    const source = new Observable((subscriber) => {
      const [a, b] = [() => log.push('a'), () => log.push('b')];
      subscriber.add(a);
      subscriber.add(b);
      subscriber.remove(a);
      subscriber.remove(b);
      return () => log.push('c');
    });
    source.pipe(oneProbe()).subscribe().unsubscribe();
    expect(log).toEqual(['c']);
  });

  it('forgives a source that takes away what it never added', () => {
    const log: string[] = [];
    const source = new Observable((subscriber) => {
      subscriber.remove(() => {});
      subscriber.add(() => log.push('a'));
      subscriber.remove(() => {});
    });
    const heard: unknown[] = [];
    source
      .pipe(oneProbe())
      .subscribe({ error: (error) => heard.push(error) })
      .unsubscribe();
    expect([heard, log]).toEqual([[], ['a']]);
  });

  it('stops a source that is still subscribing, at the moment its subscriber leaves', () => {
    const log: string[] = [];
    const leave = new Subject<void>();
    const source = new Observable<number>((subscriber) => {
      subscriber.add(() => log.push('stopped'));
      leave.next();
      log.push('goes on');
    });
    source.pipe(oneProbe(), takeUntil(leave)).subscribe();
    expect(log).toEqual(['stopped', 'goes on']);
  });

  it.each(['complete', 'error'] as const)(
    'by a subscriber who left while the source was subscribing comes before its %s',
    (end) => {
      const breaker = oneProbe();
      const heard = events(breaker);
      const leave = new Subject<void>();
      const source = new Observable<number>((subscriber) => {
        leave.next();
        subscriber[end](boom);
      });
      expect(record(source.pipe(breaker, takeUntil(leave)))).toEqual(['|']);
      expect(heard).toMatchObject([{ type: 'cancelled', state: 'half-open', duration: 0 }]);
      expect(breaker.state).toBe('half-open');
    },
  );

  it.each<[string, CircuitBreakerOptions]>([
    ['', {}],
    [', values being judged', { classifyValue: () => 'undecided' }],
  ])(
    'is the first that the source tells, whatever a listener makes it tell then%s',
    (_, options) => {
      for (const [first, then] of [
        ['error', 'complete'],
        ['complete', 'error'],
      ] as const) {
        const breaker = circuitBreaker({ ...options, scheduler: new HandClock() });
        let source: Subscriber<unknown> | undefined;
        breaker.events$.subscribe(() => source?.[then](new Error('second')));
        const raw = new Observable((subscriber) => {
          source = subscriber;
          subscriber[first](boom);
        });
        expect(record(raw.pipe(breaker))).toEqual([first === 'error' ? '#boom' : '|']);
        expect(breaker.snapshot().counts.calls).toBe(1);
      }
    },
  );

  it('is the end of the judging: a value that a listener makes the source tell then is not heard', () => {
    const breaker = circuitBreaker({
      classifyValue: () => 'undecided',
      scheduler: new HandClock(),
    });
    let source: Subscriber<unknown> | undefined;
    breaker.events$.subscribe(() => source?.next('late'));
    const raw = new Observable((subscriber) => {
      source = subscriber;
      subscriber.error(boom);
    });
    expect(record(raw.pipe(breaker))).toEqual(['#boom']);
  });

  it('unsubscribes from the source while it is still subscribing', () => {
    const source = new Subject<number>();
    const breaker = oneProbe();
    const cancelled = new Observable<number>((subscriber) => {
      subscriber.next(1);
      return source.subscribe(subscriber);
    });
    const heard: number[] = [];
    const subscription = cancelled.pipe(breaker).subscribe((value) => {
      heard.push(value);
      queueMicrotask(() => subscription.unsubscribe());
    });
    subscription.unsubscribe();
    expect(source.observed).toBe(false);
    expect(breaker.state).toBe('closed');
  });
});

describe('what a call holds on to', () => {
  it('does not grow with the inner subscriptions that mergeMap opens and ends', () => {
    const breaker = circuitBreaker({ scheduler: new HandClock() });
    const source = new Subject<number>();
    let parent: unknown;
    const spied = new Observable<number>((subscriber) => {
      parent = subscriber;
      return source.pipe(mergeMap((n) => of(n))).subscribe(subscriber);
    });
    let heard = 0;
    const direct = source.pipe(mergeMap((n) => of(n))).pipe(breaker);
    const subscriptions = [direct.subscribe(() => heard++), spied.pipe(breaker).subscribe()];
    for (let i = 0; i < 100; i++) source.next(i);
    const before = [size(parent), ...subscriptions.map(size)];
    for (let i = 0; i < 100_000; i++) source.next(i);
    expect(heard).toBe(100_100);
    expect([size(parent), ...subscriptions.map(size)]).toEqual(before);
    for (const subscription of subscriptions) subscription.unsubscribe();
    expect(source.observed).toBe(false);
  });
});

/** How many objects can be reached, and in how many ways. */
function size(root: unknown): number {
  const seen = new Set<unknown>();
  let ways = 0;
  const queue = [root];
  while (queue.length > 0) {
    const value = queue.pop();
    if (value === null || typeof value !== 'object' || seen.has(value)) continue;
    seen.add(value);
    const values = Object.values(value);
    ways += values.length;
    queue.push(...values);
  }
  return ways;
}

// a call joins the teardowns of its subscriber before or after its source subscribes, as the call before suggests
describe.each<[string, () => void]>([
  ['was over at once', () => record(of(1).pipe(circuitBreaker()))],
  ['went on', () => NEVER.pipe(circuitBreaker()).subscribe().unsubscribe()],
])('after a call that %s, a subscriber that has left', (_, callBefore) => {
  beforeEach(callBefore);

  it('has a place before it leaves, and none afterwards, while the source still subscribes', () => {
    const stop = new Subject<void>();
    const breaker = circuitBreaker();
    const seen: number[] = [];
    const source = new Observable(() => {
      seen.push(breaker.snapshot().counts.inFlight);
      stop.next();
      seen.push(breaker.snapshot().counts.inFlight);
    });
    source.pipe(breaker, takeUntil(stop)).subscribe();
    expect(seen).toEqual([1, 0]);
  });

  it.each([
    ['a look at the breaker', (breaker: CircuitBreaker) => breaker.snapshot().counts.inFlight],
    ['the totals', (breaker: CircuitBreaker) => 1 - breaker.totals().cancelled],
    [
      'another call',
      (breaker: CircuitBreaker) => {
        let inFlight = -1;
        new Observable(() => {
          inFlight = breaker.snapshot().counts.inFlight - 1;
        })
          .pipe(breaker)
          .subscribe()
          .unsubscribe();
        return inFlight;
      },
    ],
  ])('has given its place back while the source subscribes, for %s', (_, look) => {
    const stop = new Subject<void>();
    const breaker = circuitBreaker();
    let seen: number | undefined;
    const source = new Observable(() => {
      stop.next();
      seen = look(breaker);
    });
    source.pipe(breaker, takeUntil(stop)).subscribe();
    expect(seen).toBe(0);
  });

  it.each<[string, (breaker: CircuitBreaker) => unknown]>([
    ['acquire()', (breaker) => breaker.acquire().success()],
    ['execute()', (breaker) => void breaker.execute(() => 1)],
  ])('has given the only place of half-open back for %s in its source', (_, act) => {
    const stop = new Subject<void>();
    const breaker = oneProbe();
    const source = new Observable(() => {
      stop.next();
      act(breaker);
    });
    const heard = events(breaker);
    source.pipe(breaker, takeUntil(stop)).subscribe();
    expect(heard[0]).toMatchObject({ type: 'cancelled', state: 'half-open' });
    expect(breaker.totals()).toMatchObject({ cancelled: 1, rejected: 0 });
  });

  it.each<[string, (breaker: CircuitBreaker) => unknown]>([
    ['trip()', (breaker) => breaker.trip()],
    ['isolate()', (breaker) => breaker.isolate()],
    ['disable()', (breaker) => breaker.disable()],
    ['reset()', (breaker) => breaker.reset()],
    ['configure()', (breaker) => breaker.configure({})],
  ])('gave its call up before %s in its source: the call is not late', (_, act) => {
    const stop = new Subject<void>();
    const breaker = circuitBreaker();
    const heard = events(breaker);
    const source = new Observable(() => {
      stop.next();
      act(breaker);
    });
    source.pipe(breaker, takeUntil(stop)).subscribe();
    expect(heard[0]).toMatchObject({ type: 'cancelled', state: 'closed' });
  });

  it('gave its call up before its source begins to listen', () => {
    const stop = new Subject<void>();
    const breaker = circuitBreaker();
    const heard: unknown[] = [];
    const source = new Observable(() => {
      stop.next();
      breaker.events$.subscribe((event) => heard.push(event));
    });
    source.pipe(breaker, takeUntil(stop)).subscribe();
    expect(heard).toEqual([]);
  });

  it('has given the only place of half-open back for a call that its source makes', () => {
    const stop = new Subject<void>();
    const breaker = oneProbe();
    const heard: string[] = [];
    const source = new Observable(() => {
      stop.next();
      heard.push(...record(of('inner').pipe(breaker)));
    });
    source.pipe(breaker, takeUntil(stop)).subscribe();
    expect(heard).toEqual(['inner', '|']);
    expect(breaker.state).toBe('closed');
  });

  it('has given its place back while the source subscribes, for a look at a group', () => {
    const stop = new Subject<void>();
    const hosts = circuitBreakers();
    let seen: number | undefined;
    const source = new Observable(() => {
      stop.next();
      seen = hosts.snapshot()['a.example']?.counts.inFlight;
    });
    source.pipe(hosts.guard('a.example'), takeUntil(stop)).subscribe();
    expect(seen).toBe(0);
  });

  it.each<[string, CircuitBreakerOptions]>([
    ['a slow-call rule', { slowCallDuration: 1_000 }],
    ['an age of success', { successOn: { after: 1_000 } }],
    ['a window of time', { failureThreshold: 5, rollingWindow: 10_000 }],
  ])(
    'counts the same under %s when the source then takes two seconds to subscribe',
    (_, options) => {
      const clock = new HandClock();
      const stop = new Subject<void>();
      const breaker = circuitBreaker({ ...options, scheduler: clock });
      const source = new Observable(() => {
        stop.next();
        clock.advance(2_000);
      });
      source.pipe(breaker, takeUntil(stop)).subscribe();
      const { successes, failures, cancelled } = breaker.totals();
      const timeless = options.slowCallDuration === undefined && options.successOn === undefined;
      expect({ successes, failures, cancelled }).toEqual({
        successes: options.successOn === undefined ? 0 : 1,
        failures: options.slowCallDuration === undefined ? 0 : 1,
        cancelled: timeless ? 1 : 0,
      });
    },
  );

  it('because of a value has given its place back before the source goes on', () => {
    const breaker = circuitBreaker();
    const told: string[] = [];
    breaker.events$.subscribe(({ type }) => told.push(type));
    const source = new Observable<number>((subscriber) => {
      subscriber.next(1);
      told.push('the source goes on');
    });
    source.pipe(breaker, take(1)).subscribe();
    expect(told).toEqual(['success', 'the source goes on']);
  });

  it.each(['closed', 'open'])(
    'before it subscribed makes no call, to a breaker that is %s',
    (state) => {
      const breaker = circuitBreaker({ scheduler: new HandClock() });
      if (state === 'open') breaker.trip();
      const heard = events(breaker);
      const before = breaker.totals();
      new Observable<number>((subscriber) => {
        subscriber.complete();
        return of(1).pipe(breaker).subscribe(subscriber);
      }).subscribe();
      expect(heard).toEqual([]);
      expect(breaker.totals()).toEqual(before);
    },
  );

  describe.each<[string, CircuitBreakerOptions]>([
    ['', {}],
    [', values being judged', { classifyValue: () => 'success' }],
  ])('and whose teardown makes the source speak', (judged, options) => {
    it.each(['next', 'error', 'complete'] as const)(
      `by %s has given the call up all the same${judged}`,
      (method) => {
        const breaker = circuitBreaker({ ...options, scheduler: new HandClock() });
        const heard = events(breaker);
        const source = new Subject<unknown>();
        new Observable((subscriber) => {
          subscriber.add(() => source[method](boom)); // before the teardown of the call
          source.pipe(breaker).subscribe(subscriber);
        })
          .subscribe()
          .unsubscribe();
        expect(heard).toMatchObject([{ type: 'cancelled' }]);
      },
    );
  });
});

it('a source is torn down once, also when its value makes the subscriber leave', () => {
  const breaker = circuitBreaker();
  let torn = 0;
  let emit = (): void => {};
  const source = new Observable<number>((subscriber) => {
    emit = () => subscriber.next(1);
    return () => torn++;
  });
  source.pipe(breaker, take(1)).subscribe();
  emit();
  expect(torn).toBe(1);
});

describe('a synchronous source', () => {
  it.each(['cancelled', 'success', 'failure'])(
    'sees that its subscriber has left, after a call that was a %s',
    (before) => {
      const breaker = circuitBreaker();
      if (before === 'success') record(of(1).pipe(breaker));
      if (before === 'failure') fail(breaker);
      const stop = new Subject<void>();
      let told = 0;
      const endless = new Observable<never>((subscriber) => {
        while (!subscriber.closed && told < 100) if (++told === 5) stop.next();
      });
      endless.pipe(breaker, takeUntil(stop)).subscribe();
      expect(told).toBe(5);
    },
  );

  it('whose value comes when its subscriber has left was given up: the value is none', () => {
    const breaker = circuitBreaker();
    const heard = events(breaker);
    const stop = new Subject<void>();
    const late = new Observable((subscriber) => {
      stop.next();
      subscriber.next('late');
      subscriber.complete();
    });
    expect(record(late.pipe(breaker, takeUntil(stop)))).toEqual(['|']);
    expect(heard).toMatchObject([{ type: 'cancelled' }]);
    expect(breaker.snapshot().counts).toMatchObject({ calls: 0, inFlight: 0 });
  });

  it('is not touched where a listener makes the subscriber leave while it is being admitted', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 100,
      scheduler: clock,
    });
    fail(breaker);
    const leave = new Subject<void>();
    breaker.state$.subscribe((state) => state === 'half-open' && leave.next());
    clock.time += 100;
    let touched = 0;
    const source = new Observable(() => void touched++);
    source.pipe(breaker, takeUntil(leave)).subscribe();
    expect([touched, breaker.snapshot().counts.inFlight]).toEqual([0, 0]);
  });
});

describe('teardowns', () => {
  /** Runs teardowns that log their names; those in capitals throw. */
  const run = (operator: MonoTypeOperatorFunction<never>) => {
    const log: string[] = [];
    const teardown = (name: string) => () => {
      log.push(name);
      if (name === name.toUpperCase()) throw new Error(name);
    };
    const source = new Observable<never>((subscriber) => {
      const removed = new Subscription(teardown('removed'));
      subscriber.add(teardown('A'));
      subscriber.add(removed);
      subscriber.add(teardown('b'));
      subscriber.remove(removed);
      subscriber.add(teardown('C'));
      subscriber.add(teardown('d'));
      return teardown('E');
    });
    const subscription = source.pipe(operator).subscribe();
    try {
      subscription.unsubscribe();
    } catch (error) {
      log.push(...(error as UnsubscriptionError).errors.map(({ message }) => `threw ${message}`));
    }
    return log;
  };

  it('run in the order in which they were added, and all their errors are told', () => {
    const expected = ['A', 'b', 'C', 'd', 'E', 'threw A', 'threw C', 'threw E'];
    expect(run(map((value) => value))).toEqual(expected);
    expect(run(circuitBreaker())).toEqual(expected);
  });
});

describe('a call that is over', () => {
  /** Counts the teardowns that a source adds to its subscriber. */
  const teardownsOf = (source: Observable<unknown>): number => {
    let added = 0;
    class Counted extends Subscriber<unknown> {
      override add(teardown: TeardownLogic): void {
        added++;
        super.add(teardown);
      }
    }
    source.subscribe(new Counted());
    return added;
  };

  it.each([
    ['values', of(1, 2, 3)],
    ['nothing', EMPTY],
  ])('before its source has subscribed costs the subscriber no teardown: %s', (_, source) => {
    record(of(1).pipe(circuitBreaker())); // after a call that went on, the call joins first
    expect(teardownsOf(source.pipe(circuitBreaker()))).toBe(teardownsOf(source));
  });

  it('holds nothing in memory: a breaker that nobody has is freed', async () => {
    const used = (): WeakRef<HandClock> => {
      const clock = new HandClock();
      record(of(1).pipe(circuitBreaker({ scheduler: clock })));
      return new WeakRef(clock);
    };
    const clock = used();
    await new Promise((resolve) => setImmediate(resolve)); // until then the engine keeps what a WeakRef has met
    sweep();
    expect(clock.deref()).toBeUndefined();
  });
});
