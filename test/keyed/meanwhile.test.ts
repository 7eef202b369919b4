import { channel } from 'node:diagnostics_channel';
import { EMPTY, Observable, of, Subject, type Subscription, takeUntil } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { CircuitState } from '../../src/index.ts';
import { type CircuitBreakers, circuitBreakers } from '../../src/keyed/circuitBreakers.ts';
import { clock, fail, quick, touchy } from './clock.ts';

/** Timers that are set. */
function timers({ scheduler }: ReturnType<typeof clock>): number {
  return scheduler.actions.filter((action) => !action.closed).length;
}

/** The events of the group, as `key type` or `key state`. */
function listen(group: CircuitBreakers): string[] {
  const heard: string[] = [];
  group.events$.subscribe((event) =>
    heard.push(`${event.key} ${event.type === 'state-change' ? event.to : event.type}`),
  );
  return heard;
}

/** Watches a key until a state; then the watcher leaves, and does something. */
function watchUntil(group: CircuitBreakers, key: string, last: CircuitState, deed = () => {}) {
  let watching: Subscription | undefined;
  watching = group.get(key).state$.subscribe((state) => {
    if (state !== last || watching === undefined) return;
    watching.unsubscribe();
    watching = undefined;
    deed();
  });
}

describe('the options of a key are asked for', () => {
  test('once when the key is added, and by no look', () => {
    const asked: string[] = [];
    const group = circuitBreakers({
      optionsFor: (key) => {
        asked.push(key);
        return {};
      },
    });
    const old = group.get('a');
    group.delete('a');
    group.get('a');
    expect(asked).toEqual(['a', 'a']);
    expect([old.state, old.retryAfter, old.snapshot().state]).toEqual(['closed', 0, 'closed']);
    expect(asked).toEqual(['a', 'a']);
  });

  test('once for each key by new settings', () => {
    const asked: string[] = [];
    const group = circuitBreakers({
      optionsFor: (key) => {
        asked.push(key);
        return undefined;
      },
    });
    for (const key of ['a', 'b', 'c']) group.get(key);
    asked.length = 0;
    group.configure({ retryTimeout: 5 });
    expect(asked).toEqual(['a', 'b', 'c']);
  });

  test('and may use the key: no other key makes room twice', () => {
    let isAsking = false;
    const group: CircuitBreakers = circuitBreakers({
      maxKeys: 2,
      optionsFor: (key) => {
        if (key !== 'b' || isAsking) return undefined;
        isAsking = true;
        group.get('b');
        return undefined;
      },
    });
    group.get('a');
    group.get('b');
    expect([...group.keys()]).toEqual(['a', 'b']);
  });

  test('before a call, and the options of the call may delete the key: the group keeps the key', () => {
    const group = circuitBreakers();
    const heard = listen(group);
    const a = group.get('a');
    a.state$.subscribe();
    a.acquire({
      get context() {
        group.delete('a');
        return 'mine';
      },
    }).success();
    expect([...group.keys()]).toEqual(['a']);
    expect(heard).not.toContain('a key-refused');
    expect(group.totals().successes).toBe(1);
  });
});

test('a look through a kept handle sees that an idle key is forgotten', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...quick, scheduler, idleTime: 1_000 });
  const a = group.get('a');
  fail(a, 2);
  pass(1_000);
  expect(a.snapshot().counts.failures).toBe(0);
});

describe('a listener deletes a key', () => {
  test('while all keys are reset: a watcher of the key hears of one reset', () => {
    const group = circuitBreakers(touchy);
    for (const key of ['a', 'b']) group.get(key);
    const resets: string[] = [];
    group.get('b').events$.subscribe(({ type }) => resets.push(type));
    group.events$.subscribe(({ key, type }) => {
      if (key === 'a' && type === 'reset') group.delete('b');
    });
    group.reset();
    expect(resets.filter((type) => type === 'reset')).toEqual(['reset']);
  });

  test('while all keys are isolated: nothing is published of the key', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...touchy, scheduler });
    for (const key of ['a', 'b']) group.get(key).acquire().success();
    group.events$.subscribe((event) => {
      if (event.key === 'a' && event.type === 'state-change') group.delete('b');
    });
    const published: unknown[] = [];
    const hear = (message: unknown): void => {
      published.push((message as { name: string }).name);
    };
    const changes = channel('rxjs-circuit-breaker:state-change');
    changes.subscribe(hear);
    group.isolate();
    changes.unsubscribe(hear);
    pass(1);
    expect(published).toEqual(['a']);
  });

  test('while new settings begin: no health check of the key begins', () => {
    const { scheduler, pass } = clock();
    const checked: string[] = [];
    let isCheckable = false;
    const group = circuitBreakers({
      ...touchy,
      scheduler,
      optionsFor: (key) => {
        const probe = () => {
          checked.push(key);
          return EMPTY;
        };
        return isCheckable ? { probe } : undefined;
      },
    });
    fail(group.get('a'));
    pass(10_000);
    fail(group.get('b'));
    group.events$.subscribe((event) => {
      if (event.key === 'a' && event.type === 'state-change') group.delete('b');
    });
    pass(20_000); // the open time of `a` is over
    isCheckable = true;
    group.configure(touchy);
    expect(group.has('b')).toBe(false);
    scheduler.maxFrames = 100_000;
    scheduler.flush();
    expect(checked).toEqual(['a']);
  });

  test('that the listener has opened: the key is fresh afterwards', () => {
    const group = circuitBreakers(touchy);
    group.events$.subscribe((event) => {
      if (event.type === 'state-change' && event.to === 'open') group.delete('a');
    });
    const a = group.get('a');
    a.trip();
    expect(group.has('a')).toBe(false);
    expect(group.get('a')).not.toBe(a);
  });

  test('that the listener and its caller delete: the totals count the key once', () => {
    const { scheduler, pass } = clock();
    const isDown: string[] = [];
    const group: CircuitBreakers = circuitBreakers({
      ...touchy,
      scheduler,
      probe: () => {
        isDown.push('asked');
        group.delete('a');
        return of('up');
      },
    });
    const heard = listen(group);
    fail(group.get('a'));
    pass(30_000);
    group.delete('a');
    expect(isDown).toEqual(['asked']);
    expect(group.totals()).toMatchObject({ failures: 1, transitions: { open: 1 } });
    expect(heard.filter((line) => line === 'a key-dropped')).toHaveLength(1);
  });

  test('that the listener and its caller delete, by a check: the key is fresh afterwards', () => {
    const { scheduler, pass } = clock();
    const group: CircuitBreakers = circuitBreakers({
      ...touchy,
      scheduler,
      probe: () => {
        group.delete('a');
        return of('up');
      },
    });
    const a = group.get('a');
    fail(a);
    pass(30_000);
    group.delete('a');
    expect(group.get('a')).not.toBe(a);
  });
});

describe('a watcher leaves', () => {
  test('a deleted key: the key is fresh afterwards', () => {
    const group = circuitBreakers(touchy);
    const a = group.get('a');
    const watching = a.state$.subscribe();
    group.delete('a');
    watching.unsubscribe();
    expect(group.get('a')).not.toBe(a);
  });

  test('a deleted key that is used again meanwhile: the group keeps the key', () => {
    const group = circuitBreakers(touchy);
    const a = group.get('a');
    const watching = a.state$.subscribe();
    group.delete('a');
    expect(group.get('a')).toBe(a);
    expect([...group.keys()]).toEqual(['a']);
    watching.unsubscribe();
    expect(group.get('a')).toBe(a);
  });

  test('a key that the watcher has deleted while a look told of the key: the key is fresh', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...touchy, scheduler, maxKeys: 1 });
    const a = group.get('a');
    fail(a);
    const watching = a.state$.subscribe((state) => {
      if (state !== 'half-open') return;
      group.delete('a');
      watching.unsubscribe();
    });
    group.get('in vain'); // puts `a` aside
    pass(30_000);
    a.state;
    expect(group.has('a')).toBe(false);
    expect(group.get('a')).not.toBe(a);
  });

  test('a deleted key that another one watches: the other one still hears of the key', () => {
    const group = circuitBreakers(touchy);
    const a = group.get('a');
    const first = a.state$.subscribe();
    const seen: string[] = [];
    a.state$.subscribe((state) => seen.push(state));
    group.delete('a');
    first.unsubscribe();
    a.trip();
    expect(seen).toEqual(['closed', 'open']);
  });

  test('a deleted key while the key tells of its end: the key is fresh afterwards', () => {
    const group = circuitBreakers(touchy);
    const a = group.get('a');
    a.trip();
    const seen: string[] = [];
    const watching = a.state$.subscribe((state) => {
      seen.push(state);
      if (state === 'closed') watching.unsubscribe();
    });
    group.delete('a');
    expect(seen).toEqual(['open', 'closed']);
    expect(group.get('a')).not.toBe(a);
  });

  test('and deletes the key that a look has brought up to date: the key is fresh afterwards', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...touchy, scheduler, maxKeys: 1 });
    const a = group.get('a');
    fail(a);
    watchUntil(group, 'a', 'half-open', () => group.delete('a'));
    group.get('in vain'); // puts `a` aside
    pass(30_000);
    expect(a.state).toBe('closed');
    expect(group.has('a')).toBe(false);
    expect(group.get('a')).not.toBe(a);
  });

  test.each([false, true])(
    'and uses another key: the free key makes room (aside before: %s)',
    (isAside) => {
      const { scheduler, pass } = clock();
      const group = circuitBreakers({ ...touchy, scheduler, maxKeys: 1 });
      const a = group.get('a');
      fail(a);
      watchUntil(group, 'a', 'half-open', () => group.get('in vain'));
      if (isAside) group.get('in vain');
      pass(30_000);
      expect(a.state).toBe('half-open');
      expect(group.has('a')).toBe(true);
      group.get('b');
      expect([...group.keys()]).toEqual(['b']);
    },
  );
});

describe('a call that finds no room', () => {
  test('is told once, and no check runs beside the call', () => {
    const time = clock();
    let checks = 0;
    const group: CircuitBreakers = circuitBreakers({
      scheduler: time.scheduler,
      maxKeys: 1,
      slowCallDuration: 1_000,
      tripWhen: ({ slowInFlight }) => slowInFlight > 0,
      retryTimeout: 5_000,
      probe: () => {
        checks++;
        return EMPTY;
      },
    });
    group.isolate('busy');
    const heard = listen(group);
    const permit = group.get('b').acquire();
    time.scheduler.maxFrames = 7_000;
    time.scheduler.flush();
    permit.success();
    expect(heard).toContain('b half-open');
    expect(heard.filter((line) => line === 'b key-refused')).toHaveLength(1);
    expect(checks).toBe(0);
  });

  test('and is refused leaves no timer', () => {
    const time = clock();
    const saved = circuitBreakers({ ...touchy, scheduler: time.scheduler });
    fail(saved.get('b'));
    const restore = saved.get('b').snapshot();
    const group = circuitBreakers({
      ...touchy,
      scheduler: time.scheduler,
      maxKeys: 1,
      optionsFor: (key) => (key === 'b' ? { restore } : undefined),
    });
    group.isolate('busy');
    listen(group);
    const before = timers(time);
    expect(() => group.get('b').acquire()).toThrow('is open');
    expect(timers(time)).toBe(before);
  });

  test('ends without harm to a key of the same name that was kept and deleted meanwhile', () => {
    const group = circuitBreakers({ ...touchy, maxKeys: 1 });
    const busy = group.get('busy').acquire();
    const stray = group.get('a').acquire();
    busy.success();
    const a = group.get('a');
    const seen: string[] = [];
    a.state$.subscribe((state) => seen.push(state));
    group.delete('a');
    stray.success();
    group.get('a').trip();
    expect(seen).toEqual(['closed', 'open']);
  });

  test('makes no room by the reset of its key', () => {
    const group = circuitBreakers({ ...touchy, maxKeys: 1 });
    group.isolate('busy');
    group.get('b').reset();
    expect([...group.keys()]).toEqual(['busy']);
  });
});

describe('a subscriber leaves while the source of its call subscribes: the call has ended', () => {
  /** Makes such a call, and does something before the source has subscribed. */
  function leaving(group: CircuitBreakers, deed: () => void): void {
    const stop = new Subject<void>();
    const source = new Observable(() => {
      stop.next();
      deed();
    });
    source.pipe(group.guard('a'), takeUntil(stop)).subscribe();
  }

  test('for a look at all keys', () => {
    const group = circuitBreakers();
    let inFlight: number | undefined;
    leaving(group, () => {
      inFlight = group.snapshot()['a']?.counts.inFlight;
    });
    expect(inFlight).toBe(0);
  });

  test('for an act on its key', () => {
    const group = circuitBreakers();
    leaving(group, () => group.reset('a'));
    expect(group.totals()).toMatchObject({ cancelled: 1, late: 0 });
  });
});

test('a key that is looked at while it refuses a call makes room after its open time', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...touchy, scheduler, maxKeys: 1 });
  fail(group.get('a'));
  group.get('a').events$.subscribe().unsubscribe();
  group.events$.subscribe(({ type }) => {
    if (type === 'rejected') group.get('in vain');
  });
  expect(() => group.get('a').acquire()).toThrow('is open');
  pass(30_000);
  group.get('b');
  expect([...group.keys()]).toEqual(['b']);
});

describe('a key with a health check', () => {
  test('is kept between two checks', () => {
    const time = clock();
    const group = circuitBreakers({
      ...touchy,
      scheduler: time.scheduler,
      idleTime: 1_000,
      successThreshold: 3,
      probe: () => EMPTY, // good: the first of three
    });
    const a = group.get('a');
    fail(a);
    time.pass(30_000);
    expect(a.state).toBe('half-open');
    expect(a.snapshot().counts.inFlight).toBe(0);
    time.pass(5_000);
    expect(group.has('a')).toBe(true);
  });

  test('has no check any more when new settings of the group bring none', () => {
    const time = clock();
    let checks = 0;
    const group = circuitBreakers({
      ...touchy,
      scheduler: time.scheduler,
      successThreshold: 2,
      probe: () => {
        checks++;
        return EMPTY;
      },
    });
    const a = group.get('a');
    fail(a);
    time.pass(30_000);
    expect([a.state, checks]).toEqual(['half-open', 1]);
    group.configure({ ...touchy, successThreshold: 2 });
    time.scheduler.maxFrames = 100_000;
    time.scheduler.flush();
    expect([a.state, checks]).toEqual(['half-open', 1]);
    a.acquire().success();
    expect(a.state).toBe('closed');
  });

  describe('that starts from a snapshot', () => {
    function restored(maxKeys: number) {
      const time = clock();
      const saved = circuitBreakers({ ...touchy, scheduler: time.scheduler });
      fail(saved.get('b'));
      const restore = saved.get('b').snapshot();
      const found = { checks: 0 };
      const probe = () => {
        found.checks++;
        return EMPTY;
      };
      const group = circuitBreakers({
        ...touchy,
        scheduler: time.scheduler,
        maxKeys,
        optionsFor: (key) => (key === 'b' ? { restore, probe } : undefined),
      });
      /** Lets the open time pass, and timers fire. */
      const go = (): void => {
        time.scheduler.maxFrames = 30_000;
        time.scheduler.flush();
        time.scheduler.frame = 30_000;
      };
      return { ...time, group, found, go };
    }

    test('is checked when the open time is over', () => {
      const { group, found, go } = restored(2);
      const heard = listen(group);
      group.get('b');
      go();
      expect(found.checks).toBe(1);
      expect(heard).toEqual(['b key-added', 'b half-open', 'b success', 'b closed']);
    });

    test('is not checked because of a look at a key that is not kept', () => {
      const { group, found, go } = restored(2);
      const b = group.get('b');
      group.delete('b');
      expect(b.state).toBe('open');
      go();
      expect([b.state, found.checks]).toEqual(['half-open', 0]);
    });

    test('is not checked where the key finds no room', () => {
      const { group, found, go, scheduler } = restored(1);
      group.isolate('busy');
      const b = group.get('b');
      expect(scheduler.actions.filter((action) => !action.closed)).toEqual([]);
      go();
      expect([b.state, found.checks]).toEqual(['half-open', 0]);
    });

    test('is checked in the way of its last settings', () => {
      const { group, found, go } = restored(1);
      group.isolate('busy');
      let others = 0;
      const probe = () => {
        others++;
        return EMPTY;
      };
      const b = group.get('b');
      b.configure({ ...touchy, probe });
      b.trip();
      b.configure({ ...touchy, probe });
      go();
      expect([found.checks, others]).toEqual([0, 1]);
    });
  });
});
