import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { entriesOf, type Manifest } from '../entries.ts';
import { releasedChangelog, unreleasedChanges } from './changelog.ts';
import { packageChecks } from './packageChecks.ts';
import { placeholder, webPage } from './repository.ts';
import { nextVersion } from './version.ts';

interface Package extends Manifest {
  readonly version: string;
  readonly repository: { readonly url: string };
}

/** Runs a program in a folder, and throws if the program fails. */
export type Run = (folder: string, command: string, ...args: string[]) => void;

const runLoudly: Run = (folder, command, ...args) => {
  const { status, error } = spawnSync(command, args, { cwd: folder, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) throw new Error(`\`${[command, ...args].join(' ')}\` failed`);
};

/** The files that a release changes. */
const changed = ['package.json', 'package-lock.json', 'CHANGELOG.md'];

/**
 * Makes a release of the package in a folder: version and changelog, tests, checks of the packed package, commit
 * and tag, `npm publish`. A release that fails, or a dry run, leaves the folder as it was.
 *
 * @throws {Error} What is wrong: the arguments, the working tree, the changelog, the version or a check.
 */
export function release(folder: string, args: readonly string[], run: Run = runLoudly): void {
  const { wanted, dryRun } = parse(args);
  const git = (...args: string[]): string => gitIn(folder, args);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const manifest = JSON.parse(read('package.json')) as Package;

  const dirt = git('status', '--porcelain');
  if (dirt !== '') throw new Error(`the working tree must be clean; commit or stash:\n${dirt}`);
  const repository = webPage(manifest.repository);
  const changelog = read('CHANGELOG.md');
  const changes = unreleasedChanges(changelog);
  const previous = manifest.version;
  const version = nextVersion(previous, wanted, changes);
  const tag = `v${version}`;
  if (git('tag', '--list', tag) !== '') throw new Error(`the tag ${tag} exists already`);
  const date = new Date().toISOString().slice(0, 10);
  const released = releasedChangelog(changelog, { version, previous, date });
  if (repository.includes(`/${placeholder}/`) && !dryRun) {
    throw new Error(`package.json: put the owner of the repository in the place of ${placeholder}`);
  }

  const head = git('rev-parse', 'HEAD');
  const scratch = mkdtempSync(join(tmpdir(), 'release-'));
  let published = false;
  try {
    console.log(`${previous} -> ${version}\n\n${changes}\n`);
    writeFileSync(join(folder, 'CHANGELOG.md'), released);
    run(folder, 'npm', 'version', version, '--no-git-tag-version', '--loglevel=error');
    run(folder, 'npm', 'test');
    run(folder, 'npm', 'pack', '--loglevel=error', `--pack-destination=${scratch}`);
    const file = `${manifest.name}-${version}.tgz`;
    const tarball = join(scratch, file);
    for (const { command, args } of packageChecks(tarball, entriesOf(manifest))) {
      run(folder, 'npm', 'exec', '--', command, ...args);
    }
    const flags = ['--provenance', '--access', 'public'];
    if (dryRun) {
      console.log(`\nDry run: all checks hold, and nothing was changed. The release would go on with
  git commit -m "release: ${tag}" && git tag ${tag}
  npm publish ${[file, ...flags].join(' ')}`);
      return;
    }
    git('commit', '--quiet', '-m', `release: ${tag}`, '--', ...changed);
    git('tag', tag);
    run(folder, 'npm', 'publish', tarball, ...flags);
    published = true;
    console.log(
      `\n${tag} is published. Now: git push --follow-tags, or git push && git push origin ${tag}`,
    );
  } finally {
    rmSync(scratch, { recursive: true });
    if (!published) {
      if (git('tag', '--list', tag) !== '') git('tag', '--delete', tag);
      git('reset', '--quiet', '--soft', head);
      git('restore', '--staged', '--worktree', '--', ...changed);
    }
  }
}

function parse(args: readonly string[]): { wanted: string | undefined; dryRun: boolean } {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { 'dry-run': { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (positionals.length > 1) {
    throw new Error(`one version at most, got ${positionals.join(' ')}`);
  }
  return { wanted: positionals[0], dryRun: values['dry-run'] };
}

function gitIn(folder: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`\`git ${args.join(' ')}\` failed: ${stderr.trim()}`);
  return stdout.trim();
}
