import { NEVER } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { type CircuitBreakers, circuitBreakers } from '../../src/keyed/circuitBreakers.ts';
import { clock, fail, quick, touchy } from './clock.ts';

const states = (group: CircuitBreakers): string[] =>
  [...group].map(([key, { state }]) => `${key} ${state}`);

describe('delete', () => {
  test('forgets a key, whatever its state, and says whether there was one', () => {
    const group = circuitBreakers(touchy);
    const a = group.get('a');
    fail(a);
    expect(group.delete('a')).toBe(true);
    expect([group.has('a'), group.size]).toEqual([false, 0]);
    expect(group.delete('a')).toBe(false);
    expect([a.state, group.get('a').state]).toEqual(['closed', 'closed']);
  });

  test('lets calls in flight end late, at the breaker that is the key’s again', () => {
    const group = circuitBreakers(touchy);
    const told: string[] = [];
    const permit = group.get('a').acquire();
    group.events$.subscribe(({ type }) => told.push(type));
    group.delete('a');
    expect(group.has('a')).toBe(false);
    permit.failure(new Error('down'));
    expect(group.get('a').state).toBe('closed');
    expect(told).toEqual(['key-dropped', 'reset', 'late', 'key-added']);
  });

  test('leaves whoever is subscribed to the breaker in touch with the key', () => {
    const group = circuitBreakers(touchy);
    const heard: string[] = [];
    const a = group.get('a');
    a.state$.subscribe((state) => heard.push(state));
    fail(a);
    group.delete('a');
    expect([group.has('a'), a.state]).toEqual([false, 'closed']);
    fail(group.get('a'));
    expect(heard).toEqual(['closed', 'open', 'closed', 'open']);
  });

  test('lifts no hold', () => {
    const group = circuitBreakers(touchy);
    const hold = group.isolate('a');
    group.delete('a');
    expect(group.get('a').state).toBe('isolated');
    group.delete('a');
    hold.unsubscribe();
    expect(group.has('a')).toBe(false);
    expect(group.get('a').state).toBe('closed');
  });

  test('brings a watched key back over the limit, when it is used again', () => {
    const group = circuitBreakers({ ...touchy, maxKeys: 1 });
    const heard: string[] = [];
    group.get('a').state$.subscribe((state) => heard.push(state));
    group.delete('a');
    fail(group.get('b'));
    fail(group.get('a'));
    expect(states(group)).toEqual(['b open', 'a open']);
    expect(heard).toEqual(['closed', 'open']);
  });

  test('has nothing left of a deleted key after its last claim', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...touchy, scheduler });
    group.events$.subscribe();
    const permit = group.get('a').acquire();
    group.delete('a');
    permit.success();
    fail(group.get('a'));
    expect(group.get('a').state).toBe('open');
    pass(30_000);
    expect(group.get('a').state).toBe('half-open');
  });

  test('makes no room that is not there: other keys stay', () => {
    const group = circuitBreakers({ maxKeys: 2 });
    for (const key of ['a', 'b']) group.get(key);
    group.delete('a');
    group.get('c');
    expect([...group.keys()]).toEqual(['b', 'c']);
  });
});

test('clear forgets all keys, also those that a listener deletes meanwhile', () => {
  const group = circuitBreakers(touchy);
  const dropped: string[] = [];
  group.events$.subscribe((event) => {
    if (event.type !== 'key-dropped') return;
    dropped.push(event.key);
    group.delete('c');
  });
  for (const key of ['a', 'b', 'c', 'd']) fail(group.get(key));
  NEVER.pipe(group.guard('e')).subscribe();
  group.clear();
  expect(group.size).toBe(0);
  expect(dropped).toEqual(['a', 'c', 'b', 'd', 'e']);
  expect(group.get('a').state).toBe('closed');
});

describe('a hold for all', () => {
  test('isolates the keys that are there, and those that come', () => {
    const group = circuitBreakers(touchy);
    fail(group.get('a'));
    const hold = group.isolate();
    expect(group.get('b').state).toBe('isolated');
    expect(states(group)).toEqual(['a isolated', 'b isolated']);
    expect(() => group.get('c').acquire()).toThrow('is isolated');
    hold.unsubscribe();
    expect(states(group)).toEqual(['a closed', 'b closed', 'c closed']);
  });

  test('disables the keys that are there, and those that come', () => {
    const group = circuitBreakers(touchy);
    group.get('a');
    const hold = group.disable();
    for (const key of ['a', 'b']) fail(group.get(key), 3);
    expect(states(group)).toEqual(['a disabled', 'b disabled']);
    hold.unsubscribe();
    expect(states(group)).toEqual(['a closed', 'b closed']);
  });

  test('lasts until the last such handle is unsubscribed; isolated wins', () => {
    const group = circuitBreakers();
    group.get('a');
    const holds = [group.isolate(), group.isolate(), group.disable()];
    holds[0]?.unsubscribe();
    holds[0]?.unsubscribe();
    expect(states(group)).toEqual(['a isolated']);
    holds[1]?.unsubscribe();
    expect(states(group)).toEqual(['a disabled']);
    holds[2]?.unsubscribe();
    expect(states(group)).toEqual(['a closed']);
  });

  test('adds to the holds of one key', () => {
    const group = circuitBreakers();
    const own = group.isolate('a');
    const all = group.isolate();
    group.get('b');
    own.unsubscribe();
    expect(states(group)).toEqual(['b isolated', 'a isolated']);
    const again = group.isolate('a');
    all.unsubscribe();
    expect(states(group).sort()).toEqual(['a isolated', 'b closed']);
    again.unsubscribe();
    expect(group.get('a').state).toBe('closed');
  });

  test('keeps no key: what nobody uses goes, and comes back held', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ scheduler, idleTime: 1_000, maxKeys: 2 });
    group.isolate();
    for (const key of ['a', 'b', 'c']) group.get(key);
    expect([...group.keys()]).toEqual(['b', 'c']);
    pass(1_000);
    expect(group.size).toBe(0);
    expect(group.get('a').state).toBe('isolated');
  });

  test('makes an open key one that may go', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...touchy, scheduler, idleTime: 1_000, maxKeys: 2 });
    for (const key of ['a', 'b']) fail(group.get(key));
    group.get('in vain');
    expect([...group.keys()]).toEqual(['a', 'b']);
    group.isolate();
    group.get('c');
    expect([...group.keys()]).toEqual(['b', 'c']);
    pass(1_000);
    expect(group.size).toBe(0);
  });

  test('holds a call that finds no room, and a key that is only looked at', () => {
    const group = circuitBreakers({ ...touchy, maxKeys: 1 });
    const kept = group.get('a');
    group.get('a').state$.subscribe();
    const b = group.get('b');
    const hold = group.isolate();
    expect([kept.state, b.state]).toEqual(['isolated', 'isolated']);
    expect(() => b.acquire()).toThrow('is isolated');
    hold.unsubscribe();
    const free = group.disable();
    expect(b.state).toBe('disabled');
    free.unsubscribe();
    expect(b.state).toBe('closed');
  });

  test('reaches a deleted key that somebody watches, and a call without room that is in flight', () => {
    const group = circuitBreakers({ ...touchy, maxKeys: 1 });
    const heard: string[] = [];
    const a = group.get('a');
    a.state$.subscribe((state) => heard.push(state));
    group.delete('a');
    group.get('b').state$.subscribe();
    const stray = group.get('c').acquire();
    const late: string[] = [];
    group.events$.subscribe(({ key, type }) => late.push(`${key} ${type}`));
    group.isolate().unsubscribe();
    expect(heard).toEqual(['closed', 'isolated', 'closed']);
    stray.failure(new Error('down'));
    expect(late).toContain('c late');
  });

  test('is told with its reason, of new keys too', () => {
    const group = circuitBreakers();
    const heard: string[] = [];
    group.events$.subscribe((event) => {
      heard.push(
        event.type === 'state-change' ? `${event.key} ${event.to}: ${event.reason}` : event.type,
      );
    });
    const isolated = group.isolate();
    group.get('a');
    isolated.unsubscribe();
    const disabled = group.disable();
    group.get('b');
    disabled.unsubscribe();
    expect(heard).toEqual([
      'key-added',
      'a isolated: isolate',
      'a closed: release',
      'a disabled: disable',
      'key-added',
      'b disabled: disable',
      'a closed: release',
      'b closed: release',
    ]);
  });

  test('ends as it stands when a listener lifts it half way', () => {
    const group = circuitBreakers();
    const holds = [group.disable()];
    for (const key of ['a', 'b', 'c']) group.get(key);
    group.get('b').state$.subscribe((state) => {
      if (state === 'isolated') holds.forEach((hold) => void hold.unsubscribe());
    });
    const isolated = group.isolate();
    expect(states(group)).toEqual(['a isolated', 'c isolated', 'b isolated']);
    isolated.unsubscribe();
    expect(states(group)).toEqual(['a closed', 'c closed', 'b closed']);
  });
});

describe('reset', () => {
  test('gives one key a fresh closed state, and makes none', () => {
    const group = circuitBreakers(touchy);
    for (const key of ['a', 'b']) fail(group.get(key));
    group.reset('a');
    group.reset('nobody');
    expect(states(group)).toEqual(['a closed', 'b open']);
  });

  test('gives all keys a fresh closed state; held ones stay held', () => {
    const group = circuitBreakers(touchy);
    for (const key of ['a', 'b']) fail(group.get(key));
    const hold = group.isolate('c');
    group.reset();
    expect(states(group)).toEqual(['a closed', 'b closed', 'c isolated']);
    hold.unsubscribe();
    expect(states(group)).toEqual(['a closed', 'b closed', 'c closed']);
  });

  test('is no use: idle keys go on time, and an open one that is reset may go', () => {
    const { scheduler, pass } = clock();
    const group = circuitBreakers({ ...quick, scheduler, idleTime: 1_000, maxKeys: 2 });
    fail(group.get('a'), 3);
    pass(900);
    fail(group.get('b'), 3);
    group.get('in vain');
    group.reset();
    group.get('c');
    expect([...group.keys()]).toEqual(['b', 'c']);
    pass(999);
    expect([...group.keys()]).toEqual(['b', 'c']);
    pass(1);
    expect(group.size).toBe(0);
  });
});
