// The walls of the house: arrows point one way, entries -> keyed/ -> rxjs/ -> core/.
// test/structure/walls.test.ts shows that each wall stops what it is there to stop.
import { bins, entries } from './entries.ts';

const rxjs = '(^|/)node_modules/rxjs/';

/** Modules that may reach past the doors of the house: a list to be kept empty. */
export const exceptions = [];

/** Scripts of web pages: the build of the page reads these, and no module imports them. */
const scripts = ['src/dashboard/browser/main.ts'];

/** A pattern of these paths and no others. */
const exactly = (paths) => paths.map((path) => `^${path.replaceAll('.', '\\.')}$`);

/** The walls of a package with these entries and programs. */
export function walls(entries, bins, exceptions) {
  const folders = entries.flatMap(({ folder }) => folder ?? []).join('|');
  const anEntry = `^src/(${folders})/`;
  const doors = exactly([...[...entries, ...bins].map(({ source }) => source), ...scripts]);
  return [
    {
      name: 'core-imports-core',
      comment: 'core/ is pure TypeScript over a clock: nothing outside core/, no package at all',
      from: { path: '^src/core/' },
      to: { pathNot: '^src/core/' },
    },
    {
      name: 'rxjs-imports-core',
      comment: 'rxjs/ makes RxJS of the core: core/ and the package rxjs, nothing else',
      from: { path: '^src/rxjs/' },
      to: { pathNot: ['^src/(rxjs|core)/', rxjs] },
    },
    {
      name: 'keyed-imports-rxjs-and-core',
      comment:
        'keyed/ keeps a breaker for each key: rxjs/, core/ and the package rxjs, nothing else',
      from: { path: '^src/keyed/' },
      to: { pathNot: ['^src/(keyed|rxjs|core)/', rxjs] },
    },
    {
      name: 'main-entry-shows-the-parts',
      comment: 'src/index.ts hands out what core/, rxjs/ and keyed/ export, nothing else',
      from: { path: '^src/index\\.ts$' },
      to: { pathNot: '^src/(core|rxjs|keyed)/' },
    },
    {
      name: 'entries-use-the-doors',
      comment:
        'an entry uses src/index.ts, rxjs/, keyed/ and the door of the core, src/core/index.ts; ' +
        'export there what the entry needs',
      from: { path: anEntry, pathNot: exactly(exceptions) },
      to: { path: '^src/core/', pathNot: '^src/core/index\\.ts$' },
    },
    {
      name: 'telemetry-uses-the-doors',
      comment:
        'telemetry/ reads breakers for the entries that show figures: src/index.ts and the door of the core',
      from: { path: '^src/telemetry/' },
      to: { pathNot: ['^src/telemetry/', '^src/index\\.ts$', '^src/core/index\\.ts$', rxjs] },
    },
    {
      name: 'entries-stand-apart',
      comment: 'no entry imports another one; only testing/ may import lab/, for simulate',
      from: { path: anEntry, pathNot: '^src/testing/' },
      to: { path: anEntry, pathNot: '^src/$1/' },
    },
    {
      name: 'testing-uses-lab-only',
      comment: 'no entry imports another one; only testing/ may import lab/, for simulate',
      from: { path: '^src/testing/' },
      to: { path: anEntry, pathNot: '^src/(testing|lab)/' },
    },
    {
      name: 'no-circles',
      comment: 'a type-only import counts as well',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'every module is reached from an entry or a program; is the entry in `exports`?',
      from: { path: doors },
      to: { path: '^src/', pathNot: doors, reachable: false },
    },
    {
      name: 'no-unresolvable-imports',
      comment: 'an import leads to a file, or to an installed package',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'packages-are-peers',
      comment: 'users install the peers of package.json: src/ imports these and Node only',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm-peer'],
      },
    },
  ].map((wall) => ({ severity: 'error', ...wall }));
}

export const options = {
  doNotFollow: { path: 'node_modules' },
  tsConfig: { fileName: 'tsconfig.json' },
  tsPreCompilationDeps: true,
  enhancedResolveOptions: {
    exportsFields: ['exports'],
    conditionNames: ['import', 'types', 'default'],
    extensions: ['.ts', '.js', '.d.ts'],
  },
};

export default { forbidden: walls(entries, bins, exceptions), options };
