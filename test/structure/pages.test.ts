import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { placeholder, webPage } from '../../release/repository.ts';
import { anchors, blocks, links } from '../readme/markdown.ts';
import { records } from '../records.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('package.json'));

/** Every page of the repository. */
const pages = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .stdout.split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));

/** The scripts of the nearest package.json, and those of the root. */
function scriptsFor(page: string): object {
  const own = join(dirname(page), 'package.json');
  return { ...manifest.scripts, ...(existsSync(join(root, own)) && JSON.parse(read(own)).scripts) };
}

test('the pages that a newcomer looks for are there', () => {
  const wanted = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'];
  const folders = ['bench', 'examples/angular', 'marbles', 'test'];
  expect(pages).toEqual(
    expect.arrayContaining([...wanted, ...folders.map((folder) => `${folder}/README.md`)]),
  );
});

describe.each(pages)('%s', (page) => {
  const text = read(page);

  test('links to what is there', () => {
    for (const target of links(text).filter((link) => !/^https?:/.test(link))) {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (file.startsWith('..')) continue; // such as ../../compare/, a page of the repository's web site
      expect(existsSync(join(root, file)), target).toBe(true);
      if (anchor !== undefined) expect(anchors(read(file)), target).toContain(anchor);
    }
  });

  test('names npm scripts that exist', () => {
    const scripts = scriptsFor(page);
    const shell = blocks(text).filter(({ language }) => language === 'sh');
    const inline = [...text.matchAll(/`((?:npm|npx) [^`]+)`/g)].map(([, command]) => command);
    const commands = [...shell.map(({ code }) => code), ...inline].flatMap((command) =>
      (command as string).split(/\n|&&|;/),
    );
    const named = commands.flatMap((command) => {
      const [, script] = /^npm (?:run (?:-s )?)?([a-z]+)/.exec(command.trim()) ?? [];
      return script === undefined || ['ci', 'install', 'pack', 'publish', 'run'].includes(script)
        ? []
        : [script];
    });
    for (const script of named) expect(scripts, script).toHaveProperty(script);
  });
});

test('home page and bug reports are pages of the repository', () => {
  const page = webPage(manifest.repository);
  expect(manifest.homepage).toBe(`${page}#readme`);
  expect(manifest.bugs).toEqual({ url: `${page}/issues` });
});

test('CONTRIBUTING.md gives the figures that the runs came to', () => {
  const text = read('CONTRIBUTING.md');
  const { matrix, mutation } = records();
  expect(text).toContain(`${matrix.checks} checks held in the last run`);
  for (const [folder, { mutants, noticed, excused }] of Object.entries(mutation)) {
    const part = ((100 * noticed) / mutants).toFixed(1);
    expect(text).toContain(`| \`${folder}\` | ${mutants} | ${noticed} (${part} %) | ${excused} |`);
  }

  const data = readdirSync(join(root, 'test/conformance/data')).filter((name) =>
    name.endsWith('.json'),
  );
  const runs = data.flatMap((name) => JSON.parse(read(`test/conformance/data/${name}`)).traces);
  expect(text).toContain(`Replays ${runs.length} recorded runs`);
});

test('the owner of the repository is named in package.json only', () => {
  const owner = webPage(manifest.repository).split('/').at(-2) as string;
  // CONTRIBUTING.md says where to replace the placeholder
  const named = new RegExp(`github\\.com/(${owner}|${placeholder})/`);
  expect(pages.filter((page) => named.test(read(page)))).toEqual([]);
});

test('test/README.md names every folder of tests that is not named like a folder of src/', () => {
  const named = [...read('test/README.md').matchAll(/^\| (.*?) \|/gm)].map(([, cell]) => cell);
  const folders = readdirSync(join(root, 'test')).filter(
    (name) =>
      statSync(join(root, 'test', name)).isDirectory() && !existsSync(join(root, 'src', name)),
  );
  for (const folder of folders) expect(named.join()).toContain(`\`${folder}/\``);
});

test('bench/README.md names every row of the bench', () => {
  const rows = [...read('bench/rows.mjs').matchAll(/\bid: (\d+)/g)].map(([, id]) => id);
  const page = read('bench/README.md');
  const list = page.slice(page.indexOf('## The rows'), page.indexOf('## What each part weighs'));
  const named = [...list.matchAll(/^\| (\d+) \|/gm)].map(([, id]) => id);
  expect(named).toEqual(rows);
});

test('the changelog has a section for the version of the package', () => {
  expect(read('CHANGELOG.md')).toContain(`\n## [${manifest.version}] - 20`);
});
