import { expect, test } from 'vitest';
import { Ripening } from '../../src/core/ripening.ts';

test('each call ripens once, in the order of the instants', () => {
  const ripening = new Ripening<string>();
  ripening.add('second', 0, 10);
  ripening.add('third', 5, 10);
  ripening.add('first', 6, 1);
  expect(ripening.due).toBe(7);
  const taken = Array.from({ length: 4 }, () => ripening.take());
  expect(taken).toEqual(['first', 'second', 'third', undefined]);
});

test('a call of an endless age never ripens', () => {
  const ripening = new Ripening<string>();
  ripening.add('stream', 0, Number.POSITIVE_INFINITY);
  expect([ripening.due, ripening.take()]).toEqual([Number.POSITIVE_INFINITY, undefined]);
});

// `due` looks at each age, and each call may have an age of its own
test('an age without a call is forgotten', () => {
  const ripening = new Ripening<string>();
  for (const age of [10, 20, 30]) ripening.add(`after ${age}`, 0, age);
  ripening.remove('after 20', 20);
  ripening.take();
  ripening.take();
  expect(ripening).toEqual(new Ripening());
});
