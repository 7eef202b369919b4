import { join } from 'node:path';
import { expect, test } from 'vitest';
import { entries } from '../../entries.ts';
import { surface } from './surface.ts';

const root = join(import.meta.dirname, '../..');

const report = surface(
  root,
  Object.fromEntries(entries.map(({ specifier, declarations }) => [specifier, declarations])),
);

// A change of the public surface is to be looked at: `npm run api` writes it into the file for review.
test('the public surface of every entry is the one that was reviewed', async () => {
  await expect(report).toMatchFileSnapshot('public.txt');
});

test('the report names what is exported, and nothing of how it was bundled', () => {
  expect(report).toContain(
    'function circuitBreaker(options?: CircuitBreakerOptions): CircuitBreaker;',
  );
  expect(report).toContain('interface CircuitBreaker {');
  expect(report).not.toMatch(/\bany\b|import\(|-[A-Za-z0-9_-]{8}\.js/);
});
