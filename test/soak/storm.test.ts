import { expect, test } from 'vitest';
import { circuitBreaker } from '../../src/index.ts';
import { heap } from './heap.ts';
import { storm } from './storm.ts';

// The long run, of the built package, is `npm run soak`.
const CALLS = 1_000_000;

test('a million calls on a flapping source leave the heap flat, no place taken and no subscription', () => {
  const { ask, calm, seen, breaker } = storm(circuitBreaker, 1_000);
  ask(CALLS / 2);
  const half = heap();
  ask(CALLS / 2);
  const growth = heap() - half;
  calm();
  expect(growth).toBeLessThan(256 * 1024); // a byte for each second call would be more
  expect(seen.admitted).toBeGreaterThan(CALLS / 10);
  expect(seen.refused).toBeGreaterThan(CALLS / 100);
  expect(seen.admitted + seen.refused).toBe(CALLS);
  expect(seen.observers).toBe(0);
  expect(breaker.snapshot().counts.inFlight).toBe(0);
});
