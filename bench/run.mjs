// The bench, by `npm run bench`; README.md lists the options.

import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildOf, CannotCompare, commitOf } from './lib/checkout.ts';
import { command } from './lib/command.ts';
import { install } from './lib/install.ts';
import { passingFolder } from './lib/leaving.ts';
import { leftOut } from './lib/verdict.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..');

/** Ends the bench: 2 stands for a bench that could not measure. */
function refuse(reason) {
  console.error(reason);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      options: {
        build: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        row: { type: 'string' },
        forks: { type: 'string' },
        json: { type: 'string' },
        chart: { type: 'string' },
        dist: { type: 'string' },
        rival: { type: 'string' },
        against: { type: 'string' },
        only: { type: 'string' },
      },
    }).values;
  } catch (error) {
    return refuse(error.message);
  }
}

function whole(name, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    refuse(`--${name} must be a whole number from 1 on, got ${JSON.stringify(text)}`);
  }
  return value;
}

/** A copy of a build in this folder: another build made meanwhile stays out, and both find the same rxjs. */
function copyOf(folder) {
  if (!existsSync(join(folder, 'index.js'))) refuse(`there is no build in ${folder}`);
  const copy = passingFolder(join(here, '.dist-'));
  cpSync(folder, copy, { recursive: true });
  writeFileSync(join(copy, 'package.json'), '{ "type": "module", "sideEffects": false }\n');
  return pathToFileURL(join(copy, 'index.js')).href;
}

if (Number(process.versions.node.split('.')[0]) < 22) {
  refuse('The bench needs Node 22 or newer: run it with npm run bench.');
}
const given = options();
const forks = given.forks === undefined ? undefined : whole('forks', given.forks);
const rows = given.row?.split(',').map((row) => whole('row', row));
if (given.against !== undefined && given.rival !== undefined) {
  refuse('--against and --rival exclude each other: each names the other build');
}
const isComparison = given.against !== undefined || given.rival !== undefined;
for (const name of isComparison ? ['row', 'json', 'chart'] : ['only']) {
  if (given[name] === undefined) continue;
  refuse(`--${name} ${isComparison ? 'is not for' : 'needs'} --against or --rival`);
}

async function main() {
  if (isComparison && forks !== undefined) leftOut(forks);
  const commit = given.against === undefined ? null : await commitOf(given.against, root);
  const own = given.dist ?? join(root, 'dist');
  if (given.build) {
    await install(here);
    if (given.dist === undefined) {
      const { code, said } = await command('npm', ['run', '-s', 'build'], root);
      if (code !== 0) refuse(`the build failed:\n${said}`);
    }
  }
  process.env.BENCH_DIST = copyOf(own);
  if (!isComparison) {
    const { report } = await import('./report.mjs');
    return report({ ...given, forks, rows });
  }
  if (commit !== null) process.stderr.write(`builds ${given.against} (${commit.slice(0, 9)}) ... `);
  process.env.BENCH_RIVAL = copyOf(commit === null ? given.rival : await buildOf(commit, root));
  if (commit !== null) process.stderr.write('\n');
  const { against } = await import('./against.mjs');
  const plan = given.quick
    ? { forks: forks ?? 8, rounds: 12, sampleMs: 1, warmMs: 20, repeats: 2 }
    : { forks: forks ?? 16, rounds: 16, sampleMs: 2, warmMs: 40, repeats: 3 };
  const name = commit === null ? given.rival : `${given.against} (${commit.slice(0, 9)})`;
  const worse = await against(name, plan, given.only?.split(','));
  if (worse.length === 0) return 0;
  console.error(`\nworse than ${name}: ${worse.join(', ')}`);
  return 1;
}

try {
  process.exit(await main());
} catch (error) {
  if (error instanceof CannotCompare || error instanceof RangeError) refuse(error.message);
  throw error;
}
