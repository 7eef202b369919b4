import { expect, test } from 'vitest';
import { circuitBreakers } from '../../src/keyed/circuitBreakers.ts';
import { clock, fail, quick, touchy } from './clock.ts';

const { scheduler } = clock();

test('a snapshot of all is JSON, and a group starts from it', () => {
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

test('a key may start from a snapshot that its options bring', () => {
  const saved = circuitBreakers({ ...quick, scheduler });
  fail(saved.get('a'), 3);
  const restore = saved.get('a').snapshot();
  const group = circuitBreakers({ ...quick, scheduler, optionsFor: () => ({ restore }) });
  expect(group.get('a').state).toBe('open');
});

test('a restored key has the options of its own', () => {
  const saved = circuitBreakers({ ...quick, scheduler })
    .get('a')
    .snapshot();
  const optionsFor = () => ({ name: 'A', consecutiveFailureThreshold: 1 });
  const group = circuitBreakers({ ...quick, scheduler, optionsFor, restore: { a: saved } });
  fail(group.get('a'));
  expect([group.get('a').name, group.get('a').state]).toEqual(['A', 'open']);
});

test('of more keys than maxKeys, those used most recently are kept', () => {
  const group = circuitBreakers({ ...touchy, scheduler });
  for (const key of ['a', 'b', 'c', 'd']) fail(group.get(key));
  group.get('a');
  const next = circuitBreakers({ ...touchy, scheduler, maxKeys: 2, restore: group.snapshot() });
  expect([...next].map(([key, { state }]) => `${key} ${state}`)).toEqual(['d open', 'a open']);
});

test('two hundred thousand keys are no load for a group of ten', () => {
  const snapshot = circuitBreakers({ scheduler }).get('a').snapshot();
  const restore = Object.fromEntries(
    Array.from({ length: 200_000 }, (_, i) => [`key ${i}`, snapshot]),
  );
  let asked = 0;
  const optionsFor = () => void asked++;
  const group = circuitBreakers({ scheduler, maxKeys: 10, restore, optionsFor });
  expect([group.size, asked]).toEqual([10, 10]);
  expect(group.has('key 199999')).toBe(true);
});

test.each([
  ['', 'key must be a string of 1 to 1000 characters, got ""'],
  ['k'.repeat(1e6), 'key must be a string of 1 to 1000 characters'],
])('a key that nobody could ask for is refused in few words', (key, message) => {
  const snapshot = circuitBreakers({ scheduler }).get('a').snapshot();
  const make = () => circuitBreakers({ scheduler, restore: { [key]: snapshot } });
  expect(make).toThrow(message);
  expect(messageOf(make).length).toBeLessThan(1_200);
});

test.each<[string, unknown]>([
  ['null', null],
  ['a number', 5],
  ['a snapshot of another version', { version: 2 }],
  ['an endless text', { version: 1, state: 'x'.repeat(1e6) }],
  ['a list', []],
])('%s is refused as the snapshot of a key, in few words that name the key', (_, hostile) => {
  const make = () => circuitBreakers({ scheduler, restore: { 'api.example': hostile as never } });
  expect(make).toThrow('restore["api.example"] must be a snapshot');
  expect(messageOf(make).length).toBeLessThan(300);
});

function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
