import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Entry } from '../../entries.ts';
import { plainEntries } from './packages.ts';
import { check } from './table.ts';
import { bunVersion, denoVersion, nodeVersions, rxjsVersions } from './versions.ts';
import { consumer, manifest, root, run, tool } from './workspace.ts';

const runner = `
import * as rxjs from 'rxjs';
import * as library from '${manifest.name}';
import { contract } from './test/contract/contract.ts';

async function hold() {
  let broken = 0;
  for (const [claim, holds] of Object.entries(contract)) {
    try {
      await holds({ rxjs, library });
    } catch (error) {
      broken++;
      console.error(claim + ': ' + error);
    }
  }
  if (broken > 0) throw new Error(broken + ' claims broken');
  console.log(Object.keys(contract).length + ' claims hold');
}
hold();
`;

const bundle = { stdin: { contents: runner, resolveDir: root }, bundle: true, target: 'es2022' };

/** The testing entry, by a claim that needs all of it: virtual time, a scheduler, each kind of row. */
const marble = `
import { assertMarble } from '${manifest.name}/testing';

assertMarble('A failure opens it, and a good probe closes it\\n\\n' +
  '  circuitBreaker({ failureThreshold: 1, retryTimeout: 3 })\\n\\n' +
  '  calls    -fs-s--\\n' +
  '  source   -f--s--\\n' +
  '  results  -xo-s--\\n' +
  '  state    CO--(HC)\\n');
console.log('the marble holds');
`;

/** Each runtime: what the table calls it, its program, and what goes before the name of a file. */
function runtimes(): readonly (readonly [name: string, program: string, ...args: string[]])[] {
  return [
    ...nodeVersions.map(
      (version) => [`Node ${version}`, tool(`node@${version}`, 'node_modules/.bin/node')] as const,
    ),
    [`Bun ${bunVersion}`, tool(`bun@${bunVersion}`, 'node_modules/.bin/bun')],
    [`Deno ${denoVersion}`, tool(`deno@${denoVersion}`, 'node_modules/.bin/deno'), 'run', '-A'],
  ];
}

/** The built package under every RxJS and every runtime, as an ES module and as CommonJS. */
export function checkRuntimes(tarball: string): void {
  for (const rxjs of rxjsVersions) {
    const folder = consumer(`rxjs-${rxjs}`, tarball, `rxjs@${rxjs}`);
    const shared = { platform: 'node' as const, external: ['rxjs', manifest.name] };
    for (const [format, extension] of [
      ['esm', 'mjs'],
      ['cjs', 'cjs'],
    ] as const) {
      const outfile = (name: string): string => join(folder, `${name}.${extension}`);
      buildSync({ ...bundle, ...shared, format, outfile: outfile('contract') });
      const stdin = { contents: marble, resolveDir: root };
      buildSync({ ...bundle, ...shared, format, stdin, outfile: outfile('marble') });
    }
    writeFileSync(join(folder, 'same.mjs'), sameness(plainEntries.filter(({ dual }) => dual)));
    for (const [name, program, ...args] of runtimes()) {
      const where = `rxjs ${rxjs}, ${name}`;
      const runs = (file: string) => () => run(program, [...args, file], folder);
      check('contract, ES module', where, runs('contract.mjs'));
      check('contract, CommonJS', where, runs('contract.cjs'));
      check('testing entry, ES module', where, runs('marble.mjs'));
      check('testing entry, CommonJS', where, runs('marble.cjs'));
      // Bun does not know the condition `module-sync`, so it loads a copy for each of `require` and `import`
      if (!name.startsWith('Bun')) check('require and import agree', where, runs('same.mjs'));
    }
  }
}

/** A program that loads each entry both ways and compares what it gets. */
function sameness(dual: readonly Entry[]): string {
  return `
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
for (const specifier of ${JSON.stringify(dual.map(({ specifier }) => specifier))}) {
  const [imported, required] = [await import(specifier), require(specifier)];
  const names = Object.keys(imported);
  const differing = names.filter((name) => imported[name] !== required[name]);
  if (differing.length > 0 || names.length === 0) throw new Error(specifier + ': ' + differing);
  console.log(specifier + ': ' + names.length + ' exports are the same');
}
`;
}

/** Bundled whole for a browser by esbuild, and run where there is nothing of Node but a console. */
export function checkBundle(tarball: string): void {
  const folder = consumer('bundle', tarball, 'rxjs@7.8.2');
  buildSync({
    ...bundle,
    alias: {
      rxjs: join(folder, 'node_modules/rxjs'),
      [manifest.name]: join(folder, 'node_modules', manifest.name),
    },
    format: 'iife',
    platform: 'browser',
    outfile: join(folder, 'bundle.js'),
  });
  writeFileSync(
    join(folder, 'run.mjs'),
    `
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
const web = { console, setTimeout, clearTimeout, setInterval, clearInterval, AbortController };
runInContext(readFileSync('bundle.js', 'utf8'), createContext(web));
`,
  );
  check('contract, bundled by esbuild', 'no Node globals', () =>
    run(process.execPath, ['run.mjs'], folder),
  );
}
