import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const dist = new URL('../../dist/', import.meta.url);
const files = readdirSync(dist).filter((name) => /\.d\.c?ts$/.test(name));

describe('the public declarations', () => {
  it('are there, for every entry', () => {
    expect(files).toEqual(expect.arrayContaining(['index.d.ts', 'index.d.cts', 'testing.d.ts']));
  });

  it.each(files)('have no any in %s', (name) => {
    const text = readFileSync(new URL(name, dist), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(text.match(/[^\n]*\bany\b[^\n]*/g) ?? []).toEqual([]);
  });
});
