import { expect, test } from 'vitest';
import { looks, registry } from './members.ts';

test('a million busy keys cost a new key one look each, once, not at each new key', () => {
  const size = 1_000_000;
  const { kept, add } = registry(size);
  looks.count = 0;
  for (let i = 0; i < size; i++) add(`busy ${i}`, Number.POSITIVE_INFINITY);
  expect(looks.count, 'below the limit nobody is looked at').toBe(0);
  for (let i = 0; i < 1_000; i++) expect(add(`new ${i}`)).toBeNull();
  expect(looks.count).toBe(size);
  expect(kept.size).toBe(size);
});

test('a new key at the limit costs one look where the keys are free', () => {
  const size = 100_000;
  const { kept, add, dropped } = registry(size);
  for (let i = 0; i < size; i++) add(`${i}`);
  looks.count = 0;
  for (let i = 0; i < size; i++) add(`new ${i}`);
  expect(looks.count).toBe(size);
  expect(dropped.length).toBe(size);
  expect(kept.size).toBe(size);
});
