import { expect, test } from 'vitest';
import { circuitBreaker } from '../../src/index.ts';
import { meanOpenTime, openTimeBounds } from './model/openTime.ts';
import { VirtualTime } from './virtualTime.ts';

/** The open times of so many openings in a row: every probe fails. */
function openTimes(name: string, openings: number, start = 0): number[] {
  const time = new VirtualTime(start);
  const breaker = circuitBreaker({ name, scheduler: time });
  breaker.trip();
  const times: number[] = [];
  for (let opening = 0; opening < openings; opening++) {
    times.push(breaker.retryAfter);
    time.advance(breaker.retryAfter);
    breaker.acquire().failure(new Error('down'));
  }
  return times;
}

const names = Array.from({ length: 400 }, (_, i) => `service ${i}`);

test('the default open time is 1 s, then doubles to a mean of 15 s, spread by a fifth, in whole milliseconds', () => {
  for (const name of names) {
    for (const [i, openTime] of openTimes(name, 8).entries()) {
      const { min, max } = openTimeBounds(i + 1);
      expect(openTime).toBeGreaterThanOrEqual(min);
      expect(openTime).toBeLessThanOrEqual(max);
      expect(openTime % 1).toBe(0);
    }
  }
});

test('the spread uses its whole range evenly, in every attempt', () => {
  for (const attempt of [2, 4, 5, 8]) {
    const spreads = names.map((name) => {
      const openTime = openTimes(name, attempt).at(-1) as number;
      return (openTime / meanOpenTime(attempt) - 0.8) / 0.4;
    });
    // of 400 even numbers in [0, 1): each tenth has 40, give or take 4 standard deviations of 6
    for (let tenth = 0; tenth < 10; tenth++) {
      const inside = spreads.filter((spread) => Math.floor(spread * 10) === tenth).length;
      expect(inside, `attempt ${attempt}, tenth ${tenth}`).toBeGreaterThan(16);
      expect(inside, `attempt ${attempt}, tenth ${tenth}`).toBeLessThan(64);
    }
  }
});

test('the same name and the same instants have the same spread, other instants another', () => {
  expect(openTimes('a', 6)).toEqual(openTimes('a', 6));
  expect(openTimes('a', 6)).not.toEqual(openTimes('b', 6));
  expect(openTimes('a', 6)).not.toEqual(openTimes('a', 6, 1_234));
});
