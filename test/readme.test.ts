import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { angularVersions, nodeVersions, typescriptVersions } from './matrix/versions.ts';
import { size } from './pack/size.ts';
import { costs, watchingCosts } from './readme/costs.ts';
import { blocks } from './readme/markdown.ts';
import { pageOf } from './readme/pages.ts';

const root = new URL('..', import.meta.url);
const { text: readme, snippets } = pageOf('README.md');

describe('the head of the README', () => {
  const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const head = readme.slice(0, readme.indexOf('## Contents')).replaceAll('\n', ' ');

  test('shows the first code on the first screen', () => {
    expect(snippets[0]?.line).toBeLessThan(15);
    expect(blocks(readme)[0]?.code).toBe(`npm install ${manifest.name} rxjs`);
  });

  test('lists the sections, in order', () => {
    const prose = readme.replace(/^```[\s\S]*?^```$/gm, '');
    const sections = [...prose.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    const contents = prose.slice(prose.indexOf('## Contents'), prose.indexOf('## How it works'));
    const listed = [...contents.matchAll(/\[(.*?)\]\(#/g)].map(([, text]) => text);
    expect(listed).toEqual(sections.filter((heading) => heading !== 'Contents'));
  });

  test('says what the package needs and works with, as package.json and the matrix have it', () => {
    const { peerDependencies, engines, license } = manifest;
    const [angular] = angularVersions;
    for (const claim of [
      `RxJS from ${peerDependencies.rxjs.slice('^'.length)} on is the only dependency`,
      `types for TypeScript from ${typescriptVersions[0]} on`,
      `Node from ${engines.node.slice('>='.length)} on, browsers, Bun, Deno`,
      `Angular ${angular?.angular} to ${angularVersions.at(-1)?.angular}`,
      `${license} licence`,
      `${/grows by ([\d.]+ KB)/.exec(readme)?.[1]}, minified and gzipped`,
    ]) {
      expect(head).toContain(claim);
    }
    expect(manifest.dependencies).toBeUndefined();
  });
});

describe('the README', () => {
  test('gives each picture its claim as text, for those who cannot see it', () => {
    const pictures = [...readme.matchAll(/!\[([^\]]*)\]\((.*?)\)/g)];
    expect(pictures.length).toBeGreaterThan(0);
    for (const [, text, path] of pictures) {
      expect(readFileSync(new URL(path as string, root), 'utf8')).toContain(
        `<title>${text}</title>`,
      );
    }
  });

  test('names the versions that are supported and compared, wherever it names one', () => {
    const majors = angularVersions.map(({ angular }) => angular);
    const angular = [...readme.matchAll(/Angular (\d+) to (\d+)/g)].map(([, ...range]) => range);
    expect(angular.length).toBeGreaterThan(1);
    for (const range of angular) expect(range).toEqual([majors[0], majors.at(-1)]);
    for (const [, version] of readme.matchAll(/Node (\d+) or newer/g)) {
      expect(version).toBe(nodeVersions[0]);
    }
    const { dependencies } = JSON.parse(
      readFileSync(new URL('bench/package.json', root), 'utf8'),
    ) as { dependencies: Record<string, string> };
    for (const name of ['opossum', 'cockatiel', 'effect']) {
      const heading = new RegExp(`\\[${name}\\]\\(https://[^)]+\\) ([\\d.]+) \\|`, 'i');
      const compared = heading.exec(readme)?.[1] ?? 'nothing';
      expect(`${dependencies[name]}.`.startsWith(`${compared}.`), name).toBe(true);
    }
  });

  test('names every option of the breaker', () => {
    const source = readFileSync(new URL('src/core/options.ts', root), 'utf8');
    const body = source.slice(source.indexOf('export interface JudgeOptions'));
    const names = [...body.matchAll(/^ {2}readonly (\w+)\?/gm)].map(([, name]) => name as string);
    expect(names.length).toBeGreaterThan(15);
    const ofCalls = ['mayProbe', 'context'];
    for (const name of names.filter((name) => !ofCalls.includes(name)))
      expect(readme).toMatch(new RegExp(`^\\| \`${name}\` \\|`, 'm'));
  });

  test('has at most 450 lines, for it is the front door', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(450);
  });

  test.each([
    ['studies', 'trip'],
    ['recovery', 'recovery'],
  ])('shows figures of the studies as the studies came out: %s', (ours, theirs) => {
    const cellsOf = (text: string): string[][] =>
      [...text.matchAll(/^\| (.+) \|$/gm)].map(([, row]) => (row as string).split(' | '));
    const between = (text: string, mark: string): string[][] =>
      cellsOf(text.slice(text.indexOf(`<!-- ${mark} -->`), text.indexOf(`<!-- /${mark} -->`)));
    const studies = pageOf('examples/studies/README.md').text;
    const [head = [], , ...rows] = between(studies, theirs);
    const [shownHead = [], , ...shown] = between(readme, ours);
    expect(shown.length).toBeGreaterThan(4);
    for (const [n, row] of shown.entries()) {
      expect(row).toEqual(shownHead.map((title) => rows[n]?.[head.indexOf(title)]));
    }
  });

  test.each(costs)('says what the bench has measured: %s', (figure) => {
    expect(tells(readme, figure)).toBe(true);
  });

  test('promises a size that holds, and not a much larger one', () => {
    const kilobytes = size('{ circuitBreaker }').gzip / 1_000;
    const promised = Number(/grows by ([\d.]+) KB, minified and gzipped/.exec(readme)?.[1]);
    expect(kilobytes).toBeLessThanOrEqual(promised);
    expect(kilobytes).toBeGreaterThan(promised - 0.5);
  });
});

test('the page about watching names every member of the handle', () => {
  const watch = pageOf('site/pages/guide/watch.md').text;
  const members = [
    'execute(task, call?)',
    'acquire(call?)',
    'with(options)',
    'trip(error?)',
    'halfOpen()',
    'isolate()',
    'disable()',
    'reset()',
    'configure(options)',
    'totals()',
  ];
  const fields = ['name', 'state', 'state$', 'events$', 'retryAfter', 'snapshot()'];
  for (const name of [...members, ...fields]) expect(watch).toContain(`| \`${name}\` |`);
});

test.each(watchingCosts)(
  'the page about metrics says what the bench has measured: %s',
  (figure) => {
    expect(tells(pageOf('site/pages/guide/metrics.md').text, figure)).toBe(true);
  },
);

/** Whether a text has a figure, in one line or over two. */
function tells(text: string, figure: string): boolean {
  return text.replaceAll('\n', ' ').includes(figure);
}
