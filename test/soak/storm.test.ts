import { expect, test } from 'vitest';
import { circuitBreaker } from '../../src/index.ts';
import { storm } from './storm.ts';

// The heap is for the long run (`npm run soak`); here is what can be counted without it.
test('two hundred thousand calls on a flapping source leave no place taken and no subscription', () => {
  const { ask, calm, seen, breaker } = storm(circuitBreaker, 1_000);
  ask(200_000);
  calm();
  expect(seen.admitted).toBeGreaterThan(20_000);
  expect(seen.refused).toBeGreaterThan(2_000);
  expect(seen.admitted + seen.refused).toBe(200_000);
  expect(seen.observers).toBe(0);
  expect(breaker.snapshot().counts.inFlight).toBe(0);
});
