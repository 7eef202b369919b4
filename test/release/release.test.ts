import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { release } from '../../release/release.ts';

const page = 'https://github.com/owner/house';
const changelog = `# Changelog

## [Unreleased]

### Fixed

- A call is counted once.

## [0.1.0] - 2026-01-02

### Added

- The first version.

[Unreleased]: ../../compare/v0.1.0...HEAD
[0.1.0]: ../../releases/tag/v0.1.0
`;
const manifest = {
  name: 'house',
  version: '0.1.0',
  repository: { type: 'git', url: `git+${page}.git` },
  exports: { './foo': './dist/foo.js' },
};

let folder: string;
const inFolder = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
function commit(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  inFolder('git', 'add', '-A');
  const author = ['-c', 'user.name=T', '-c', 'user.email=t@example.com'];
  inFolder('git', ...author, 'commit', '--quiet', '--message', 'house');
}

/** The commands that a release runs. The version is really written; the others are only noted, or fail. */
let ran: string[];
let failing: string | null;
function run(_: string, ...words: string[]): void {
  const command = words.join(' ').replace(/[^\s=]*release-\w+/, '<scratch>');
  ran.push(command);
  if (failing !== null && command.startsWith(failing)) throw new Error(`\`${failing}\` failed`);
  if (words[1] !== 'version') return;
  for (const name of ['package.json', 'package-lock.json']) {
    writeFileSync(join(folder, name), JSON.stringify({ ...manifest, version: words[2] }));
  }
}
const releaseWith = (...args: string[]): void => release(folder, args, run);
const unchanged = (): void => {
  expect(inFolder('git', 'status', '--porcelain')).toBe('');
  expect(inFolder('git', 'log', '--format=%s')).toBe('house');
  expect(inFolder('git', 'tag')).toBe('');
};

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.setSystemTime('2026-03-04T05:06:07Z');
  vi.stubEnv('GIT_AUTHOR_NAME', 'T').stubEnv('GIT_AUTHOR_EMAIL', 't@example.com');
  vi.stubEnv('GIT_COMMITTER_NAME', 'T').stubEnv('GIT_COMMITTER_EMAIL', 't@example.com');
  ran = [];
  failing = null;
  folder = mkdtempSync(join(tmpdir(), 'house-'));
  inFolder('git', 'init', '--quiet');
  const packageJson = JSON.stringify(manifest);
  commit({
    'package.json': packageJson,
    'package-lock.json': packageJson,
    'CHANGELOG.md': changelog,
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const checks = [
  'npm version 0.1.1 --no-git-tag-version --loglevel=error',
  'npm test',
  'npm pack --loglevel=error --pack-destination=<scratch>',
  'npm exec -- publint --strict <scratch>/house-0.1.1.tgz',
  'npm exec -- attw <scratch>/house-0.1.1.tgz --profile strict --entrypoints ./foo --format ascii ' +
    '--ignore-rules cjs-resolves-to-esm --no-emoji --no-color',
];

describe('a release', () => {
  it('writes version and changelog, tests, checks the package, commits, tags and publishes', () => {
    releaseWith();
    expect(ran).toEqual([
      ...checks,
      'npm publish <scratch>/house-0.1.1.tgz --provenance --access public',
    ]);
    expect(inFolder('git', 'log', '--format=%s')).toBe('release: v0.1.1\nhouse');
    expect(inFolder('git', 'status', '--porcelain')).toBe('');
    expect(inFolder('git', 'tag', '--points-at', 'HEAD')).toBe('v0.1.1');
    expect(JSON.parse(read('package.json')).version).toBe('0.1.1');
    expect(read('CHANGELOG.md')).toBe(
      changelog
        .replace('## [Unreleased]\n', '## [Unreleased]\n\n## [0.1.1] - 2026-03-04\n')
        .replace('v0.1.0...HEAD\n', `v0.1.1...HEAD\n[0.1.1]: ../../compare/v0.1.0...v0.1.1\n`),
    );
  });

  it('changes nothing in a dry run, and prints how it would go on', () => {
    releaseWith('--dry-run');
    expect(ran).toEqual(checks);
    const printed = vi.mocked(console.log).mock.calls.flat().join('\n');
    expect(printed).toContain('0.1.0 -> 0.1.1\n\n### Fixed\n\n- A call is counted once.');
    expect(printed).toContain('npm publish house-0.1.1.tgz --provenance --access public');
    unchanged();
  });

  it.each(['npm test', 'npm exec -- attw', 'npm publish'])(
    'leaves everything as it was when `%s` fails',
    (command) => {
      failing = command;
      expect(() => releaseWith()).toThrow(`\`${command}\` failed`);
      unchanged();
    },
  );

  it.each([
    [['patch'], '0.1.1'],
    [['minor'], '0.2.0'],
    [['major'], '1.0.0'],
    [['0.1.7'], '0.1.7'],
    [['2.0.0', '--dry-run'], '2.0.0'],
  ])('is told the version by %j', (args, version) => {
    releaseWith(...args);
    expect(ran[0]).toContain(`npm version ${version} `);
  });

  it('is a minor one when more than faults has changed', () => {
    commit({ 'CHANGELOG.md': changelog.replace('### Fixed', '### Changed') });
    releaseWith();
    expect(ran[0]).toContain('npm version 0.2.0 ');
  });
});

describe('a release says what is wrong, before it does anything:', () => {
  afterEach(() => expect(ran).toEqual([]));

  it('a working tree with changes', () => {
    writeFileSync(join(folder, 'new.ts'), '');
    expect(() => releaseWith('--dry-run')).toThrow(
      'the working tree must be clean; commit or stash:\n?? new.ts',
    );
  });

  it('nothing in the changelog', () => {
    commit({ 'CHANGELOG.md': changelog.replace('- A call is counted once.', '') });
    expect(() => releaseWith('--dry-run')).toThrow('the section [Unreleased] is empty');
  });

  it.each([
    ['## [Unreleased]', '## Next', 'CHANGELOG.md has no section "## [Unreleased]"'],
    ['[Unreleased]: ', '[Next]: ', 'CHANGELOG.md has no link for [Unreleased]'],
    ['## [0.1.0]', '## [0.1.1]', 'CHANGELOG.md has a section for 0.1.1 already'],
  ])('a changelog with another form: %s', (text, other, message) => {
    commit({ 'CHANGELOG.md': changelog.replace(text, other) });
    expect(() => releaseWith()).toThrow(message);
  });

  it.each([
    ['huge', 'the version must be major, minor, patch or like 1.2.3, got "huge"'],
    ['1.2', 'the version must be major, minor, patch or like 1.2.3, got "1.2"'],
    ['v1.2.3', 'the version must be major, minor, patch or like 1.2.3, got "v1.2.3"'],
    ['01.2.3', 'the version must be major, minor, patch or like 1.2.3, got "01.2.3"'],
    ['0.1.0', 'the version must be above 0.1.0, got 0.1.0'],
    ['0.0.9', 'the version must be above 0.1.0, got 0.0.9'],
  ])('the version %s', (version, message) => {
    expect(() => releaseWith(version)).toThrow(message);
  });

  it('two versions, or an unknown flag', () => {
    expect(() => releaseWith('patch', 'minor')).toThrow('one version at most, got patch minor');
    expect(() => releaseWith('--dryrun')).toThrow("Unknown option '--dryrun'");
  });

  it('a tag that exists', () => {
    inFolder('git', 'tag', 'v0.1.1');
    expect(() => releaseWith()).toThrow('the tag v0.1.1 exists already');
    inFolder('git', 'tag', '--delete', 'v0.1.1');
  });

  it('a repository that still has the placeholder for its owner, unless it is a dry run', () => {
    const url = 'git+https://github.com/OWNER/house.git';
    commit({ 'package.json': JSON.stringify({ ...manifest, repository: { type: 'git', url } }) });
    expect(() => releaseWith()).toThrow('put the owner of the repository in the place of OWNER');
    releaseWith('--dry-run');
    expect(ran.splice(0)).toHaveLength(checks.length);
  });
});
