import { readFileSync } from 'node:fs';

// The one list of entries is `exports` in package.json. The build, the walls, the tests and the matrix read
// it here. A new entry `./foo` is a folder with `src/foo/index.ts`, and one of these lines in `exports`:
//
//   "./foo": { "module-sync": "./dist/foo.js", "import": "./dist/foo.js", "require": "./dist/foo.cjs" }
//   "./foo": "./dist/foo.js"                   (no CommonJS build)
//
// A program `"bin": { "foo": "./dist/foo/bin.js" }` is built from `src/foo/bin.ts`.

/** One way into the package. */
export interface Entry {
  /** The key in `exports`: `.`, `./testing`. */
  readonly key: string;
  /** What a user imports: `rxjs-circuit-breaker/testing`. */
  readonly specifier: string;
  /** The name of the built files in `dist`, without an ending: `index`, `testing`. */
  readonly name: string;
  /** The folder of the entry in `src`, or null for the main entry: `testing`. */
  readonly folder: string | null;
  /** The module of the entry: `src/testing/index.ts`. */
  readonly source: string;
  /** The built declarations: `dist/testing.d.ts`. */
  readonly declarations: string;
  /** Whether there is a CommonJS build beside the ES module. */
  readonly dual: boolean;
}

/** A program of the package. */
export interface Bin {
  /** The command. */
  readonly command: string;
  /** The name of the built file in `dist`, without its ending: `lab/bin`. */
  readonly name: string;
  /** The module of the program: `src/lab/bin.ts`. */
  readonly source: string;
}

type Target = string | Readonly<Record<string, unknown>>;

/** The part of package.json that says what the package consists of. */
export interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, Target>>;
  readonly bin?: Readonly<Record<string, string>>;
}

/**
 * The entries that a manifest lists.
 *
 * @throws {Error} An entry that leads to another file than the build makes for it.
 */
export function entriesOf({ name: packageName, exports }: Manifest): readonly Entry[] {
  return Object.entries(exports)
    .filter(([key]) => key !== './package.json')
    .map(([key, target]) => {
      const folder = key === '.' ? null : key.slice('./'.length);
      const name = folder ?? 'index';
      const [esModule, commonJs] = [`./dist/${name}.js`, `./dist/${name}.cjs`];
      const dual = typeof target !== 'string';
      const wanted = dual
        ? { 'module-sync': esModule, import: esModule, require: commonJs }
        : esModule;
      if (JSON.stringify(target) !== JSON.stringify(wanted)) {
        const [want, got] = [JSON.stringify(wanted), JSON.stringify(target)];
        throw new Error(`package.json: exports["${key}"] must be ${want}, got ${got}`);
      }
      return {
        key,
        specifier: folder === null ? packageName : `${packageName}/${folder}`,
        name,
        folder,
        source: folder === null ? 'src/index.ts' : `src/${folder}/index.ts`,
        declarations: `dist/${name}.d.ts`,
        dual,
      };
    });
}

/**
 * The programs that a manifest lists.
 *
 * @throws {Error} A program outside of `dist`.
 */
export function binsOf({ bin = {} }: Manifest): readonly Bin[] {
  return Object.entries(bin).map(([command, target]) => {
    const name = /^\.\/dist\/(.+)\.js$/.exec(target)?.[1];
    if (name === undefined) {
      throw new Error(`package.json: bin["${command}"] must be ./dist/....js, got ${target}`);
    }
    return { command, name, source: `src/${name}.ts` };
  });
}

const manifest = JSON.parse(
  readFileSync(new URL('package.json', import.meta.url), 'utf8'),
) as Manifest;

/** The entries of this package. */
export const entries: readonly Entry[] = entriesOf(manifest);

/** The programs of this package. */
export const bins: readonly Bin[] = binsOf(manifest);
