import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { runInThisContext } from 'node:vm';
import * as rxjs from 'rxjs';
import * as rxjsFetch from 'rxjs/fetch';
import * as rxjsTesting from 'rxjs/testing';
import ts from 'typescript';
import { entries } from '../../entries.ts';
import * as main from '../../src/index.ts';

/** The modules that snippets import, by specifier. */
const modules: Record<string, object> = {
  rxjs,
  'rxjs-circuit-breaker': main,
  'rxjs/fetch': rxjsFetch,
  'rxjs/testing': rxjsTesting,
};

const root = fileURLToPath(new URL('../..', import.meta.url));
const { devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** A module, and the names that a snippet gets from it without an import. */
export interface Offer {
  readonly specifier: string;
  readonly names: ReadonlySet<string>;
}

/** The types that the snippets use; types are invisible at run time. */
const types = ['Permit', 'CircuitBreaker'];

/** The names that the snippets of the README and of the manual get without an import. */
const offersOfManual: readonly Offer[] = [
  { specifier: 'rxjs-circuit-breaker', names: new Set([...Object.keys(main), ...types]) },
  { specifier: 'rxjs', names: new Set(Object.keys(rxjs)) },
];

/** Loads a module that a snippet imports: an entry of the package, or a package that the tests have. */
async function load(specifier: string): Promise<void> {
  if (modules[specifier] !== undefined) return;
  const entry = entries.find((each) => each.specifier === specifier);
  const installed = specifier.startsWith('node:') || packageOf(specifier) in devDependencies;
  if (entry !== undefined) modules[specifier] = await import(`${root}${entry.source}`);
  else if (installed) modules[specifier] = await import(/* @vite-ignore */ specifier);
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The complaints of TypeScript about the snippets, each a module of its own, given the stand-ins. */
export function typecheck(
  snippets: ReadonlyMap<string, string>,
  standIns: string,
  offersOf: (name: string) => readonly Offer[] = () => offersOfManual,
): string[] {
  const sources = new Map<string, string>();
  for (const [name, code] of snippets) {
    sources.set(`${root}readme/${name}.ts`, whole(code, {}, offersOf(name)));
  }
  sources.set(`${root}readme/standIns.d.ts`, standIns);
  const host = ts.createCompilerHost({});
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.readFile = (path) => sources.get(path) ?? readFile(path);
  host.getSourceFile = (path, ...rest) => {
    const source = sources.get(path);
    if (source === undefined) return getSourceFile(path, ...rest);
    return ts.createSourceFile(path, source, ts.ScriptTarget.ES2022, true);
  };
  const program = ts.createProgram({
    rootNames: [...sources.keys()],
    options: {
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      paths: Object.fromEntries(
        entries.map(({ specifier, source }) => [specifier, [`${root}${source}`]]),
      ),
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      useDefineForClassFields: false,
      experimentalDecorators: true,
      allowImportingTsExtensions: true,
      moduleDetection: ts.ModuleDetectionKind.Force,
      skipLibCheck: true,
      noEmit: true,
      types: ['node'],
      typeRoots: [`${root}node_modules/@types`],
    },
    host,
  });
  return [...sources.keys()].flatMap((path) =>
    [
      ...program.getSyntacticDiagnostics(program.getSourceFile(path)),
      ...program.getSemanticDiagnostics(program.getSourceFile(path)),
    ].map(({ messageText }) => {
      return `${path.slice(root.length)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    }),
  );
}

/**
 * Runs a snippet with stand-ins for the names that the snippet takes as given, and for modules that the snippet
 * imports. Returns the snippet's own functions, classes and variables; what they write to the console goes to `print`.
 */
export async function run(
  code: string,
  standIns: object,
  print: (line: string) => void,
  offers: readonly Offer[] = offersOfManual,
  replaced: Readonly<Record<string, object>> = {},
  // biome-ignore lint/suspicious/noExplicitAny: a snippet's names are its own; the type check is apart
): Promise<Record<string, any>> {
  const { outputText } = ts.transpileModule(whole(code, standIns, offers), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      useDefineForClassFields: false,
    },
  });
  for (const [, specifier] of outputText.matchAll(/require\("([^"]+)"\)/g)) {
    await load(specifier as string);
  }
  const exports = {};
  const log = (...values: unknown[]): void => {
    print(values.map((value) => shown(value)).join(' '));
  };
  const given: Record<string, unknown> = {
    exports,
    require: (name: string) => replaced[name] ?? modules[name] ?? unknownModule(name),
    console: {
      log,
      warn: log,
      error: log,
    },
    ...standIns,
  };
  // the line is kept, so that an error points into the snippet
  const body = `(async (${Object.keys(given).join(', ')}) => {${outputText}\n})`;
  await runInThisContext(body)(...Object.values(given));
  return exports;
}

/** The names of a variable declaration: one, or several in a pattern. */
function namesIn(name: ts.BindingName): readonly string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((each) => (ts.isOmittedExpression(each) ? [] : namesIn(each.name)));
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value);
}

function unknownModule(name: string): never {
  throw new Error(`no snippet may import ${name}`);
}

/** The snippet with the imports that it leaves out, exporting what it declares. */
function whole(code: string, standIns: object, offers: readonly Offer[]): string {
  const file = ts.createSourceFile('snippet.ts', code, ts.ScriptTarget.ES2022, true);
  const own = new Set<string>(Object.keys(standIns));
  const exported: string[] = [];
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) {
      statement.importClause?.namedBindings?.forEachChild((each) => {
        if (ts.isImportSpecifier(each)) own.add(each.name.text);
      });
    } else if (ts.isClassDeclaration(statement) && statement.name) {
      exported.push(statement.name.text);
    } else if (ts.isFunctionDeclaration(statement) && statement.name) {
      exported.push(statement.name.text);
    } else if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations)
        exported.push(...namesIn(name));
    }
  }
  for (const name of exported) own.add(name);
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text);
    node.forEachChild(visit);
  };
  visit(file);
  const imports = offers.flatMap(({ specifier, names: offered }) => {
    const names = [...used].filter((name) => !own.has(name) && offered.has(name));
    for (const name of names) own.add(name);
    return names.length > 0 ? [`import { ${names.join(', ')} } from '${specifier}';`] : [];
  });
  return `${imports.join(' ')} ${code}\nexport { ${exported.join(', ')} };\n`;
}
