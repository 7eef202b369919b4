import { Subject, takeUntil } from 'rxjs';
import { expect, test } from 'vitest';
import { type CircuitBreakers, circuitBreakers } from '../../src/keyed/circuitBreakers.ts';
import type { KeyedCircuitEvent } from '../../src/keyed/events.ts';
import type { CircuitBreaker } from '../../src/rxjs/circuitBreaker.ts';
import { clock, fail, quick, touchy } from './clock.ts';

/** An event in few words. */
function words(event: KeyedCircuitEvent): string {
  if (event.type === 'state-change') return `${event.key} ${event.to}`;
  return event.type === 'key-dropped'
    ? `${event.key} dropped: ${event.reason}`
    : `${event.key} ${event.type}`;
}

function listen(group: CircuitBreakers): string[] {
  const heard: string[] = [];
  group.events$.subscribe((event) => heard.push(words(event)));
  return heard;
}

test('tells the events of all breakers, older and newer ones, with the key', () => {
  const group = circuitBreakers(quick);
  group.get('a');
  const heard: string[] = [];
  const listening = group.events$.subscribe((event) => heard.push(words(event)));
  fail(group.get('a'));
  fail(group.get('b'), 3);
  listening.unsubscribe();
  fail(group.get('a'));
  expect(heard).toEqual([
    'a failure',
    'b key-added',
    'b failure',
    'b failure',
    'b failure',
    'b open',
  ]);
});

test('tells of keys added and dropped, and of calls that found no room, with key and name', () => {
  const { scheduler, pass } = clock();
  const optionsFor = (key: string) => ({ name: key.toUpperCase() });
  const group = circuitBreakers({
    ...touchy,
    scheduler,
    optionsFor,
    maxKeys: 2,
    idleTime: 60_000,
  });
  const heard: KeyedCircuitEvent[] = [];
  group.events$.subscribe((event) => heard.push(event));
  for (const key of ['a', 'b', 'c']) group.get(key);
  const permit = group.get('b').acquire();
  group.get('c').acquire();
  group.get('d').acquire();
  permit.success();
  pass(60_000);
  group.delete('c');
  expect(group.size).toBe(0);
  expect(heard.filter(({ type }) => type.startsWith('key-'))).toEqual([
    { type: 'key-added', key: 'a', breaker: 'A' },
    { type: 'key-added', key: 'b', breaker: 'B' },
    { type: 'key-dropped', key: 'a', breaker: 'A', reason: 'limit' },
    { type: 'key-added', key: 'c', breaker: 'C' },
    { type: 'key-refused', key: 'd', breaker: 'D' },
    { type: 'key-dropped', key: 'b', breaker: 'B', reason: 'idle' },
    { type: 'key-dropped', key: 'c', breaker: 'C', reason: 'deleted' },
  ]);
});

test('tells what becomes of a call that found no room', () => {
  const group = circuitBreakers({ ...touchy, maxKeys: 1 });
  fail(group.get('a'));
  const heard = listen(group);
  const b = group.get('b');
  expect(heard, 'to ask for a breaker is no call').toEqual([]);
  const permit = b.acquire();
  fail(b);
  permit.success();
  expect(heard).toEqual(['b key-refused', 'b key-refused', 'b failure', 'b open', 'b success']);
});

test('tells of a call that found no room and is refused by what its options restore', () => {
  const { scheduler } = clock();
  const saved = circuitBreakers({ ...touchy, scheduler });
  fail(saved.get('b'));
  const restore = saved.get('b').snapshot();
  const optionsFor = (key: string) => (key === 'b' ? { restore } : undefined);
  const group = circuitBreakers({ ...touchy, scheduler, optionsFor, maxKeys: 1 });
  fail(group.get('a'));
  const heard = listen(group);
  expect(() => group.get('b').acquire()).toThrow('is open');
  expect(heard).toEqual(['b key-refused', 'b rejected']);
});

test('each listener hears everything once, whoever else comes and goes', () => {
  const group = circuitBreakers(quick);
  const heard: string[] = [];
  const join = (who: string) =>
    group.events$.subscribe((event) => heard.push(`${who}: ${words(event)}`));
  const first = join('first');
  const second = join('second');
  fail(group.get('a'));
  first.unsubscribe();
  fail(group.get('a'));
  second.unsubscribe();
  fail(group.get('a'));
  join('third');
  group.get('a').reset();
  fail(group.get('a'));
  expect(heard).toEqual([
    'first: a key-added',
    'second: a key-added',
    'first: a failure',
    'second: a failure',
    'second: a failure',
    'third: a closed',
    'third: a reset',
    'third: a failure',
  ]);
});

test('who leaves hears no more, while others still do', () => {
  const { scheduler } = clock();
  const group = circuitBreakers({ ...quick, scheduler });
  const heard: string[] = [];
  const first = group.events$.subscribe(() => heard.push('first'));
  group.events$.subscribe(() => heard.push('second'));
  first.unsubscribe();
  fail(group.get('a'));
  expect(heard).toEqual(['second', 'second']);
});

test('there are timers only while somebody listens', () => {
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

test('to listen keeps no key, and a dropped key has no timer left', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...quick, scheduler, idleTime: 1_000 });
  const heard = listen(group);
  fail(group.get('a'), 3);
  pass(5_000);
  expect(group.has('a')).toBe(false);
  expect(heard.slice(-3)).toEqual(['a open', 'a half-open', 'a dropped: idle']);
  expect(scheduler.actions.filter((action) => !action.closed)).toHaveLength(0);
});

test('a deleted key that is open has no timer left', () => {
  const { scheduler } = clock();
  const group = circuitBreakers({ ...quick, scheduler });
  listen(group);
  fail(group.get('a'), 3);
  group.delete('a');
  expect(scheduler.actions.filter((action) => !action.closed)).toHaveLength(0);
});

test('what is past is not told: neither an open time that is over nor a key that was idle', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...quick, scheduler, idleTime: 6_000 });
  group.get('idle');
  pass(1_000);
  fail(group.get('a'), 3);
  pass(5_000);
  expect(listen(group)).toEqual([]);
  expect([...group.keys()]).toEqual(['a']);
});

test('what a listener sets off is told after all have heard of what set it off', () => {
  const group = circuitBreakers(touchy);
  const heard: string[] = [];
  group.events$.subscribe((event) => {
    heard.push(`first: ${words(event)}`);
    if (event.key === 'a' && event.type === 'failure') fail(group.get('b'));
  });
  group.events$.subscribe((event) => heard.push(`second: ${words(event)}`));
  fail(group.get('a'));
  const order = ['a key-added', 'a failure', 'a open', 'b key-added', 'b failure', 'b open'];
  for (const who of ['first', 'second']) {
    const own = heard.filter((line) => line.startsWith(who));
    expect([...own].sort()).toEqual(order.map((line) => `${who}: ${line}`).sort());
  }
  const withoutNames = (who: string) =>
    heard.filter((line) => line.startsWith(who)).map((line) => line.slice(who.length + 2));
  expect(withoutNames('second')).toEqual(withoutNames('first'));
  expect(heard.indexOf('second: a failure')).toBeLessThan(heard.indexOf('first: b key-added'));
});

test('who begins to listen in the middle hears of nothing from before', () => {
  const group = circuitBreakers(touchy);
  let late: string[] | undefined;
  group.events$.subscribe((event) => {
    if (event.type !== 'key-added' || late !== undefined) return;
    fail(group.get('b')); // its events wait while this one is told
    late = listen(group);
    fail(group.get('c'));
  });
  group.get('a');
  expect(late).toEqual(['c key-added', 'c failure', 'c open']);
});

test('a listener that throws harms neither the group nor other listeners', async () => {
  const { config } = await import('rxjs');
  const reported: unknown[] = [];
  config.onUnhandledError = (error) => reported.push(error);
  const group = circuitBreakers(touchy);
  group.events$.subscribe(() => {
    throw new Error('listener');
  });
  const heard = listen(group);
  fail(group.get('a'));
  fail(group.get('b'));
  await new Promise((resolve) => setTimeout(resolve));
  config.onUnhandledError = null;
  expect(heard).toHaveLength(6);
  expect(reported).toHaveLength(6);
});

test('a listener whose error RxJS is told to throw does not silence the group', async () => {
  const { config } = await import('rxjs');
  const group = circuitBreakers(touchy);
  const breaking = group.events$.subscribe(() => {
    throw new Error('listener');
  });
  config.useDeprecatedSynchronousErrorHandling = true;
  try {
    group.get('a');
  } catch {
    // the listener's
  } finally {
    config.useDeprecatedSynchronousErrorHandling = false;
  }
  breaking.unsubscribe();
  const heard = listen(group);
  group.get('b');
  expect(heard).toEqual(['b key-added']);
});

test.each<[string, (group: CircuitBreakers, key: string) => unknown]>([
  ['resets it', (group, key) => group.get(key).reset()],
  ['deletes it', (group, key) => group.delete(key)],
  ['uses it', (group, key) => group.get(key).acquire().success()],
  ['holds it', (group, key) => group.isolate(key)],
  ['clears the group', (group) => group.clear()],
  ['asks for others', (group) => ['x', 'y', 'z'].map((key) => group.get(key))],
  ['looks at all', (group) => [group.size, [...group], group.snapshot()]],
  ['listens too', (group) => group.events$.subscribe()],
])('a key that is looked at stays in order when a listener %s', (_, deed) => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...quick, scheduler, idleTime: 10_000, maxKeys: 3 });
  let deeds = 0;
  group.events$.subscribe((event) => {
    if (event.type !== 'state-change' || event.to !== 'half-open') return;
    deeds++;
    deed(group, event.key);
  });
  for (const key of ['a', 'b', 'c']) fail(group.get(key), 3);
  pass(9_000);
  for (let i = 0; i < 10; i++) {
    pass(600);
    group.get(`new ${i}`);
    const keys = [...group.keys()];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => group.has(key))).toEqual(keys);
    expect(group.size).toBe(keys.length);
  }
  expect(deeds).toBeGreaterThan(0);
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
  pass(5_000);
  expect(breaker.state).toBe('closed'); // the look made it half-open, and the listener closed it
  pass(20_000);
  expect(group.size).toBe(1);
  expect(group.get('a')).toBe(breaker);
});

test('each event is told once, although a listener comes while the group is being listened to', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...quick, scheduler });
  const a = group.get('a');
  fail(a, 3);
  const heard: string[] = [];
  let joined = false;
  a.state$.subscribe((state) => {
    if (state !== 'half-open' || joined) return;
    joined = true; // the listener below has this said, while it begins
    group.events$.subscribe((event) => heard.push(`inner: ${words(event)}`));
  });
  pass(5_000);
  group.events$.subscribe((event) => heard.push(`outer: ${words(event)}`));
  heard.length = 0;
  a.acquire().success();
  expect(joined).toBe(true);
  expect(heard.sort()).toEqual([
    'inner: a closed',
    'inner: a success',
    'outer: a closed',
    'outer: a success',
  ]);
});

test('who leaves while the group begins to be listened to leaves no timer behind', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...quick, scheduler });
  for (const key of ['a', 'b']) fail(group.get(key), 3);
  pass(1_000);
  for (const key of ['c', 'd']) fail(group.get(key), 3);
  const left = new Subject<string>();
  const watching = group
    .get('b')
    .state$.subscribe((state) => void (state === 'half-open' && left.next(state)));
  pass(4_000); // b is half-open, and nobody has been told yet
  let leftAt = '';
  left.subscribe((state) => (leftAt = state));
  group.events$.pipe(takeUntil(left)).subscribe();
  expect(leftAt).toBe('half-open');
  watching.unsubscribe();
  expect(scheduler.actions.filter((action) => !action.closed)).toHaveLength(0);
  const heard = listen(group);
  fail(group.get('e'));
  expect(heard).toEqual(['e key-added', 'e failure']);
});

test('a delete tells that the open time is over before the key is dropped', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...touchy, scheduler });
  fail(group.get('a'));
  const kept: string[] = [];
  group.events$.subscribe((event) => {
    if (event.type === 'state-change' && event.to === 'half-open') group.get('a');
  });
  const heard = listen(group);
  group.events$.subscribe(({ key, type }) => {
    if (type === 'key-dropped') kept.push(`${key} dropped`);
    if (type === 'key-added') kept.push(`${key} added`);
  });
  pass(30_000);
  group.clear();
  expect(kept).toEqual(['a dropped', 'a added']);
  expect(heard).toEqual(['a half-open', 'a dropped: deleted', 'a key-added']);
});

test('a key that somebody watches tells the same events in the same order when the key is deleted', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...touchy, scheduler });
  fail(group.get('a'));
  group.get('a').state$.subscribe();
  const heard = listen(group);
  pass(30_000);
  group.delete('a');
  expect(heard).toEqual(['a half-open', 'a dropped: deleted', 'a closed', 'a reset']);
});

test('a listener that deletes a key loses none of the events that the listener set off before', () => {
  const group = circuitBreakers(quick);
  const heard = listen(group);
  group.events$.subscribe(({ key, type }) => {
    if (type !== 'success') return;
    group.isolate().unsubscribe();
    group.delete(key);
  });
  group.get('a').acquire().success();
  expect(heard).toEqual([
    'a key-added',
    'a success',
    'a isolated',
    'a closed',
    'a dropped: deleted',
  ]);
  expect(group.totals().transitions).toMatchObject({ isolated: 1, closed: 1 });
});

test('a call is told to its end although a listener deletes the key before the call is admitted', () => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...touchy, scheduler });
  const a = group.get('a');
  fail(a);
  const heard = listen(group);
  group.events$.subscribe((event) => {
    if (event.type === 'state-change' && event.to === 'half-open') group.delete('a');
  });
  pass(30_000);
  a.acquire().success();
  expect(heard).toContain('a success');
  expect(group.totals()).toMatchObject({ successes: 1, failures: 1, transitions: { open: 1 } });
});

test.each<[string, (breaker: CircuitBreaker) => unknown]>([
  ['is reset', (breaker) => breaker.reset()],
  ['is tripped', (breaker) => breaker.trip()],
  ['is isolated for a moment', (breaker) => breaker.isolate().unsubscribe()],
  ['is disabled for a moment', (breaker) => breaker.disable().unsubscribe()],
  ['is given other settings', (breaker) => breaker.configure(touchy)],
  ['is watched for a moment', (breaker) => breaker.state$.subscribe().unsubscribe()],
  ['ends the open time by hand', (breaker) => breaker.halfOpen()],
])('the totals count each event once when a listener deletes a key that %s', (_, deed) => {
  const { scheduler, pass } = clock();
  const group = circuitBreakers({ ...touchy, scheduler });
  const heard = listen(group);
  let isArmed = false;
  group.events$.subscribe(({ key, type }) => {
    if (!isArmed || type.startsWith('key-')) return;
    isArmed = false;
    group.delete(key);
  });
  const a = group.get('a');
  fail(a);
  pass(30_000);
  isArmed = true;
  deed(a);
  expect(isArmed).toBe(false);
  group.clear();
  const told = (what: string) => heard.filter((line) => line === `a ${what}`).length;
  const { failures, transitions } = group.totals();
  expect(failures).toBe(told('failure'));
  expect(transitions).toEqual({
    closed: told('closed'),
    open: told('open'),
    'half-open': told('half-open'),
    isolated: told('isolated'),
    disabled: told('disabled'),
  });
});
