import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { entries } from '../../entries.ts';

const dist = new URL('../../dist/', import.meta.url);
const files = readdirSync(dist).filter((name) => /\.d\.c?ts$/.test(name));

describe('the public declarations', () => {
  it('are there, for every entry', () => {
    for (const { name, dual } of entries) {
      expect(files).toContain(`${name}.d.ts`);
      expect(files.includes(`${name}.d.cts`)).toBe(dual);
    }
  });

  it.each(files)('have no any in %s', (name) => {
    const text = readFileSync(new URL(name, dist), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(text.match(/[^\n]*\bany\b[^\n]*/g) ?? []).toEqual([]);
  });
});
