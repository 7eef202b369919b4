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

  // an entry whose types lead to another entry needs what that one needs: Angular, Nest, ...
  it.each(files)('lead from %s to no entry but the main one', (name) => {
    const text = readFileSync(new URL(name, dist), 'utf8');
    const entries = files.filter((file) => !/^index\.|-[\w-]{8}\./.test(file) && file !== name);
    const others = entries.map((file) => file.replace(/\.d\.(c?)ts$/, '.$1js'));
    const imported = [...text.matchAll(/from '\.\/([^']+)'/g)].map(([, file]) => file);
    expect(imported.filter((file) => others.includes(file ?? ''))).toEqual([]);
  });

  it.each(files)('have no any in %s', (name) => {
    const text = readFileSync(new URL(name, dist), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(text.match(/[^\n]*\bany\b[^\n]*/g) ?? []).toEqual([]);
  });
});
