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
  expect(flights.due).toBe(12);
});

test('calls of one instant share a flight, and so do calls one after the other', () => {
  const flights = new Flights(10);
  const first = flights.add(0);
  expect(flights.add(0)).toBe(first);
  flights.remove(first);
  flights.remove(first);
  expect(flights.due).toBe(Number.POSITIVE_INFINITY);
  expect(flights.add(5)).toBe(first);
  expect(flights.due).toBe(15);
  expect(flights.add(6)).not.toBe(first);
});
