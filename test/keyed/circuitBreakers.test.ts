import {
  defer,
  type Observable,
  of,
  repeat,
  Subject,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import { expect, test } from 'vitest';
import { type CircuitBreakers, circuitBreakers } from '../../src/keyed/circuitBreakers.ts';
import type { KeyedCircuitEvent } from '../../src/keyed/keyedMachine.ts';
import type { CircuitBreaker } from '../../src/rxjs/circuitBreaker.ts';

/** A hand-made clock; nothing is ever scheduled on it that the tests wait for. */
function clock() {
  const scheduler = new VirtualTimeScheduler();
  return { scheduler, pass: (ms: number) => (scheduler.frame += ms) };
}

const fail = (breaker: CircuitBreaker, times = 1): void => {
  for (let i = 0; i < times; i++) breaker.acquire().failure(new Error('down'));
};

const quick = { consecutiveFailureThreshold: 3, retryTimeout: 5_000 } as const;

test('makes one breaker for a key, on first use, named by it', () => {
  const group = circuitBreakers();
  expect(group.has('a')).toBe(false);
  const a = group.get('a');
  expect(group.get('a')).toBe(a);
  expect(group.get('b')).not.toBe(a);
  expect(a.name).toBe('a');
  expect([...group.keys()]).toEqual(['a', 'b']);
  expect(group.size).toBe(2);
  expect([...group].map(([key, breaker]) => [key, breaker.name])).toEqual([
    ['a', 'a'],
    ['b', 'b'],
  ]);
});

test('one key that opens leaves the others closed', () => {
  const group = circuitBreakers(quick);
  fail(group.get('a'), 3);
  expect(group.get('a').state).toBe('open');
  expect(group.get('b').state).toBe('closed');
});

test('a key has its own options over the shared ones', () => {
  const group = circuitBreakers({
    ...quick,
    optionsFor: (key) => (key === 'a' ? { consecutiveFailureThreshold: 1, name: 'A' } : undefined),
  });
  fail(group.get('a'));
  fail(group.get('b'));
  expect([group.get('a').state, group.get('b').state]).toEqual(['open', 'closed']);
  expect(group.get('a').name).toBe('A');
});

test.each([
  [{ maxKeys: 0 }, RangeError, 'maxKeys must be a whole number from 1 on, got 0'],
  [{ idleTime: 0 }, RangeError, 'idleTime must be a number of milliseconds, more than 0, got 0'],
  [{ optionsFor: 1 }, TypeError, 'optionsFor must be a function, got 1'],
  [{ restore: 1 }, TypeError, 'restore must be an object of snapshots by key, got 1'],
  [{ name: 'x' }, TypeError, 'name must come from optionsFor'],
  [{ failureRateThreshold: 50 }, RangeError, 'did you mean 0.5?'],
  [{ maxKey: 5 }, TypeError, 'unknown option "maxKey"'],
])('tells at once that %j is wrong', (options, type, message) => {
  expect(() => circuitBreakers(options as never)).toThrow(type);
  expect(() => circuitBreakers(options as never)).toThrow(message);
});

test.each([undefined, '', 7])('refuses %j for a key', (key) => {
  const told = 'key must be a string that is not empty';
  expect(() => circuitBreakers().get(key as never)).toThrow(told);
  expect(() => circuitBreakers().guard(key as never)).toThrow(told);
  expect(() => circuitBreakers().isolate(key as never)).toThrow(told);
});

test('refuses to restore a key that nobody could ask for', () => {
  const saved = circuitBreakers().get('a').snapshot();
  expect(() => circuitBreakers({ restore: { '': saved } })).toThrow('key must be');
});

test('drops a clean key after the idle time, without a timer', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ scheduler, idleTime: 1_000 });
  const a = group.get('a');
  pass(999);
  expect(group.has('a')).toBe(true);
  pass(1);
  expect(group.has('a')).toBe(false);
  expect(scheduler.actions).toEqual([]);
  expect(group.get('a')).not.toBe(a);
});

test('a key in use is not idle', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ scheduler, idleTime: 1_000 });
  const a = group.get('a');
  for (let i = 0; i < 5; i++) {
    pass(600);
    expect(group.get('a')).toBe(a);
  }
});

test.each<[string, (breaker: CircuitBreaker) => unknown]>([
  ['open', (breaker) => fail(breaker, 3)],
  ['isolated', (breaker) => breaker.isolate()],
  ['disabled', (breaker) => breaker.disable()],
  ['with a call in flight', (breaker) => breaker.acquire()],
  ['with a failure in its window', (breaker) => fail(breaker, 1)],
  ['whose state$ is observed', (breaker) => breaker.state$.subscribe()],
  ['whose events$ is observed', (breaker) => breaker.events$.subscribe()],
])('keeps a breaker %s, idle or at the limit', (_, touch) => {
  const { scheduler, pass } = clock();
  const rollingWindow = Number.POSITIVE_INFINITY;
  const group = circuitBreakers({
    ...quick,
    rollingWindow,
    scheduler,
    idleTime: 1_000,
    maxKeys: 3,
  });
  const a = group.get('a');
  touch(a);
  for (let i = 0; i < 10; i++) group.get(`other ${i}`);
  expect(group.size).toBe(3);
  pass(2_500);
  expect(group.keys().next().value).toBe('a');
  expect(group.size).toBe(1);
  expect(group.get('a')).toBe(a);
});

test('drops a breaker that was watched, when nobody watches any more', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ scheduler, idleTime: 1_000 });
  const watching = group.get('a').state$.subscribe();
  pass(1_500);
  expect(group.has('a')).toBe(true);
  watching.unsubscribe();
  pass(1_500);
  expect(group.has('a')).toBe(false);
});

test('at the limit the least recently used clean key goes', () => {
  const group = circuitBreakers({ maxKeys: 3 });
  for (const key of ['a', 'b', 'c', 'a', 'd']) group.get(key);
  expect([...group.keys()]).toEqual(['c', 'a', 'd']);
});

test('finds the one clean key among many that are not', () => {
  const group = circuitBreakers({ ...quick, maxKeys: 100 });
  for (let i = 0; i < 100; i++) if (i !== 60) fail(group.get(`k${i}`), 3);
  group.get('clean');
  group.get('new');
  expect(group.has('clean')).toBe(false);
  expect(group.has('new')).toBe(true);
  expect(group.size).toBe(100);
});

test('when no key can go, a new one is let through and not kept', () => {
  const group = circuitBreakers({ ...quick, maxKeys: 2 });
  for (const key of ['a', 'b']) fail(group.get(key), 3);
  fail(group.get('c'), 3);
  expect(group.get('c').state).toBe('closed');
  expect([...group.keys()]).toEqual(['a', 'b']);
});

test('an isolated or watched key is kept even over the limit', () => {
  const group = circuitBreakers({ ...quick, maxKeys: 1 });
  fail(group.get('a'), 3);
  const hold = group.isolate('b');
  expect(group.get('b').state).toBe('isolated');
  const c = group.get('c');
  c.state$.subscribe();
  expect(group.get('c')).toBe(c);
  hold.unsubscribe();
  expect(group.get('b').state).toBe('closed');
});

test('a storm of keys stays within the limit and never drops an open breaker', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...quick, scheduler, maxKeys: 100 });
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
  expect(group.has('open')).toBe(true);
  expect(group.get('open')).toBe(open);
});

test('what nobody asks for is gone at the next look, whatever the look', () => {
  const looks: ((group: CircuitBreakers) => unknown)[] = [
    (group) => group.size,
    (group) => [...group.keys()].length,
    (group) => [...group].length,
    (group) => Object.keys(group.snapshot()).length,
  ];
  for (const look of looks) {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ scheduler, idleTime: 1_000 });
    for (const key of ['a', 'b', 'c']) group.get(key);
    expect(look(group)).toBe(3);
    pass(1_000);
    expect(look(group)).toBe(0);
  }
});

test('a key that is asked for makes the idle ones go: nobody hears of them any more', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ scheduler, idleTime: 1_000 });
  const seen: string[] = [];
  group.events$.subscribe(({ key }) => seen.push(key));
  const kept = group.get('a');
  pass(500);
  group.get('b');
  pass(500);
  fail(group.get('b'));
  fail(kept);
  expect(seen).toEqual(['b']);
});

test('to look at the keys is no use of them', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ scheduler, idleTime: 1_000 });
  group.get('a');
  pass(600);
  group.get('b');
  expect([group.has('a'), [...group.keys()], [...group].length]).toEqual([true, ['a', 'b'], 2]);
  pass(400);
  expect([...group.keys()]).toEqual(['b']);
});

test('a key that could not go has another idle time before it is looked at again', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ scheduler, idleTime: 1_000 });
  const permit = group.get('a').acquire();
  pass(1_000);
  expect(group.has('a')).toBe(true);
  permit.success();
  pass(999);
  expect(group.has('a')).toBe(true);
  pass(1);
  expect(group.has('a')).toBe(false);
});

test('a new key costs the same however many keys are kept that cannot go', () => {
  const reads = [50, 500].map((maxKeys) => {
    const { scheduler } = clock();
    let read = 0;
    const { now } = scheduler;
    scheduler.now = () => {
      read++;
      return now();
    };
    const group = circuitBreakers({ ...quick, scheduler, maxKeys });
    for (let i = 0; i < maxKeys; i++) fail(group.get(`kept ${i}`), 3);
    for (let i = 0; i < maxKeys; i++) group.get(`before ${i}`);
    read = 0;
    for (let i = 0; i < 200; i++) group.get(`new ${i}`);
    expect(group.size).toBe(maxKeys);
    return read;
  });
  expect(reads[1]).toBe(reads[0]);
});

test('a new key asks each of the others once at most whether it can go', () => {
  const { scheduler } = clock();
  let read = 0;
  const { now } = scheduler;
  scheduler.now = () => {
    read++;
    return now();
  };
  const group = circuitBreakers({ ...quick, scheduler, maxKeys: 50 });
  for (let i = 0; i < 500; i++) group.get(`clean ${i}`);
  for (const [, breaker] of group) fail(breaker, 3);
  read = 0;
  for (const [, breaker] of group) breaker.state;
  const once = read;
  read = 0;
  group.get('new');
  expect(group.has('new')).toBe(false);
  expect(read).toBeLessThan(2 * once);
});

test('a guard asks for the breaker at each subscription, not when the pipe is built', () => {
  const group = circuitBreakers({ ...quick, maxKeys: 1 });
  const piped = throwError(() => new Error('down')).pipe(group.guard('a'));
  group.get('b'); // takes the place
  for (let i = 0; i < 3; i++) piped.subscribe({ error: () => {} });
  expect(group.get('a').state).toBe('open');
});

test('a guard keeps type, order and refusal of its breaker', () => {
  const group = circuitBreakers(quick);
  const seen: unknown[] = [];
  const guarded: Observable<number> = defer(() => of(1)).pipe(group.guard('a'), repeat(2));
  guarded.subscribe((value) => seen.push(value));
  expect(seen).toEqual([1, 1]);
  fail(group.get('a'), 3);
  guarded.subscribe({ error: (error) => seen.push(error.code) });
  expect(seen).toEqual([1, 1, 'ECIRCUITOPEN']);
});

test('tells the events of all breakers, older and newer ones, with the key', () => {
  const group = circuitBreakers(quick);
  group.get('a');
  const seen: string[] = [];
  const tell = (event: KeyedCircuitEvent): unknown => seen.push(`${event.key} ${event.type}`);
  const listening = group.events$.subscribe(tell);
  fail(group.get('a'));
  fail(group.get('b'), 3);
  listening.unsubscribe();
  fail(group.get('a'));
  expect(seen).toEqual(['a failure', 'b failure', 'b failure', 'b failure', 'b state-change']);
});

test('each listener to all hears everything once, whoever else comes and goes', () => {
  const group = circuitBreakers(quick);
  const seen: string[] = [];
  const listen = (who: string) =>
    group.events$.subscribe(({ type }) => seen.push(`${who} ${type}`));
  const first = listen('first');
  const second = listen('second');
  fail(group.get('a'));
  first.unsubscribe();
  fail(group.get('a'));
  second.unsubscribe();
  fail(group.get('a'));
  listen('third');
  group.get('a').reset();
  fail(group.get('a'));
  expect(seen).toEqual([
    'first failure',
    'second failure',
    'second failure',
    'third state-change',
    'third failure',
  ]);
});

test('there are timers only while somebody listens to all', () => {
  const { scheduler } = clock();
  const group = circuitBreakers({ ...quick, scheduler });
  fail(group.get('a'), 3);
  expect(scheduler.actions).toHaveLength(0);
  const listening = group.events$.subscribe();
  expect(scheduler.actions).toHaveLength(1);
  fail(group.get('b'), 3);
  expect(scheduler.actions).toHaveLength(2);
  listening.unsubscribe();
  expect(scheduler.actions.filter((action) => !action.closed)).toHaveLength(0);
});

test('to listen to all keeps no key', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ scheduler, idleTime: 1_000 });
  group.events$.subscribe();
  group.get('a');
  pass(1_000);
  expect(group.has('a')).toBe(false);
});

test('a snapshot of all is JSON, and a group starts from it', () => {
  const { scheduler } = clock();
  const group = circuitBreakers({ ...quick, scheduler });
  fail(group.get('a'), 3);
  fail(group.get('__proto__'));
  const saved = JSON.parse(JSON.stringify(group.snapshot()));
  const next = circuitBreakers({ ...quick, scheduler, restore: saved });
  expect([...next.keys()]).toEqual(['a', '__proto__']);
  expect(next.get('a').state).toBe('open');
  expect(next.get('a').retryAfter).toBe(5_000);
  expect(next.get('__proto__').snapshot().counts.failures).toBe(1);
});

test('a call in flight keeps its breaker, so its outcome counts there', () => {
  const group = circuitBreakers({ consecutiveFailureThreshold: 1, maxKeys: 1 });
  const source = new Subject<never>();
  source.pipe(group.guard('a')).subscribe({ error: () => {} });
  group.get('b');
  source.error(new Error('down'));
  expect(group.get('a').state).toBe('open');
});

test('a key that somebody begins to watch while it is looked at is kept', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...quick, scheduler, idleTime: 10_000 });
  group.events$.subscribe((event) => {
    if (event.type !== 'state-change' || event.to !== 'half-open') return;
    group.get(event.key).state$.subscribe();
    group.get(event.key).acquire().success();
  });
  const breaker = group.get('a');
  fail(breaker, 3);
  pass(20_000);
  expect(group.size).toBe(1);
  expect(group.get('a')).toBe(breaker);
});

test('the options of a key are those that were checked, and no inherited ones', () => {
  const inherited = { name: '', restore: 'no snapshot', failureThreshold: 'none' };
  const group = circuitBreakers({ optionsFor: () => Object.create(inherited) });
  expect([group.get('a').name, group.get('a').state]).toEqual(['a', 'closed']);
});

test('the streams of a key tell what happens to it, and to watch it twice keeps it once', () => {
  const { scheduler } = clock();
  const group = circuitBreakers({ ...quick, scheduler });
  const breaker = group.get('a');
  const heard: string[] = [];
  breaker.state$.subscribe((state) => heard.push(state));
  breaker.events$.subscribe(({ type }) => heard.push(type));
  fail(breaker, 3);
  expect(heard).toEqual(['closed', 'failure', 'failure', 'failure', 'open', 'state-change']);
  expect([...group.keys()]).toEqual(['a']);
});

test('who leaves the events of all hears no more, while others still do', () => {
  const { scheduler } = clock();
  const group = circuitBreakers({ ...quick, scheduler });
  const heard: string[] = [];
  const first = group.events$.subscribe(() => heard.push('first'));
  group.events$.subscribe(() => heard.push('second'));
  first.unsubscribe();
  fail(group.get('a'));
  expect(heard).toEqual(['second']);
});

test('options that are no object are told of as such', () => {
  expect(() => circuitBreakers(7 as never)).toThrow('options must be an object, got 7');
});

test('a key may start from a snapshot that its options bring', () => {
  const { scheduler } = clock();
  const saved = circuitBreakers({ ...quick, scheduler });
  fail(saved.get('a'), 3);
  const restore = saved.get('a').snapshot();
  const group = circuitBreakers({ ...quick, scheduler, optionsFor: () => ({ restore }) });
  expect(group.get('a').state).toBe('open');
});
