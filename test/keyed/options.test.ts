import { describe, expect, test } from 'vitest';
import { circuitBreakers } from '../../src/keyed/circuitBreakers.ts';
import { clock, fail, quick } from './clock.ts';

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

test('the options of a key are those that were checked, and no inherited ones', () => {
  const inherited = { name: '', restore: 'no snapshot', failureThreshold: 'none' };
  const group = circuitBreakers({ optionsFor: () => Object.create(inherited) });
  expect([group.get('a').name, group.get('a').state]).toEqual(['a', 'closed']);
});

test('optionsFor may ask for other keys, and even once for its own', () => {
  const asked: string[] = [];
  const group = circuitBreakers({
    optionsFor: (key) => {
      asked.push(key);
      if (asked.length === 1) for (const other of ['b', 'a']) group.get(other);
      return { name: `${key} ${asked.length}` };
    },
  });
  const a = group.get('a');
  expect(group.get('a')).toBe(a);
  expect([...group.keys()]).toEqual(['b', 'a']);
  expect(group.size).toBe(2);
});

test('optionsFor is asked again when the key is made again, as the plain function that it is', () => {
  const { scheduler, pass } = clock();
  const asked: unknown[] = [];
  const group = circuitBreakers({
    scheduler,
    idleTime: 1_000,
    optionsFor(this: unknown, key) {
      asked.push(this, key);
      return undefined;
    },
  });
  const a = group.get('a');
  pass(1_000);
  a.acquire();
  expect(asked).toEqual([undefined, 'a', undefined, 'a']);
});

test('an error of optionsFor reaches whoever asked, and the group stays sound', () => {
  let broken = true;
  const group = circuitBreakers({
    ...quick,
    optionsFor: () => {
      if (broken) throw new Error('no such host');
      return undefined;
    },
  });
  expect(() => group.get('a')).toThrow('no such host');
  expect(group.size).toBe(0);
  broken = false;
  const heard: string[] = [];
  group.events$.subscribe(({ type }) => heard.push(type));
  fail(group.get('a'));
  expect(heard).toEqual(['key-added', 'failure']);
});

describe('tells at once', () => {
  test.each([
    [{ maxKeys: 0 }, RangeError, 'maxKeys must be a whole number from 1 on, got 0'],
    [{ idleTime: 0 }, RangeError, 'idleTime must be a number of milliseconds, more than 0, got 0'],
    [{ idleTime: Number.NaN }, RangeError, 'idleTime must be a number of milliseconds'],
    [{ optionsFor: 1 }, TypeError, 'optionsFor must be a function, got 1'],
    [{ restore: 1 }, TypeError, 'restore must be an object of snapshots by key, got 1'],
    [{ restore: [] }, RangeError, 'restore must be an object of snapshots by key, got []'],
    [{ restore: new Map() }, RangeError, 'restore must be an object of snapshots by key'],
    [{ name: 'x' }, TypeError, 'name must come from optionsFor'],
    [{ failureRateThreshold: 50 }, RangeError, 'did you mean 0.5?'],
  ])('that %j is wrong', (options, type, message) => {
    expect(() => circuitBreakers(options as never)).toThrow(type);
    expect(() => circuitBreakers(options as never)).toThrow(message);
  });

  test.each([7, null, 'hosts'])('that %j is no options object', (options) => {
    expect(() => circuitBreakers(options as never)).toThrow('options must be an object, got');
  });
});
