import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { binsOf, entriesOf } from '../../entries.ts';

const root = join(import.meta.dirname, '../..');

/** A package as ours is laid out: five entries and a program. */
const dual = (name: string): object => {
  const [esModule, commonJs] = [`./dist/${name}.js`, `./dist/${name}.cjs`];
  return { 'module-sync': esModule, import: esModule, require: commonJs };
};
const manifest = {
  name: 'house',
  type: 'module',
  exports: {
    '.': dual('index') as Record<string, unknown>,
    './lab': './dist/lab.js',
    './one': './dist/one.js',
    './testing': './dist/testing.js',
    './two': './dist/two.js',
  },
  bin: { lab: './dist/lab/bin.js' },
  peerDependencies: { rxjs: '*', 'fast-check': '*' },
  devDependencies: { esbuild: '*' },
};

/** Every import in these modules is allowed. */
const house: Record<string, string> = {
  'src/core/index.ts': `export * from './state.js';`,
  'src/core/state.ts': `export const state = 1;`,
  'src/rxjs/call.ts': `import 'rxjs'; import 'rxjs/testing'; import '../core/state.js';`,
  'src/keyed/group.ts': `import 'rxjs'; import '../core/state.js'; import '../rxjs/call.js';`,
  'src/index.ts': `export * from './core/state.js'; import './keyed/group.js'; import './rxjs/call.js';`,
  'src/lab/index.ts': `import '../index.js';`,
  'src/lab/bin.ts': `import 'node:fs'; import './index.js';`,
  'src/telemetry/reading.ts': `import 'rxjs'; import '../core/index.js'; import '../index.js';`,
  'src/one/index.ts': `import 'fast-check'; import './inside.js'; import '../index.js'; import '../telemetry/reading.js';`,
  'src/one/inside.ts': `import '../core/index.js'; import '../keyed/group.js'; import '../rxjs/call.js';`,
  'src/testing/index.ts': `import '../lab/index.js';`,
  'src/two/index.ts': `import '../index.js';`,
};

/** Each of these modules, added to the house, has to run into the wall that is named. */
const intruders: readonly (readonly [path: string, text: string, violation: string])[] = [
  ['src/core/a.ts', `import '../rxjs/call.js';`, 'core-imports-core > src/rxjs/call.ts'],
  ['src/core/b.ts', `import type { Observable } from 'rxjs';`, 'core-imports-core > rxjs'],
  ['src/core/c.ts', `import 'node:fs';`, 'core-imports-core > fs'],
  ['src/rxjs/a.ts', `import '../keyed/group.js';`, 'rxjs-imports-core > src/keyed/group.ts'],
  ['src/rxjs/b.ts', `import 'fast-check';`, 'rxjs-imports-core > fast-check'],
  ['src/rxjs/c.ts', `import '../index.js';`, 'rxjs-imports-core > src/index.ts'],
  ['src/keyed/a.ts', `import '../one/index.js';`, 'keyed-imports-rxjs-and-core > src/one/index.ts'],
  ['src/keyed/b.ts', `import 'fast-check';`, 'keyed-imports-rxjs-and-core > fast-check'],
  [
    'src/one/a.ts',
    `export type { state } from '../core/state.js';`,
    'entries-use-the-doors > src/core/state.ts',
  ],
  [
    'src/telemetry/a.ts',
    `import '../core/state.js';`,
    'telemetry-uses-the-doors > src/core/state.ts',
  ],
  [
    'src/telemetry/b.ts',
    `import '../one/index.js';`,
    'telemetry-uses-the-doors > src/one/index.ts',
  ],
  ['src/one/b.ts', `import '../two/index.js';`, 'entries-stand-apart > src/two/index.ts'],
  [
    'src/one/c.ts',
    `export type {} from '../lab/index.js';`,
    'entries-stand-apart > src/lab/index.ts',
  ],
  ['src/lab/a.ts', `import '../testing/index.js';`, 'entries-stand-apart > src/testing/index.ts'],
  ['src/testing/a.ts', `import '../one/index.js';`, 'testing-uses-lab-only > src/one/index.ts'],
  [
    'src/two/a.ts',
    `import type { B } from './b.js'; export type A = B;`,
    'no-circles > src/two/b.ts',
  ],
  ['src/two/c.ts', `import './nowhere.js';`, 'no-unresolvable-imports > ./nowhere.js'],
  ['src/two/d.ts', `import 'esbuild';`, 'packages-are-peers > esbuild'],
];

/** What the walls stop in a house, each as `importing module: wall > imported module`. */
function stopped(files: Record<string, string>, doors: readonly string[] = []): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'walls-'));
  try {
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    for (const [path, text] of Object.entries(files)) write(path, text);
    write('package.json', JSON.stringify(manifest));
    write('tsconfig.json', '{ "compilerOptions": { "module": "nodenext" }, "include": ["src"] }');
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const bins = [...binsOf(manifest), ...doors.map((source) => ({ source }))];
    return cruise(
      folder,
      folder,
      `walls(${JSON.stringify([entriesOf(manifest), bins]).slice(1, -1)}, [])`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Cruises the `src` of a folder, between walls that an expression makes; see `stopped`. */
function cruise(house: string, scratch: string, walls: string): string[] {
  const config = join(scratch, 'walls.mjs');
  writeFileSync(
    config,
    `import { bins, entries } from '${pathToFileURL(join(root, 'entries.ts'))}';
    import { options, walls } from '${pathToFileURL(join(root, '.dependency-cruiser.mjs'))}';
    export default { forbidden: ${walls}, options };`,
  );
  const depcruise = join(root, 'node_modules/.bin/depcruise');
  const args = [depcruise, 'src', '--config', config, '--output-type', 'json'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: house, encoding: 'utf8' });
  if (stderr !== '') throw new Error(stderr);
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { rule: { name: string }; from: string; to: string }[] };
  };
  return summary.violations.map(({ rule, from, to }) => {
    const imported = to.replace(/^.*node_modules\/(@[^/]+\/[^/]+|[^/]+)\/.*$/, '$1');
    return from === to ? `${from}: ${rule.name}` : `${from}: ${rule.name} > ${imported}`;
  });
}

test('no wall stands in the way of an import that is allowed', () => {
  expect(stopped(house)).toEqual([]);
});

test('each wall stops the imports that it is there to stop, and no others', () => {
  const files = Object.fromEntries(intruders.map(([path, text]) => [path, text]));
  files['src/two/b.ts'] = `import type { A } from './a.js'; export type B = A;`; // the circle with a.ts
  // as programs of the package the intruders are reached, so that they are no orphans as well
  const found = stopped({ ...house, ...files }, Object.keys(files));
  expect(found.sort()).toEqual(
    intruders.map(([path, , violation]) => `${path}: ${violation}`).sort(),
  );
});

test('a wall stops what the main entry may not hand out', () => {
  const text = `import './one/index.js'; import './testing/index.js'; import 'rxjs';`;
  const found = stopped({ ...house, 'src/index.ts': text });
  const wall = 'src/index.ts: main-entry-shows-the-parts';
  for (const imported of ['src/one/index.ts', 'src/testing/index.ts', 'rxjs']) {
    expect(found).toContain(`${wall} > ${imported}`);
  }
});

test('a wall stops a module that nobody reaches, and a folder that is no entry', () => {
  const found = stopped({
    ...house,
    'src/one/alone.ts': `import './inside.js';`,
    'src/helpers/index.ts': `export const help = 1;`,
  });
  expect(found.sort()).toEqual([
    'src/helpers/index.ts: no-orphans',
    'src/one/alone.ts: no-orphans',
  ]);
});

test('the exceptions from the walls are the modules that need one', async () => {
  const { exceptions } = (await import(join(root, '.dependency-cruiser.mjs'))) as {
    exceptions: string[];
  };
  const scratch = mkdtempSync(join(tmpdir(), 'walls-'));
  try {
    const found = cruise(root, scratch, 'walls(entries, bins, [])').map((each) => each.split(': '));
    const needed = found.flatMap(([path, wall = '']) =>
      wall.startsWith('entries-use-the-doors') ? path : [],
    );
    const hint = 'delete what needs no exception from .dependency-cruiser.mjs';
    expect([...new Set(needed)].sort(), hint).toEqual(exceptions);
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
