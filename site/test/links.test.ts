import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const dist = join(import.meta.dirname, '../dist');
const pages = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((it) =>
  it.endsWith('.html'),
);
const texts = new Map(pages.map((page) => [page, readFileSync(join(dist, page), 'utf8')]));

test('there are the pages that the site promises', () => {
  const wanted = [
    'index',
    'guide/index',
    'guide/choosing',
    'guide/recipes',
    'guide/angular',
    'guide/nestjs',
    'guide/metrics',
    'guide/processes',
    'guide/testing',
    'guide/compare',
    'marbles/index',
    'api/index',
    'switch/index',
    'playground/index',
  ];
  expect(pages).toEqual(expect.arrayContaining(wanted.map((name) => `${name}.html`)));
});

/** The file that a link of a page leads to. */
function fileOf(page: string, path: string): string {
  const file = path.startsWith('/') ? join(dist, path) : join(dist, dirname(page), path);
  return existsSync(file) && statSync(file).isDirectory() ? join(file, 'index.html') : file;
}

test('every link, picture and script of every page leads to something, anchors included', () => {
  const broken: string[] = [];
  for (const [page, text] of texts) {
    for (const [, target = ''] of text.matchAll(/ (?:href|src)="([^"]*)"/g)) {
      if (/^(https?:|data:|mailto:)/.test(target) || target === '') continue;
      const [path = '', anchor = ''] = target.replaceAll('&amp;', '&').split('#');
      const file =
        path === '' ? join(dist, page) : fileOf(page, decodeURIComponent(path.replace(/\?.*/, '')));
      if (!existsSync(file)) {
        broken.push(`${page}: ${target}`);
        continue;
      }
      if (anchor === '' || page.startsWith('playground')) continue;
      const goal = readFileSync(file, 'utf8');
      if (!goal.includes(`id="${decodeURIComponent(anchor)}"`)) broken.push(`${page}: ${target}`);
    }
  }
  expect([...new Set(broken)]).toEqual([]);
});

test('no page shows a template that nobody filled in', () => {
  for (const [page, text] of texts) expect(text, page).not.toMatch(/<!-- (include|rows|chapters)/);
});
