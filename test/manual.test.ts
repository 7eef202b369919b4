import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Block, promised } from './readme/markdown.ts';
import { pageOf, pages } from './readme/pages.ts';
import { scenesOf } from './readme/scenes.ts';
import { run, typecheck } from './readme/snippets.ts';
import { standIns } from './readme/standIns.ts';

test('every snippet of the README and of the manual is typed', () => {
  const named = pages.flatMap(({ path, snippets }) =>
    snippets.map(({ line, code }) => [`${path.replaceAll(/\W/g, '_')}_${line}`, code] as const),
  );
  expect(typecheck(new Map(named), standIns)).toEqual([]);
});

test('every snippet is in a section with a scene, and every scene has its section', () => {
  const sections = pages.flatMap(({ path, snippets }) =>
    snippets.map(({ heading }) => `${path}: ${heading}`),
  );
  const scenes = Object.entries(scenesOf).flatMap(([path, scenes]) =>
    Object.keys(scenes).map((heading) => `${path}: ${heading}`),
  );
  expect([...new Set(sections)].sort()).toEqual(scenes.sort());
});

describe.each(Object.entries(scenesOf))('every snippet of %s does what it says', (path, scenes) => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test.each(Object.entries(scenes))('%s', async (heading, scene) => {
    const own = pageOf(path).snippets.filter((snippet) => snippet.heading === heading);
    const printed: string[] = [];
    const played = new Set<Block>();
    await scene({
      printed,
      async play(given = {}, place = 0, modules = {}) {
        const snippet = own[place] as Block;
        played.add(snippet);
        const print = (line: string) => printed.push(line);
        const running = run(snippet.code, given, print, undefined, modules);
        running.catch(() => {}); // awaited below, when time has gone on
        if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(0);
        return running;
      },
    });
    expect([...played]).toEqual(own);
    const expected = own.flatMap(promisedBy);
    if (expected.length > 0) expect(printed).toEqual(expected);
  });
});

/** What a snippet says it prints: the text block below it, or the comments behind `console.log`. */
function promisedBy({ code, output }: Block): readonly string[] {
  return output === undefined ? promised(code) : output.split('\n');
}
