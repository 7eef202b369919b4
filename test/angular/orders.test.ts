import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { blips, orders, row } from './orders.ts';

// from the root of the project, for a bundled test has no file URL in a document
const readme = readFileSync('README.md', 'utf8');

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

test.each(Object.entries(orders))(
  'the README says what an outage of a minute means for %s',
  async (name, chain) => {
    const told = readme.split('\n').filter((line) => line.startsWith(`| ${name} |`));
    expect(told).toEqual([await row(name, chain)]);
  },
);

test.each(Object.entries(orders))(
  'a backend that fails every fourth request opens no circuit of %s, and no user sees an error',
  async (_, chain) => {
    expect(await blips(chain())).toBe(0);
  },
);
