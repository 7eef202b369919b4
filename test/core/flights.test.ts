import { expect, test } from 'vitest';
import { Flights } from '../../src/core/flights.ts';

// a hung call, or a long stream that has been served, keeps its flight for hours
test('a flight that has left holds on to none of those that come after it', () => {
  const flights = new Flights(10);
  const hung = flights.add(0);
  const ended = flights.add(1);
  flights.add(2);
  flights.remove(ended);
  flights.lapse();
  for (const flight of [hung, ended]) {
    expect([flight.older === flight, flight.newer === flight]).toEqual([true, true]);
  }
  expect(flights.dueAfter(1)).toBe(12);
});

test('the oldest is due first, and none when it is empty', () => {
  const flights = new Flights(10);
  const [first, second] = [flights.add(0), flights.add(5)];
  expect([flights.dueAfter(1), flights.dueAfter(2), flights.dueAfter(3)]).toEqual([
    10,
    15,
    Number.POSITIVE_INFINITY,
  ]);
  flights.remove(first);
  expect(flights.dueAfter(1)).toBe(15);
  flights.remove(second);
  expect(flights.dueAfter(1)).toBe(Number.POSITIVE_INFINITY);
});
