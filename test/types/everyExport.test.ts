import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');

const tests = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.endsWith('.test-d.ts'))
  .map(read)
  .join('\n');

/** What each entry exports, from the report of the public surface, which another test keeps true. */
const entries = read('../api/public.txt')
  .split(/^--- (?=rxjs)/m)
  .slice(1)
  .map((section): [string, string[]] => {
    const [exported = ''] = section.split('--- seen, but not exported ---');
    const names = exported.matchAll(/^(?:interface|type|class|function|const) (\w+)/gm);
    return [exported.split(' ', 1)[0] ?? '', [...names].map(([, name]) => name ?? '')];
  });

test.each(entries)('every export of %s has a type test', (_, names) => {
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(tests))).toEqual([]);
});
