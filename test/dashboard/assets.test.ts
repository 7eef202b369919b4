import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { assets } from './assets.ts';

test('the script and the style that are sent are those of browser/: run `npm run page`', async () => {
  const path = new URL('../../src/dashboard/assets.ts', import.meta.url);
  expect(readFileSync(path, 'utf8')).toBe(await assets());
});

test('neither ends the element that it stands in', async () => {
  const { script, style } = await import('../../src/dashboard/assets.ts');
  expect(script).not.toMatch(/<\/|<!--/);
  expect(style).not.toMatch(/<\//);
});
