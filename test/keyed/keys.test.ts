import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { circuitBreakers } from '../../src/keyed/circuitBreakers.ts';
import { clock, fail, quick } from './clock.ts';

test('a group makes one breaker for a key, on first use, with the key for its name', () => {
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

test('a key that opens leaves the others closed', () => {
  const group = circuitBreakers(quick);
  fail(group.get('a'), 3);
  expect(group.get('a').state).toBe('open');
  expect(group.get('b').state).toBe('closed');
});

test('keys are listed by their last use, the least recently used first', () => {
  const group = circuitBreakers();
  for (const key of ['a', 'b', 'c', 'a']) group.get(key);
  expect([...group.keys()]).toEqual(['b', 'c', 'a']);
  fail(group.get('c'));
  expect([...group.keys()]).toEqual(['b', 'a', 'c']);
  expect([...group].map(([key]) => key)).toEqual(['b', 'a', 'c']);
  expect(Object.keys(group.snapshot())).toEqual(['b', 'a', 'c']);
});

test.each([undefined, '', 7, null])('%j can be no key', (key) => {
  const group = circuitBreakers();
  const told = 'key must be a string of 1 to 1000 characters, got ';
  for (const ask of ['get', 'guard', 'isolate', 'disable', 'reset', 'delete'] as const) {
    expect(() => group[ask](key as never), ask).toThrow(told);
  }
  expect(group.size).toBe(0);
});

test('a key that is too long is refused in few words', () => {
  const group = circuitBreakers();
  expect(group.get('k'.repeat(1_000)).state).toBe('closed');
  let told = '';
  try {
    group.get('k'.repeat(1_000_000));
  } catch (error) {
    told = (error as Error).message;
  }
  expect(told).toContain('key must be a string of 1 to 1000 characters');
  expect(told.length).toBeLessThan(1_200);
});

test('keys that are names of an object are keys like others', () => {
  const group = circuitBreakers(quick);
  for (const key of ['__proto__', 'constructor', 'toString']) fail(group.get(key), 3);
  expect(group.get('hasOwnProperty').state).toBe('closed');
  expect([...group].map(([key, { state }]) => `${key} ${state}`)).toEqual([
    '__proto__ open',
    'constructor open',
    'toString open',
    'hasOwnProperty closed',
  ]);
});

test('console.log shows how many keys there are, and the state of each', () => {
  const { scheduler } = clock();
  const group = circuitBreakers({ ...quick, scheduler });
  fail(group.get('a'), 3);
  group.get('b');
  expect(inspect(group)).toBe("CircuitBreakers(2) { 'a' => 'open', 'b' => 'closed' }");
  expect(Object.keys(group)).not.toContain('nodejs.util.inspect.custom');
});
