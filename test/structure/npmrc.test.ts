import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'npmrc-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (path: string, value: object): void =>
  writeFileSync(join(folder, path), JSON.stringify(value));

/** What npm prints to stderr, without the settings that the test run got from npm. */
function npm(...args: string[]): string {
  const env = Object.entries(process.env).filter(
    ([name]) => !name.toLowerCase().startsWith('npm_'),
  );
  const options = { cwd: folder, encoding: 'utf8', env: Object.fromEntries(env) } as const;
  return spawnSync('npm', [...args, '--offline', '--no-audit', '--no-fund'], options).stderr;
}

/** A project with a tool that wants a newer Node than there is. */
function project(): void {
  mkdirSync(join(folder, 'tool'));
  write('tool/package.json', { name: 'tool', version: '1.0.0', engines: { node: '>=999' } });
  write('package.json', { name: 'house', private: true, devDependencies: { tool: 'file:tool' } });
}

test('the first command does not warn of tools that want a newer Node than the host has', () => {
  project();
  expect(npm('install')).toContain('EBADENGINE');
  cpSync(join(root, '.npmrc'), join(folder, '.npmrc'));
  expect(npm('ci')).toBe('');
});

test('the first command still prints its errors', () => {
  project();
  cpSync(join(root, '.npmrc'), join(folder, '.npmrc'));
  expect(npm('ci')).toContain('npm error');
  expect(npm('ci')).toContain('package-lock.json');
});
