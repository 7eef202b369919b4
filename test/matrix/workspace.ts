import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root: string = join(import.meta.dirname, '../..');

/** Outside the repository, so that nothing is found there that a user would not have. */
const workspace = join(tmpdir(), 'rxjs-circuit-breaker-matrix');
let made: string | undefined;

/** The folder for what this run packs and installs. The folder stays if a check has failed. */
function scratch(): string {
  if (made !== undefined) return made;
  mkdirSync(workspace, { recursive: true });
  const folder = mkdtempSync(join(workspace, 'run-'));
  process.on('exit', (code) => {
    if (code === 0) rmSync(folder, { recursive: true });
    else console.error(`The packages and consumers of this run: ${folder}`);
  });
  made = folder;
  return folder;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

export interface Result {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a program to its end. */
export function run(command: string, args: readonly string[], cwd: string = root): Result {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 300_000,
  });
  return { ok: status === 0, output: `${stdout}${stderr}${error ?? ''}`.trim() };
}

function must(result: Result): string {
  if (!result.ok) throw new Error(result.output);
  return result.output;
}

function install(folder: string, packages: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const flags = ['--no-audit', '--no-fund', '--no-package-lock', '--legacy-peer-deps'];
  must(run('npm', ['install', '--loglevel=error', ...flags, ...packages], folder));
}

/** A tool of its own in a folder of its own; kept for the next run. */
export function tool(spec: string, file: string): string {
  const folder = join(workspace, 'tools', spec);
  if (!existsSync(join(folder, file))) install(folder, [spec]);
  return join(folder, file);
}

/** The package as it would be published. */
export function pack(): string {
  must(run('npm', ['pack', '--loglevel=error', `--pack-destination=${scratch()}`]));
  return join(scratch(), `${manifest.name}-${manifest.version}.tgz`);
}

/** A fresh project that has installed the package, beside the RxJS and whatever else is named. */
export function consumer(name: string, tarball: string, ...packages: string[]): string {
  const folder = join(scratch(), name);
  install(folder, [tarball, ...packages]);
  return folder;
}
