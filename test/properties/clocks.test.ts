import { describe, expect, test } from 'vitest';
import { type CircuitBreaker, circuitBreaker } from '../../src/index.ts';
import { VirtualTime } from './virtualTime.ts';

/** Time by hand whose clock can break. */
class BrokenTime extends VirtualTime {
  answer: number | undefined;

  override now(): number {
    return this.answer ?? super.now();
  }
}

const six = (breaker: CircuitBreaker): void => {
  for (let i = 0; i < 6; i++) breaker.acquire().failure(new Error('down'));
};

/** What reads the clock, by the state that it is done in. */
const readers: Readonly<Record<string, (breaker: CircuitBreaker) => unknown>> = {
  'a failure while closed': (breaker) => breaker.acquire().failure(new Error('down')),
  'the trip of six failures': six,
  'trip()': (breaker) => breaker.trip(),
};
const readersWhileOpen: Readonly<Record<string, (breaker: CircuitBreaker) => unknown>> = {
  state: ({ state }) => state,
  retryAfter: ({ retryAfter }) => retryAfter,
  'snapshot()': (breaker) => breaker.snapshot(),
  'acquire()': (breaker) => breaker.acquire(),
  'halfOpen()': (breaker) => breaker.halfOpen(),
};

describe.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'a clock that says %d is an error',
  (answer) => {
    test.each(Object.entries(readers))('of %s, and no hang', (_, read) => {
      const time = new BrokenTime();
      const breaker = circuitBreaker({ scheduler: time });
      time.answer = answer;
      expect(() => read(breaker)).toThrow(/clock|now|time/i);
    });

    test.each(Object.entries(readersWhileOpen))('of %s while open, and no hang', (_, read) => {
      const time = new BrokenTime();
      const breaker = circuitBreaker({ scheduler: time });
      six(breaker);
      time.answer = answer;
      expect(() => read(breaker)).toThrow(/clock|now|time/i);
      // the breaker is sound once the clock is
      time.answer = undefined;
      expect(breaker.state).toBe('open');
      time.advance(1_000);
      expect(breaker.state).toBe('half-open');
    });
  },
);

test('a clock set back is no time passed: the open time is as long as ever', () => {
  const time = new VirtualTime(1e6);
  const breaker = circuitBreaker({ scheduler: time });
  six(breaker);
  time.advance(600);
  expect(breaker.retryAfter).toBe(400);
  time.setClock(-500_000);
  expect(breaker.retryAfter).toBe(400);
  time.advance(399);
  expect(breaker.state).toBe('open');
  time.advance(1);
  expect(breaker.state).toBe('half-open');
});

test('a leap of the clock is time passed', () => {
  const time = new VirtualTime(1e6);
  const breaker = circuitBreaker({ scheduler: time });
  six(breaker);
  time.setClock(1_000);
  expect(breaker.state).toBe('half-open');
});
