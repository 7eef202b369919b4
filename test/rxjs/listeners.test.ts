import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type CircuitBreaker, type CircuitState, circuitBreaker } from '../../src/index.ts';
import { admits, boom, events, fail, start, states, succeed, unhandled } from './calls.ts';
import { HandClock } from './handClock.ts';

function make() {
  const clock = new HandClock();
  const breaker = circuitBreaker({
    consecutiveFailureThreshold: 1,
    retryTimeout: 100,
    scheduler: clock,
  });
  return { breaker, clock };
}

describe('state$', () => {
  it('tells the present state on subscribe, synchronously, then each change once', () => {
    const { breaker, clock } = make();
    const heard = states(breaker);
    expect(heard).toEqual(['closed']);
    fail(breaker);
    clock.advance(100);
    succeed(breaker, 3);
    expect(heard).toEqual(['closed', 'open', 'half-open', 'closed']);
  });

  it('tells a late subscriber the state as of now, not as of the last call', () => {
    const { breaker, clock } = make();
    fail(breaker);
    clock.time += 100;
    expect(states(breaker)).toEqual(['half-open']);
  });

  it('never tells the same state twice in a row', () => {
    const { breaker, clock } = make();
    const heard = states(breaker);
    for (let i = 0; i < 5; i++) {
      breaker.reset();
      fail(breaker, 3);
      clock.advance(99);
      breaker.state;
      clock.advance(1);
      fail(breaker);
    }
    for (let i = 1; i < heard.length; i++) expect(heard[i]).not.toBe(heard[i - 1]);
  });

  it('can be left and joined again', () => {
    const { breaker } = make();
    breaker.state$.subscribe().unsubscribe();
    const heard = states(breaker);
    fail(breaker);
    expect(heard).toEqual(['closed', 'open']);
  });

  it('can be left and joined again from within what it tells', () => {
    const { breaker } = make();
    const heard: CircuitState[] = [];
    const first = breaker.state$.subscribe((state) => {
      if (state !== 'open') return;
      first.unsubscribe();
      breaker.state$.subscribe((later) => heard.push(later));
    });
    fail(breaker);
    breaker.reset();
    expect(heard).toEqual(['open', 'closed']);
  });

  it('has nobody able to push into it', () => {
    const { breaker } = make();
    expect('next' in breaker.state$).toBe(false);
    expect('next' in breaker.events$).toBe(false);
    expect(breaker.state$.source).toBeUndefined();
  });
});

describe('events$', () => {
  it('tells what happens, in order, with the counts that led to a change', () => {
    const { breaker, clock } = make();
    const heard = events(breaker);
    const early = start(breaker);
    succeed(breaker);
    fail(breaker);
    admits(breaker);
    early.complete();
    clock.advance(100);
    succeed(breaker);
    expect(heard).toMatchObject([
      { type: 'success', state: 'closed', duration: 0 },
      { type: 'failure', state: 'closed', error: boom },
      {
        type: 'state-change',
        from: 'closed',
        to: 'open',
        reason: 'consecutive-failures',
        snapshot: { state: 'open', retryAfter: 100, attempt: 1, counts: { failures: 1 } },
      },
      { type: 'rejected', state: 'open', retryAfter: 100 },
      { type: 'late', outcome: 'success', state: 'closed' },
      { type: 'state-change', from: 'open', to: 'half-open', reason: 'retry-timeout' },
      { type: 'success', state: 'half-open' },
      { type: 'state-change', to: 'closed', reason: 'probes-succeeded', snapshot: { attempt: 0 } },
    ]);
  });

  it('can be left and joined again from within what it tells', () => {
    const { breaker } = make();
    const heard: string[] = [];
    const first = breaker.events$.subscribe(() => {
      first.unsubscribe();
      breaker.events$.subscribe(({ type }) => heard.push(type));
    });
    succeed(breaker);
    expect(heard).toEqual([]);
    succeed(breaker, 2);
    expect(heard).toEqual(['success', 'success']);
  });

  it('comes after the state has changed, and before the call hears of it', () => {
    const { breaker } = make();
    const order: string[] = [];
    breaker.events$.subscribe(({ type }) => order.push(`${type} ${breaker.state}`));
    fail(breaker);
    const call = start(breaker);
    order.push(...call.heard);
    expect(order).toEqual([
      'failure open',
      'state-change open',
      'rejected open',
      '#CircuitOpenError',
    ]);
  });
});

describe('a listener that calls the breaker', () => {
  it('by reset leaves every listener with the same story, in the same order', () => {
    const { breaker } = make();
    const first: CircuitState[] = [];
    breaker.state$.subscribe((state) => {
      first.push(state);
      if (state === 'open') breaker.reset();
    });
    const second = states(breaker);
    fail(breaker);
    expect(first).toEqual(['closed', 'open', 'closed']);
    expect(second).toEqual(first);
    expect(breaker.state).toBe('closed');
  });

  it('by isolate and disable as well', () => {
    const { breaker } = make();
    const first = states(breaker);
    breaker.state$.subscribe((state) => {
      if (state === 'open') breaker.disable();
      if (state === 'disabled') breaker.isolate();
    });
    const last = states(breaker);
    fail(breaker);
    expect(first).toEqual(['closed', 'open', 'disabled', 'isolated']);
    expect(last).toEqual(first);
  });

  it('by a new call at half-open takes the place before anyone else', () => {
    const { breaker, clock } = make();
    const probes: unknown[] = [];
    breaker.state$.subscribe((state) => {
      if (state === 'half-open') probes.push(start(breaker));
    });
    fail(breaker);
    clock.time += 100;
    const late = start(breaker);
    expect(probes).toHaveLength(1);
    expect(late.heard).toEqual(['#CircuitOpenError']);
    expect(breaker.snapshot().counts.inFlight).toBe(1);
  });

  it('by a call for every event ends, and keeps the order', () => {
    const { breaker } = make();
    let calls = 0;
    breaker.events$.subscribe(() => {
      if (calls++ < 100) start(breaker).cancel();
    });
    const heard = events(breaker);
    succeed(breaker);
    expect(heard).toHaveLength(101);
    expect(heard.map(({ type }) => type).slice(0, 3)).toEqual([
      'success',
      'cancelled',
      'cancelled',
    ]);
  });

  it('by isolate while a call is being admitted has that call refused', () => {
    const { breaker, clock } = make();
    fail(breaker);
    breaker.state$.subscribe((state) => {
      if (state === 'half-open') breaker.isolate();
    });
    clock.time += 100;
    const call = start(breaker);
    expect(call.heard).toEqual(['#CircuitOpenError']);
    expect(breaker.state).toBe('isolated');
  });

  it('by subscribing anew hears the present state first, and no change twice', () => {
    const { breaker, clock } = make();
    const inner: CircuitState[][] = [];
    breaker.state$.subscribe(() => inner.push(states(breaker)));
    fail(breaker);
    clock.advance(100);
    expect(inner).toEqual([['closed', 'open', 'half-open'], ['open', 'half-open'], ['half-open']]);
  });
});

describe('a listener that throws', () => {
  it.each(['state$', 'events$'] as const)(
    'in %s is reported to RxJS; the call and the others do not notice',
    async (stream) => {
      const { breaker } = make();
      const heard: string[] = [];
      const reported = await unhandled(() => {
        (breaker[stream] as typeof breaker.state$).subscribe(() => {
          throw boom;
        });
        const after = events(breaker);
        const call = start(breaker);
        call.complete();
        fail(breaker);
        heard.push(...call.heard, ...after.map(({ type }) => type));
      });
      expect(new Set(reported)).toEqual(new Set([boom]));
      expect(heard).toEqual(['|', 'success', 'failure', 'state-change']);
      expect(breaker.state).toBe('open');
    },
  );

  it('in an operator ends that listener alone', async () => {
    const { breaker } = make();
    const reported = await unhandled(() => {
      breaker.state$
        .pipe(
          map((state) => {
            if (state === 'open') throw boom;
          }),
        )
        .subscribe();
      const heard = states(breaker);
      fail(breaker);
      breaker.reset();
      expect(heard).toEqual(['closed', 'open', 'closed']);
    });
    expect(reported).toEqual([boom]);
  });
});

describe('an event', () => {
  it('has the fields of its kind and no others', () => {
    const { breaker, clock } = make();
    const heard = events(breaker);
    start(breaker).cancel();
    succeed(breaker);
    const late = start(breaker);
    fail(breaker);
    late.complete();
    clock.advance(1);
    expect(
      heard
        .filter(({ type }) => type !== 'state-change')
        .map((event) => [event.type, Object.keys(event).sort().join(' ')]),
    ).toEqual([
      ['cancelled', 'breaker duration slow state type'],
      ['success', 'breaker duration slow state type'],
      ['failure', 'breaker duration error slow state type'],
      ['late', 'breaker duration error outcome slow state type'],
    ]);
  });

  it('of a hold tells the counts as of then, not as of the last outcome', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({ rollingWindow: 100, scheduler: clock });
    const heard = events(breaker);
    fail(breaker);
    clock.advance(1_000);
    breaker.isolate();
    expect(heard.at(-1)).toMatchObject({ to: 'isolated', snapshot: { counts: { failures: 0 } } });
  });
});

describe('a listener that comes or goes in the middle', () => {
  it('and opens the breaker for no time at all leaves it half-open: the next call is a probe', () => {
    const clock = new HandClock();
    const admittedIn: string[] = [];
    const breaker = circuitBreaker({
      scheduler: clock,
      consecutiveFailureThreshold: 1,
      retryTimeout: ({ attempt }) => (attempt === 1 ? 5 : 0),
      classifyError: (_, state) => {
        admittedIn.push(state);
        return 'failure';
      },
    });
    fail(breaker);
    const watching = breaker.state$.subscribe((state) => {
      if (state !== 'half-open') return;
      watching.unsubscribe();
      fail(breaker); // opens again, and nobody is left to announce the end of it
    });
    clock.time += 5;
    fail(breaker);
    expect(admittedIn).toEqual(['closed', 'half-open', 'half-open']);
  });

  it.each([0, -500])('hears how long a call took, whatever the clock did (set by %d)', (step) => {
    const clock = new HandClock(1_000);
    let settled = (): void => {};
    const breaker = circuitBreaker({
      scheduler: clock,
      rollingWindow: { calls: 5 },
      tripWhen: () => {
        settled();
        return false;
      },
    });
    const first = breaker.events$.subscribe();
    const call = start(breaker);
    first.unsubscribe();
    clock.time += step;
    succeed(breaker);
    clock.time += 100;
    let heard: unknown[] = [];
    settled = () => {
      heard = events(breaker);
    };
    call.complete();
    expect(heard).toMatchObject([{ type: 'success', state: 'closed', duration: 100 }]);
  });

  it('hears of no duration where the call was there before it', () => {
    const { breaker } = make();
    const call = start(breaker);
    const heard = events(breaker);
    call.complete();
    expect(heard.map((event) => Object.keys(event))).toEqual([
      ['type', 'breaker', 'state', 'slow'],
    ]);
  });
});

describe('who begins to listen in the middle of telling', () => {
  const open = () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 100,
      scheduler: clock,
    });
    fail(breaker);
    return { breaker, clock };
  };
  const first = (breaker: CircuitBreaker): string => states(breaker)[0] as string;

  it.each<[string, (breaker: CircuitBreaker) => unknown]>([
    ['open', () => {}],
    ['isolated', (breaker) => breaker.isolate()],
    ['disabled', (breaker) => breaker.disable()],
  ])('is told by state$ that it is %s, though only events$ was observed', (state, enter) => {
    const { breaker } = open();
    enter(breaker);
    const told: string[] = [];
    breaker.events$.subscribe(() => told.push(first(breaker)));
    if (state === 'disabled') succeed(breaker);
    else expect(admits(breaker)).toBe(false);
    expect(told).toEqual([state]);
  });

  it('is told by state$ the state that was told last, and then each change', () => {
    const { breaker, clock } = open();
    const joined: string[][] = [];
    breaker.events$.subscribe((event) => {
      if (event.type === 'state-change' && event.to === 'half-open') {
        fail(breaker); // opens again: that is still to be told
        joined.push(states(breaker));
      }
    });
    clock.advance(100);
    expect(joined[0]?.slice(0, 2)).toEqual(['half-open', 'open']);
  });

  it('by events$ is told nothing of what was before', () => {
    const { breaker } = open();
    breaker.reset();
    const heard: string[] = [];
    let joined = false;
    breaker.events$.subscribe(({ type }) => {
      if (joined || type !== 'failure') return;
      joined = true; // the breaker is open already, and that is still to be told
      breaker.events$.subscribe((event) => heard.push(event.type));
    });
    fail(breaker);
    expect(heard).toEqual([]);
    expect(admits(breaker)).toBe(false);
    expect(heard).toEqual(['rejected']);
  });

  it('by events$ hears of what its own joining sets off, in order', () => {
    const { breaker, clock } = open();
    const heard: string[] = [];
    let joined = false;
    breaker.events$.subscribe((event) => {
      if (joined || event.type !== 'state-change') return;
      joined = true;
      breaker.isolate(); // before the joining
      breaker.events$.subscribe((told) => heard.push('to' in told ? told.to : told.type));
      breaker.disable();
      breaker.reset();
    });
    clock.advance(100);
    expect(heard).toEqual(['reset']);
    breaker.events$.subscribe();
    expect(admits(breaker)).toBe(false);
    expect(heard).toEqual(['reset', 'rejected']);
  });

  it('is heard again by state$ when its first look runs a listener that watches, too', () => {
    const { breaker, clock } = open();
    const second: string[] = [];
    let joined = false;
    breaker.events$.subscribe(() => {
      if (joined) return;
      joined = true;
      breaker.state$.subscribe((state) => second.push(state));
    });
    clock.time += 100; // the next look makes it half-open, and tells
    const heard = states(breaker);
    breaker.reset();
    expect(heard).toEqual(['half-open', 'closed']);
    expect(second.at(-1)).toBe('closed');
  });
});

describe('the events of a call', () => {
  it('tell of the breaker, of slowness, and of the error that opened the breaker', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      name: 'payments',
      slowCallDuration: 100,
      consecutiveFailureThreshold: 2,
      scheduler: clock,
    });
    const heard = events(breaker);
    const slow = start(breaker);
    clock.advance(101);
    slow.complete();
    fail(breaker, 2);
    breaker.reset();
    breaker.reset();
    expect(heard).toMatchObject([
      { type: 'success', breaker: 'payments', slow: true, duration: 101 },
      { type: 'failure', breaker: 'payments', slow: false, duration: 0, error: boom },
      { type: 'failure', breaker: 'payments', slow: false, duration: 0, error: boom },
      { type: 'state-change', breaker: 'payments', to: 'open', error: boom },
      { type: 'state-change', breaker: 'payments', to: 'closed' },
      { type: 'reset', breaker: 'payments' },
      { type: 'reset', breaker: 'payments' }, // of a closed breaker
    ]);
  });
});
