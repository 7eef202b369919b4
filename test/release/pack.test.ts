import { execFileSync } from 'node:child_process';
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entries } from '../../entries.ts';
import { webPage } from '../../release/repository.ts';
import { links } from '../readme/markdown.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'pack-'));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const tarball = `${manifest.name}-${manifest.version}.tgz`;
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const packed = (path: string): string => readFileSync(join(folder, 'unpacked', path), 'utf8');
const inFolder = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });

// The package is packed in a copy: the build is there, and README.md is not touched under other tests.
beforeAll(() => {
  for (const path of ['dist', 'release', 'README.md', 'LICENSE']) {
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  const scripts = { ...manifest.scripts, build: 'node -e 0' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, scripts }));
  mkdirSync(join(folder, 'unpacked'));
  inFolder('npm', 'pack', '--loglevel=error');
  inFolder('tar', '-xzf', tarball, '-C', 'unpacked', '--strip-components=1');
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the README of the package leads out of the package by whole addresses only', () => {
  const targets = links(packed('README.md'));
  expect(targets.length).toBe(links(readme).length);
  const relative = targets.filter((target) => !/^(https:|#)/.test(target));
  expect(relative).toEqual([]);
});

test('each picture of the packed README is a file of the repository, at the version', () => {
  const { version, homepage } = JSON.parse(packed('package.json'));
  const raw = homepage.replace('//github.com/', '//raw.githubusercontent.com/').replace(/#.*/, '');
  const pictures = [...packed('README.md').matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, to]) => to);
  const ours = pictures.filter((picture) => picture?.startsWith(`${raw}/v${version}/`));
  expect(ours.length).toBeGreaterThan(1);
  for (const picture of ours) {
    const path = (picture as string).slice(`${raw}/v${version}/`.length);
    expect(readFileSync(join(root, path), 'utf8')).toContain('<svg');
  }
});

test('each picture of a doc comment is a file of the repository, at the version', () => {
  const page = webPage(manifest.repository);
  const raw = page.replace('//github.com/', '//raw.githubusercontent.com/');
  const declarations = globSync('dist/**/*.d.{ts,cts}', { cwd: join(folder, 'unpacked') });
  const published = declarations.map(packed).join('\n');
  const sources = globSync('src/**/*.ts', { cwd: root }).map((file) =>
    readFileSync(join(root, file), 'utf8'),
  );
  const pictures = new Set(sources.join('\n').match(/(?<=!\[[^\]]*\]\((?:\.\.\/)+)marbles[^)]+/g));
  expect(pictures.size).toBeGreaterThan(5);
  for (const picture of pictures) {
    expect(readFileSync(join(root, picture), 'utf8')).toContain('<svg');
    expect(published.includes(`(${raw}/v${manifest.version}/${picture})`), picture).toBe(true);
  }
  expect(published.includes('](../')).toBe(false);
});

test('packing leaves the README of the repository as it was', () => {
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(readme);
});

test('a pack that was cut off is mended by the next one', () => {
  inFolder('node', 'release/pack.ts', 'before');
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).not.toBe(readme);
  inFolder('node', 'release/pack.ts', 'before');
  inFolder('node', 'release/pack.ts', 'after');
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(readme);
});

test('a README that was written after a pack was cut off is kept', () => {
  inFolder('node', 'release/pack.ts', 'before');
  writeFileSync(join(folder, 'README.md'), 'new');
  inFolder('node', 'release/pack.ts', 'after');
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('new');
  writeFileSync(join(folder, 'README.md'), readme);
});

test('the package holds the entries and nothing of the workshop', () => {
  const files = inFolder('tar', '-tzf', tarball).trim().split('\n');
  const outside = files.filter((file) => !file.startsWith('package/dist/'));
  expect(outside.sort()).toEqual(
    ['LICENSE', 'README.md', 'package.json'].map((f) => `package/${f}`),
  );
  for (const { name } of entries) expect(files).toContain(`package/dist/${name}.js`);
});
