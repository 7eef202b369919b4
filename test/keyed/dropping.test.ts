import { NEVER, Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { type CircuitBreakers, circuitBreakers } from '../../src/keyed/circuitBreakers.ts';
import type { CircuitBreaker } from '../../src/rxjs/circuitBreaker.ts';
import { clock, fail, quick, touchy } from './clock.ts';

/** Every way of making a key busy, and what ends it. */
const busy: [string, (breaker: CircuitBreaker) => () => void][] = [
  [
    'a call in flight',
    (breaker) => {
      const permit = breaker.acquire();
      return () => permit.success();
    },
  ],
  [
    'a stream in flight',
    (breaker) => {
      const call = breaker(NEVER).subscribe();
      return () => call.unsubscribe();
    },
  ],
  [
    'a call in flight that is late',
    (breaker) => {
      const permit = breaker.acquire();
      breaker.reset();
      return () => permit.success();
    },
  ],
  [
    'a subscriber to state$',
    (breaker) => {
      const watching = breaker.state$.subscribe();
      return () => watching.unsubscribe();
    },
  ],
  [
    'a subscriber to events$',
    (breaker) => {
      const watching = breaker.events$.subscribe();
      return () => watching.unsubscribe();
    },
  ],
  [
    'a hold that isolates',
    (breaker) => {
      const hold = breaker.isolate();
      return () => hold.unsubscribe();
    },
  ],
  [
    'a hold that disables',
    (breaker) => {
      const hold = breaker.disable();
      return () => hold.unsubscribe();
    },
  ],
];

/** Every look at a group: none of them is a use. */
const looks: [string, (group: CircuitBreakers) => number][] = [
  ['size', (group) => group.size],
  ['has', (group) => ['a', 'b', 'c'].filter((key) => group.has(key)).length],
  ['keys', (group) => [...group.keys()].length],
  ['for', (group) => [...group].length],
  ['snapshot', (group) => Object.keys(group.snapshot()).length],
];

describe('idle keys', () => {
  test.each(looks)('are gone at the next look, by %s', (_, look) => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ scheduler, idleTime: 1_000 });
    for (const key of ['a', 'b', 'c']) group.get(key);
    pass(999);
    expect(look(group)).toBe(3);
    pass(1);
    expect(look(group)).toBe(0);
  });

  test('are dropped without a timer', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ scheduler, idleTime: 1_000 });
    const a = group.get('a');
    pass(1_000);
    expect(group.has('a')).toBe(false);
    expect(scheduler.actions).toEqual([]);
    expect(group.get('a')).not.toBe(a);
  });

  test('are forgotten at their time, whoever asks first', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...quick, scheduler, idleTime: 1_000 });
    fail(group.get('a'), 2);
    pass(1_000);
    expect(group.get('a').snapshot().counts.failures).toBe(0);
  });

  test.each<[string, (breaker: CircuitBreaker) => unknown]>([
    ['with failures in its window', (breaker) => fail(breaker, 2)],
    ['that is half-open', (breaker) => fail(breaker, 3)],
    ['that has only succeeded', (breaker) => breaker.acquire().success()],
  ])('include a key %s', (_, touch) => {
    const { scheduler, pass } = clock();
    const rollingWindow = Number.POSITIVE_INFINITY;
    const group = circuitBreakers({ ...quick, rollingWindow, scheduler, idleTime: 9_000 });
    touch(group.get('a'));
    pass(8_999);
    expect(group.has('a')).toBe(true);
    pass(1);
    expect(group.has('a')).toBe(false);
  });

  test('go at the end of their open time, if that is later than the idle time', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...quick, scheduler, idleTime: 1_000 });
    fail(group.get('a'), 3);
    pass(4_999);
    expect(group.has('a')).toBe(true);
    pass(1);
    expect(group.has('a')).toBe(false);
  });

  test('stay open for ever where the open time has no end', () => {
    const { scheduler, pass } = clock();
    const retryTimeout = Number.POSITIVE_INFINITY;
    const group = circuitBreakers({ ...quick, retryTimeout, scheduler, idleTime: 1_000 });
    const a = group.get('a');
    fail(a, 3);
    pass(1e9);
    expect(group.has('a')).toBe(true);
    a.reset();
    pass(1_000);
    expect(group.has('a')).toBe(false);
  });

  test.each(busy)('are none while there is %s', (_, claim) => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ scheduler, idleTime: 1_000 });
    const a = group.get('a');
    const end = claim(a);
    for (let i = 0; i < 3; i++) {
      pass(700);
      expect(group.has('a')).toBe(true);
    }
    expect(group.get('a')).toBe(a);
    end();
    pass(999);
    expect(group.has('a'), 'the end is a use').toBe(true);
    pass(1);
    expect(group.has('a')).toBe(false);
  });

  test.each<[string, (breaker: CircuitBreaker) => unknown]>([
    ['a call', (breaker) => breaker.acquire().ignore()],
    ['a reset', (breaker) => breaker.reset()],
    ['a hold that ends at once', (breaker) => breaker.isolate().unsubscribe()],
    ['a short look at the state', (breaker) => breaker.state$.subscribe().unsubscribe()],
    ['an end of the open time by hand', (breaker) => breaker.halfOpen()],
    ['other settings', (breaker) => breaker.configure({})],
  ])('are not those that are used through a kept handle, by %s', (_, use) => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ scheduler, idleTime: 1_000 });
    const a = group.get('a');
    for (let i = 0; i < 5; i++) {
      pass(600);
      use(a);
    }
    expect(group.get('a')).toBe(a);
  });

  test('are not kept by who only looks', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ scheduler, idleTime: 1_000 });
    const a = group.get('a');
    pass(600);
    for (const [, look] of looks) look(group);
    expect([a.state, a.retryAfter, a.snapshot().state]).toEqual(['closed', 0, 'closed']);
    pass(400);
    expect(group.has('a')).toBe(false);
  });

  test('are not kept by a result that was settled before', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ scheduler, idleTime: 1_000 });
    const permit = group.get('a').acquire();
    permit.success();
    pass(600);
    permit.success();
    pass(400);
    expect(group.has('a')).toBe(false);
  });

  test('are kept for ever where the idle time is Infinity, and the clock is not read', () => {
    const time = clock();
    const idleTime = Number.POSITIVE_INFINITY;
    const group = circuitBreakers({ scheduler: time.scheduler, idleTime });
    const a = group.get('a');
    const before = time.reads;
    for (let i = 0; i < 10; i++) group.get('a');
    expect(group.get('a')).toBe(a);
    expect(time.reads).toBe(before);
    time.pass(1e12);
    expect(group.get('a')).toBe(a);
  });

  test('are dropped on time although the clock was set back a day', () => {
    const { scheduler, pass } = clock();
    pass(100_000_000);
    const group = circuitBreakers({ scheduler, idleTime: 1_000 });
    group.get('a');
    pass(-86_400_000);
    group.get('b');
    pass(999);
    expect(group.size).toBe(2);
    pass(1);
    expect(group.size).toBe(0);
  });
});

describe('at the limit', () => {
  test('the least recently used key makes room', () => {
    const group = circuitBreakers({ maxKeys: 3 });
    for (const key of ['a', 'b', 'c', 'a', 'd']) group.get(key);
    expect([...group.keys()]).toEqual(['c', 'a', 'd']);
  });

  test.each(busy)('a key stays while there is %s', (_, claim) => {
    const { scheduler } = clock();
    const group = circuitBreakers({ ...quick, scheduler, maxKeys: 3 });
    const a = group.get('a');
    const end = claim(a);
    for (let i = 0; i < 10; i++) group.get(`other ${i}`);
    expect(group.size).toBe(3);
    expect(group.get('a')).toBe(a);
    end();
    for (let i = 0; i < 3; i++) group.get(`another ${i}`);
    expect(group.has('a')).toBe(false);
  });

  test('an open key stays until its open time is over', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...quick, scheduler, maxKeys: 2 });
    fail(group.get('a'), 3);
    for (let i = 0; i < 5; i++) group.get(`other ${i}`);
    expect(group.has('a')).toBe(true);
    pass(5_000);
    group.get('new');
    expect([...group.keys()]).toEqual(['other 4', 'new']);
  });

  test('the one key that may go is found among many that may not', () => {
    const group = circuitBreakers({ ...quick, maxKeys: 100 });
    for (let i = 0; i < 100; i++) if (i !== 60) fail(group.get(`k${i}`), 3);
    group.get('free');
    group.get('new');
    expect(group.has('free')).toBe(false);
    expect(group.has('new')).toBe(true);
    expect(group.size).toBe(100);
  });

  test('room is found at once when the first of many busy keys is free, after thousands were refused', () => {
    const { scheduler } = clock();
    const group = circuitBreakers({ ...touchy, scheduler, maxKeys: 1_000 });
    const permits = Array.from({ length: 1_000 }, (_, i) => group.get(`k${i}`).acquire());
    for (let i = 0; i < 5_000; i++) group.get(`new ${i}`);
    expect(group.has('k500')).toBe(true);
    permits[500]?.success();
    group.get('lucky');
    expect([group.has('k500'), group.has('lucky')]).toEqual([false, true]);
    group.get('late');
    expect([group.has('lucky'), group.has('late')]).toEqual([false, true]);
  });

  test('keys whose open time is over go by their last use, not by the order in which they were looked at', () => {
    const { scheduler, pass } = clock();
    const optionsFor = (key: string) => ({ retryTimeout: key === 'a' ? 3_000 : 1_000 });
    const group = circuitBreakers({ ...touchy, optionsFor, scheduler, maxKeys: 3 });
    for (const key of ['a', 'b', 'c']) fail(group.get(key));
    group.get('in vain'); // has a look at all of them
    pass(1_000);
    expect(group.get('d').state).toBe('closed');
    expect([...group.keys()]).toEqual(['a', 'c', 'd']);
    pass(2_000);
    group.get('e');
    expect([...group.keys()]).toEqual(['c', 'd', 'e']);
    group.get('f');
    expect([...group.keys()]).toEqual(['d', 'e', 'f']);
  });

  test('a thousand hosts that failed once, long ago, do not leave a new host unguarded', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...touchy, scheduler, maxKeys: 1_000 });
    for (let i = 0; i < 1_000; i++) fail(group.get(`host ${i}`));
    pass(30 * 86_400_000);
    let reached = 0;
    for (let i = 0; i < 50; i++) {
      try {
        group.get('new').acquire().failure(new Error('down'));
        reached++;
      } catch {
        // refused
      }
    }
    expect(reached).toBe(1);
  });

  test('a storm of keys stays within the limit and never drops an open breaker', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...quick, retryTimeout: 60_000, scheduler, maxKeys: 100 });
    const open = group.get('open');
    fail(open, 3);
    let most = 0;
    for (let i = 0; i < 5_000; i++) {
      const breaker = group.get(`storm ${i}`);
      if (i % 3 === 0) fail(breaker);
      else breaker.acquire().success();
      pass(1);
      most = Math.max(most, group.size);
    }
    expect(most).toBe(100);
    expect(group.get('open')).toBe(open);
    expect(open.state).toBe('open');
  });

  test('the calls of a key without room each have a breaker of their own', () => {
    const group = circuitBreakers({ ...touchy, maxKeys: 2 });
    for (const key of ['a', 'b']) fail(group.get(key));
    const c = group.get('c');
    fail(c, 3);
    fail(group.get('c'), 3);
    expect(c.state).toBe('closed');
    expect([...group.keys()]).toEqual(['a', 'b']);
  });

  test('a handle that found no room guards its key as soon as there is room', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...touchy, scheduler, maxKeys: 1 });
    fail(group.get('a'));
    const b = group.get('b');
    fail(b, 2);
    pass(30_000);
    fail(b);
    expect(b.state).toBe('open');
    expect([...group.keys()]).toEqual(['b']);
  });

  test('a key that is held or watched is kept even over the limit', () => {
    const group = circuitBreakers({ ...touchy, maxKeys: 1 });
    fail(group.get('a'));
    const hold = group.isolate('b');
    expect(group.get('b').state).toBe('isolated');
    const c = group.get('c');
    c.state$.subscribe();
    expect(group.has('c')).toBe(true);
    group.get('d').disable();
    expect([...group.keys()]).toEqual(['a', 'b', 'c', 'd']);
    hold.unsubscribe();
    expect(group.get('b').state).toBe('closed');
  });

  test('what is over the limit goes when it is free, and no more than that', () => {
    const group = circuitBreakers({ maxKeys: 1 });
    const holds = ['a', 'b', 'c'].map((key) => group.isolate(key));
    expect(group.size).toBe(3);
    for (const hold of holds) hold.unsubscribe();
    group.get('d');
    expect([...group.keys()]).toEqual(['d']);
  });

  test('a call in flight keeps its breaker, so its outcome counts there', () => {
    const group = circuitBreakers({ ...touchy, maxKeys: 1 });
    const source = new Subject<never>();
    source.pipe(group.guard('a')).subscribe({ error: () => {} });
    group.get('b');
    source.error(new Error('down'));
    expect(group.get('a').state).toBe('open');
  });
});
