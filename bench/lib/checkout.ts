// The build of another commit, in a folder that goes away with the bench.

import { existsSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from './command.ts';
import { passingFolder } from './leaving.ts';

/** The bench cannot compare: the reason is the user's to mend. */
export class CannotCompare extends Error {}

/**
 * The full name of the commit that a tag, a branch or another name stands for.
 *
 * @throws CannotCompare when there is no such commit.
 */
export async function commitOf(ref: string, root: string): Promise<string> {
  const asked = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  const { code, said } = await command('git', asked, root);
  const commit = said.trim();
  if (code === 0 && /^[0-9a-f]{40,64}$/.test(commit)) return commit;
  if (code === 1) {
    throw new CannotCompare(
      `--against: there is no commit ${JSON.stringify(ref)} in this repository. Give a tag, a branch or a commit: ` +
        '`git tag` lists the releases, `git fetch --tags` gets them.',
    );
  }
  throw new CannotCompare(`--against: git cannot read this repository. ${commit}`);
}

/**
 * Builds a commit with its own `npm run build`, and with the packages that are installed here: nothing is installed.
 * The working tree, the index and `.git` stay as they are.
 *
 * @returns The folder of the build.
 * @throws CannotCompare when the commit cannot be built.
 */
export async function buildOf(commit: string, root: string): Promise<string> {
  const folder = passingFolder(join(tmpdir(), 'rxjs-circuit-breaker-against-'));
  const archive = join(folder, 'source.tar');
  const source = join(folder, 'source');
  for (const [program, ...given] of [
    ['git', 'archive', '--format=tar', '--prefix=source/', `--output=${archive}`, commit],
    ['tar', '-xf', archive, '-C', folder],
  ] as const) {
    const { code, said } = await command(program, given, root);
    if (code !== 0) throw new CannotCompare(`--against: ${program} failed. ${said.trim()}`);
  }
  symlinkSync(join(root, 'node_modules'), join(source, 'node_modules'), 'junction');
  const { code, said } = await command('npm', ['run', '-s', 'build'], source);
  const built = join(source, 'dist');
  if (code === 0 && existsSync(join(built, 'index.js'))) return built;
  const reason = code === 0 ? 'the build made no dist/index.js' : lastLines(said, 15);
  throw new CannotCompare(
    `--against: the build of ${commit.slice(0, 9)} does not run with the packages that are installed here. ` +
      `The build says:\n${reason}\n` +
      'To compare nevertheless, build the commit in a clone of its own, and give `--rival <its dist folder>`.',
  );
}

const lastLines = (text: string, count: number): string =>
  text.trim().split('\n').slice(-count).join('\n');
