import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainEntries } from './packages.ts';
import { check } from './table.ts';
import { typedRxjsVersions, typescriptVersions } from './versions.ts';
import { consumer, manifest, run, tool } from './workspace.ts';

export const dom = { lib: ['ES2022', 'DOM'], types: [] };
const server = { lib: ['ES2022'], types: ['node'] };

/** A way of finding the declarations, with the names that a consumer's file may have. */
interface Setting {
  readonly files: readonly string[];
  readonly [compilerOption: string]: unknown;
}

const settings: Readonly<Record<string, Setting>> = {
  'nodenext, DOM': { module: 'nodenext', files: ['esm.mts', 'cjs.cts'], ...dom },
  'nodenext, no DOM': { module: 'nodenext', files: ['esm.mts', 'cjs.cts'], ...server },
  'bundler, DOM': { module: 'esnext', moduleResolution: 'bundler', files: ['esm.ts'], ...dom },
};

const program = readFileSync(join(import.meta.dirname, 'consumer.ts'), 'utf8').replace(
  '../../src/index.ts',
  manifest.name,
);

/** The packed declarations under every TypeScript, where there is no Angular. */
export function checkTypes(tarball: string): void {
  for (const rxjs of typedRxjsVersions) {
    const types = `@types/node@${manifest.devDependencies['@types/node']}`;
    const folder = consumer(`types-${rxjs}`, tarball, `rxjs@${rxjs}`, types);
    checkDeclarations(folder, `rxjs ${rxjs}`, typescriptVersions, settings, (file) => {
      return `${program}\n${reexports(file.endsWith('.cts'))}`;
    });
  }
}

/** Compiles a consumer's program; the declarations are checked themselves too (no skipLibCheck). */
export function checkDeclarations(
  folder: string,
  beside: string,
  versions: readonly string[],
  settings: Readonly<Record<string, Setting>>,
  programOf: (file: string) => string,
): void {
  for (const [setting, { files, ...compilerOptions }] of Object.entries(settings)) {
    const project = join(folder, setting.replaceAll(/\W+/g, '-'));
    mkdirSync(project);
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'es2022',
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          noEmit: true,
          ...compilerOptions,
        },
        files,
      }),
    );
    for (const file of files) writeFileSync(join(project, file), programOf(file));
    for (const version of versions) {
      const tsc = tool(`typescript@${version}`, 'node_modules/typescript/bin/tsc');
      check(`declarations, ${setting}`, `${beside}, TypeScript ${version}`, () =>
        run(process.execPath, [tsc, '-p', project]),
      );
    }
  }
}

/** Every other entry that needs RxJS only, so that its declarations are checked as well. */
function reexports(commonJs: boolean): string {
  return plainEntries
    .filter(({ key, dual }) => key !== '.' && (dual || !commonJs))
    .map(({ key, specifier }) => `export * as ${key.replaceAll(/\W/g, '')} from '${specifier}';`)
    .join('\n');
}
