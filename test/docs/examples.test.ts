import '@angular/compiler';
import 'reflect-metadata';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { promised } from '../readme/markdown.ts';
import { run, typecheck } from '../readme/snippets.ts';
import { documented, examples, offersOf, pictures, references } from './comments.ts';
import { answer, declarations, valuesFor } from './standIns.ts';

const all = examples();
const marbles = new URL('../../marbles', import.meta.url);

describe('every export', () => {
  test.each(documented())('$name of $specifier has a sentence and an example', (exported) => {
    expect(exported.text).toMatch(/^\S.*[.:]$/m);
    if (!exported.isType) expect(exported.tags).toContain('example');
  });

  test('of the main entry that makes a decision shows its picture', () => {
    const shown = new Set(
      documented().flatMap(({ name, text }) => (text.includes('![') ? [name] : [])),
    );
    for (const name of ['circuitBreaker', 'excessFailures', 'exponential', 'retryAfterHeader']) {
      expect(shown).toContain(name);
    }
  });
});

test.each(pictures())('the picture at $place is there, with its claim as text', ({ text, url }) => {
  const title = /<title>(.*?)<\/title>/.exec(readFileSync(url, 'utf8'))?.[1];
  expect(text).toBe(title);
});

test('every claim that a comment refers to is there', () => {
  const claims = readdirSync(marbles, { recursive: true, encoding: 'utf8' });
  const missing = references().filter(
    ({ path }) => !claims.some((claim) => claim.startsWith(path)),
  );
  expect(missing).toEqual([]);
});

describe('every example', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('fetch', answer);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test('is typed', () => {
    const names = new Map(all.map((example, at) => [`example${at}`, example]));
    const codes = new Map([...names].map(([name, { code }]) => [name, code]));
    const complaints = typecheck(codes, declarations, (name) =>
      offersOf(names.get(name)?.folder ?? null),
    );
    const placed = complaints.map((complaint) =>
      complaint.replace(/^readme\/(example\d+)\.ts/, (_, name) => names.get(name)?.place ?? name),
    );
    expect(placed).toEqual([]);
  }, 120_000);

  // the examples of redis/ need a server: they are typed only
  const running = all.filter(({ folder }) => folder !== 'redis');
  test.each(running)('runs, and prints what its comments say: $place', async ({ code, folder }) => {
    const printed: string[] = [];
    const print = (text: string) => printed.push(...text.split('\n'));
    const running = run(code, valuesFor(code), print, offersOf(folder));
    running.catch(() => {}); // awaited below, when time has gone on
    await vi.advanceTimersByTimeAsync(500);
    await running;
    const lines = promised(code);
    if (lines.length > 0) expect(printed).toEqual(lines);
  });
});
