import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { entries } from '../../entries.ts';
import type { Offer } from '../readme/snippets.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The code of an `@example`. */
export interface Example {
  /** The file and the line of the comment: `src/core/trip.ts:88`. */
  readonly place: string;
  readonly code: string;
  /** The folder of the package entry that the file belongs to; null for the main entry. */
  readonly folder: string | null;
}

/** An export of an entry, with its doc comment. */
export interface Documented {
  readonly specifier: string;
  readonly name: string;
  /** The text of the doc comment, without its tags. */
  readonly text: string;
  /** The names of the tags: `example`, `throws`, ... */
  readonly tags: readonly string[];
  /** A type: users see a type in the example of the function that takes or returns the type. */
  readonly isType: boolean;
}

const config = ts.readConfigFile(`${root}test/tsconfig.json`, ts.sys.readFile).config;
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, `${root}test`);

/** Modules whose names the examples of an entry use without an import. */
const surroundings: Readonly<Record<string, readonly string[]>> = {
  angular: ['@angular/core', '@angular/common/http'],
  redis: ['redis', 'ioredis', 'iovalkey', '@valkey/valkey-glide'],
  nestjs: [
    '@nestjs/common',
    '@nestjs/core',
    '@nestjs/testing',
    '@nestjs/axios',
    '@nestjs/terminus',
  ],
};

const specifiers = [
  ...entries.map(({ specifier }) => specifier),
  'rxjs',
  'rxjs/fetch',
  ...Object.values(surroundings).flat(),
];

// one module that imports all others: so the compiler finds each as a user of the package would
const asking = `${root}test/docs/asking.ts`;
const text = specifiers.map((specifier, at) => `import * as module${at} from '${specifier}';`);
const host = ts.createCompilerHost(options, true);
const { getSourceFile, fileExists } = host;
host.fileExists = (path) => path === asking || fileExists(path);
host.getSourceFile = (path, version, ...rest) =>
  path === asking
    ? ts.createSourceFile(path, text.join('\n'), version, true)
    : getSourceFile(path, version, ...rest);
const program = ts.createProgram({ rootNames: [asking], options, host });
const checker = program.getTypeChecker();

function exportsOf(specifier: string): readonly ts.Symbol[] {
  const { statements } = program.getSourceFile(asking) as ts.SourceFile;
  const statement = statements[specifiers.indexOf(specifier)] as ts.ImportDeclaration;
  const symbol = checker.getSymbolAtLocation(statement.moduleSpecifier);
  if (symbol === undefined) throw new Error(`cannot find ${specifier}`);
  return checker.getExportsOfModule(symbol);
}

/** The names that an example gets without an import: of its entry, of the main entry, of RxJS. */
export function offersOf(folder: string | null): readonly Offer[] {
  const own = entries.find((entry) => entry.folder === folder);
  const wanted = [
    ...(own === undefined ? [] : [own.specifier]),
    'rxjs-circuit-breaker',
    ...(surroundings[folder ?? ''] ?? []),
    'rxjs',
    'rxjs/fetch',
  ];
  return [...new Set(wanted)].map((specifier) => ({
    specifier,
    names: new Set(exportsOf(specifier).map(({ name }) => name)),
  }));
}

/** True for a class that an entry exports by `export type`. */
function isTypeOnly({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some(
    (each) => ts.isExportSpecifier(each) && (each.isTypeOnly || each.parent.parent.isTypeOnly),
  );
}

/** Every export of every entry. */
export function documented(): readonly Documented[] {
  return entries.flatMap(({ specifier }) =>
    exportsOf(specifier).map((exported) => {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
      return {
        specifier,
        name: exported.name,
        text: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
        tags: symbol.getJsDocTags(checker).map(({ name }) => name),
        isType: (symbol.flags & ts.SymbolFlags.Value) === 0 || isTypeOnly(exported),
      };
    }),
  );
}

/** Every `@example` in the doc comments of the sources, of members and of internal parts, too. */
export function examples(): readonly Example[] {
  return comments().flatMap(({ file, line, text }) =>
    [...text.matchAll(/@example[^\n]*\n```ts\n([\s\S]*?)\n```/g)].map(([, code]) => ({
      place: `${file}:${line}`,
      code: code as string,
      folder: entries.find(({ folder }) => file.startsWith(`src/${folder}/`))?.folder ?? null,
    })),
  );
}

/** A picture in a doc comment. */
export interface Picture {
  readonly place: string;
  readonly text: string;
  readonly url: URL;
}

/** Every picture in the doc comments of the sources. */
export function pictures(): readonly Picture[] {
  return comments().flatMap(({ file, line, text: comment }) =>
    [...comment.matchAll(/!\[([^\]]*)\]\(([^)]*)\)/g)].map(([, text = '', path = '']) => ({
      place: `${file}:${line}`,
      text,
      url: new URL(path, pathToFileURL(`${root}${file}`)),
    })),
  );
}

/** A claim that a comment names by its folder and number: `marbles/03-open/14`. */
export interface Reference {
  readonly place: string;
  /** The beginning of the path inside of `marbles/`. */
  readonly path: string;
}

/** Every claim that a doc comment of the sources names. */
export function references(): readonly Reference[] {
  return comments().flatMap(({ file, line, text }) =>
    [...text.matchAll(/\bmarbles\/(\d\d-[a-z-]+(?:\/\d\d)?)\b/g)].map(([, path = '']) => ({
      place: `${file}:${line}`,
      path,
    })),
  );
}

interface DocComment {
  readonly file: string;
  readonly line: number;
  /** The comment without its stars. */
  readonly text: string;
}

function comments(): readonly DocComment[] {
  const files = program
    .getSourceFiles()
    .map(({ fileName }) => relative(root, fileName))
    .filter((file) => file.startsWith('src/'));
  return files.flatMap((file) => {
    const source = readFileSync(`${root}${file}`, 'utf8');
    return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].map(({ 0: comment, index }) => ({
      file,
      line: source.slice(0, index).split('\n').length,
      text: comment.replace(/^[ \t]*\* ?/gm, ''),
    }));
  });
}
