import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainEntries } from './packages.ts';
import { check } from './table.ts';
import { nodeVersions } from './versions.ts';
import { consumer, manifest, run, tool } from './workspace.ts';

/** The compilers that still know this resolution, and what they want to hear when they use it. */
const compilers: Readonly<Record<string, object>> = {
  '5.4': {},
  '5.9': {},
  '6.0': { ignoreDeprecations: '6.0' },
};

const program = readFileSync(join(import.meta.dirname, 'node10Consumer.ts'), 'utf8')
  .replace('../../src/testing/index.ts', `${manifest.name}/testing`)
  .replace('../../src/index.ts', manifest.name);

/**
 * A project that compiles to CommonJS with TypeScript's resolution `node10`, as ts-jest and the starter of
 * Nest do: every entry is found, and the program that comes out runs.
 */
export function checkNode10(tarball: string): void {
  const types = `@types/node@${manifest.devDependencies['@types/node']}`;
  const folder = consumer('node10', tarball, 'rxjs@7.8.2', types);
  const others = plainEntries.map(({ specifier }, index) => {
    return `export * as entry${index} from '${specifier}';`;
  });
  for (const [version, more] of Object.entries(compilers)) {
    const project = join(folder, version);
    mkdirSync(project);
    writeFileSync(join(project, 'program.ts'), `${program}\n${others.join('\n')}\n`);
    const compilerOptions = {
      target: 'es2022',
      module: 'commonjs',
      moduleResolution: 'node10',
      esModuleInterop: true,
      strict: true,
      types: ['node'],
      ...more,
    };
    const files = ['program.ts'];
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const tsc = tool(`typescript@${version}`, 'node_modules/typescript/bin/tsc');
    check('declarations, node10', `TypeScript ${version}`, () =>
      run(process.execPath, [tsc, '-p', project]),
    );
    for (const release of nodeVersions) {
      const node = tool(`node@${release}`, 'node_modules/node/bin/node');
      check('CommonJS made with node10', `TypeScript ${version}, Node ${release}`, () =>
        run(node, ['program.js'], project),
      );
    }
  }
}
