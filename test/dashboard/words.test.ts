import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { because } from '../../src/dashboard/words.ts';
import { circuitBreaker } from '../../src/index.ts';

const { counts } = circuitBreaker().snapshot();
const source = readFileSync(new URL('../../src/core/state.ts', import.meta.url), 'utf8');
const [, union = ''] = /export type StateChangeReason =([^;]*);/.exec(source) ?? [];
const reasons = [...union.matchAll(/'([a-z-]+)'/g)].map(([, reason]) => reason as string);

test('there are reasons', () => {
  expect(reasons).toContain('failure-rate');
});

test.each(reasons)('the reason %s has a sentence of its own', (reason) => {
  const plain = reason.replaceAll('-', ' ');
  expect(because(reason, counts)).not.toBe(plain);
});

test('a reason of a later version is shown as it is', () => {
  expect(because('moon-phase', counts)).toBe('moon phase');
});

test('counts are told where they decided', () => {
  const decided = { ...counts, calls: 44, failures: 23, slow: 5, consecutiveFailures: 3 };
  expect(because('failure-rate', decided)).toBe('23 of 44 calls failed');
  expect(because('slow-call-rate', decided)).toBe('5 of 44 calls were slow');
  expect(because('consecutive-failures', decided)).toBe('3 calls in a row failed');
  expect(because('probes-failed', { ...decided, calls: 1, failures: 1 })).toBe('the probe failed');
});
