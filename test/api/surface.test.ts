import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { surface } from './surface.ts';

interface Manifest {
  readonly name: string;
  readonly exports: Record<string, string | { types?: string; import?: { types: string } }>;
}

const root = join(import.meta.dirname, '../..');
const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

const entries: Record<string, string> = {};
for (const [key, conditions] of Object.entries(exports)) {
  if (typeof conditions === 'string') continue;
  const types = conditions.types ?? conditions.import?.types;
  if (types === undefined) throw new Error(`${key} has no types`);
  entries[join(name, key)] = types;
}

const report = surface(root, entries);

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
