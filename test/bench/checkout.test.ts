import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildOf, commitOf } from '../../bench/lib/checkout.ts';

const bench = join(import.meta.dirname, '../../bench');
let root: string;

function git(...given: string[]): string {
  const author = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  const { status, stdout, stderr } = spawnSync('git', [...author, ...given], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** Commits a package with this build script. */
function commit(build: string): string {
  writeFileSync(join(root, 'package.json'), JSON.stringify({ scripts: { build } }));
  git('add', 'package.json');
  git('commit', '--allow-empty', '-m', 'a version');
  return git('rev-parse', 'HEAD');
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'bench-test-'));
  mkdirSync(join(root, 'node_modules'));
  mkdirSync(join(root, 'tmp'));
  vi.stubEnv('TMPDIR', join(root, 'tmp')); // for the children, too: nobody else builds there
  git('init', '--quiet');
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const folders = (): string[] => readdirSync(join(root, 'tmp'));

describe('another commit', () => {
  it('is found by its tag, its branch and its name', async () => {
    const name = commit('true');
    git('tag', 'v1.0.0');
    for (const ref of ['v1.0.0', 'HEAD', name, name.slice(0, 8)]) {
      expect(await commitOf(ref, root)).toBe(name);
    }
  });

  it.each(['v9.9.9', '', '--all', 'HEAD:package.json'])('is refused by name: %j', async (ref) => {
    await expect(commitOf(ref, root)).rejects.toThrow(
      `--against: there is no commit ${JSON.stringify(ref)} in this repository`,
    );
  });

  it('cannot be found outside of a repository', async () => {
    await expect(commitOf('HEAD', '/')).rejects.toThrow('git cannot read this repository');
  });

  it('says why its build does not run', async () => {
    const name = commit('echo "there is no such tool" >&2; exit 3');
    const message = await buildOf(name, root).then(String, ({ message }: Error) => message);
    expect(message).toMatch(/the build of [0-9a-f]{9} does not run with the packages that are/);
    expect(message).toContain('there is no such tool');
  });

  it('says that its build made nothing', async () => {
    await expect(buildOf(commit('true'), root)).rejects.toThrow('the build made no dist/index.js');
  });

  it('is built from its own files, with the packages of the working tree', async () => {
    writeFileSync(join(root, 'node_modules/here'), '');
    const old = commit('ls node_modules/here && mkdir dist && echo 1 > dist/index.js');
    commit('exit 1');
    writeFileSync(join(root, 'package.json'), 'not committed');
    const built = await buildOf(old, root);
    expect(existsSync(join(built, 'index.js'))).toBe(true);
    expect(git('status', '--porcelain', '--untracked-files=no')).toBe('M package.json');
    expect(git('worktree', 'list').split('\n')).toHaveLength(1);
    git('checkout', 'package.json');
  });

  it.each(['exit', 'SIGINT', 'SIGTERM'] as const)('leaves no folder behind at %s', async (end) => {
    // the build reports that it runs, and never ends
    const name = commit(end === 'exit' ? 'mkdir dist && echo > dist/index.js' : 'sleep 1000');
    const before = folders();
    const script = `import { buildOf } from ${JSON.stringify(join(bench, 'lib/checkout.ts'))};
await buildOf(${JSON.stringify(name)}, ${JSON.stringify(root)});`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    if (end !== 'exit') {
      while (folders().length === before.length) await new Promise(setImmediate);
      child.kill(end);
    }
    const [code] = await once(child, 'exit');
    expect(code).toBe({ exit: 0, SIGINT: 130, SIGTERM: 143 }[end]);
    expect(folders()).toEqual(before);
  });
});

describe('npm run bench', () => {
  const run = (...given: string[]) =>
    spawnSync(process.execPath, [join(bench, 'run.mjs'), ...given], { encoding: 'utf8' });

  it.each([
    [['--against', 'no-such-tag'], 'there is no commit "no-such-tag"'],
    [['--against', 'HEAD', '--rival', 'dist'], '--against and --rival exclude each other'],
    [['--against', 'HEAD', '--row', '1'], '--row is not for --against or --rival'],
    [['--against', 'HEAD', '--forks', '7'], 'a verdict needs 8 forks or more, got 7'],
    [['--forks', 'many'], '--forks must be a whole number from 1 on, got "many"'],
    [['--row', '1,x'], '--row must be a whole number from 1 on, got "x"'],
    [['--only', 'rx'], '--only needs --against or --rival'],
    [['--frob'], "Unknown option '--frob'"],
    [['--dist', '/no/such/folder', '--row', '1'], 'there is no build in /no/such/folder'],
  ])('ends with 2 for %j', (given, message) => {
    const { status, stderr } = run(...given);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});
