import * as diagnostics from 'node:diagnostics_channel';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import * as promClient from 'prom-client';
import * as rxjs from 'rxjs';
import * as rxjsFetch from 'rxjs/fetch';
import * as rxjsTesting from 'rxjs/testing';
import ts from 'typescript';
import { entries } from '../../entries.ts';
import * as main from '../../src/index.ts';

/** What a snippet may import. Names that it uses and does not import come from the first two. */
const modules: Record<string, object> = {
  'node:diagnostics_channel': diagnostics,
  'prom-client': promClient,
  rxjs,
  'rxjs-circuit-breaker': main,
  'rxjs/fetch': rxjsFetch,
  'rxjs/testing': rxjsTesting,
};

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Loads the entry of the package that a snippet imports; an entry that no snippet imports is not loaded. */
async function load(specifier: string): Promise<void> {
  const entry = entries.find((each) => each.specifier === specifier);
  if (entry !== undefined) modules[specifier] ??= await import(`${root}${entry.source}`);
}

/** What TypeScript has to say against the snippets, each a module of its own, given the stand-ins. */
export function typecheck(snippets: ReadonlyMap<string, string>, standIns: string): string[] {
  const sources = new Map<string, string>();
  for (const [name, code] of snippets) sources.set(`${root}readme/${name}.ts`, whole(code));
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
 * Runs a snippet with stand-ins for what it takes as given. Answers with what it declares; `console.log`
 * goes to `print`.
 */
export async function run(
  code: string,
  standIns: object,
  print: (line: string) => void,
  // biome-ignore lint/suspicious/noExplicitAny: a snippet's names are its own; the type check is apart
): Promise<Record<string, any>> {
  const { outputText } = ts.transpileModule(whole(code, standIns), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  for (const [, specifier] of outputText.matchAll(/require\("([^"]+)"\)/g)) {
    await load(specifier as string);
  }
  const exports = {};
  const given: Record<string, unknown> = {
    exports,
    require: (name: string) => modules[name] ?? unknownModule(name),
    console: { log: (...values: unknown[]) => print(values.join(' ')) },
    ...standIns,
  };
  // the line is kept, so that an error points into the snippet
  const body = `(async (${Object.keys(given).join(', ')}) => {${outputText}\n})`;
  await runInThisContext(body)(...Object.values(given));
  return exports;
}

function unknownModule(name: string): never {
  throw new Error(`no snippet may import ${name}`);
}

/** The snippet with the imports that it leaves out, exporting what it declares. */
function whole(code: string, standIns: object = {}): string {
  const file = ts.createSourceFile('snippet.ts', code, ts.ScriptTarget.ES2022, true);
  const own = new Set<string>(Object.keys(standIns));
  const exported: string[] = [];
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) {
      statement.importClause?.namedBindings?.forEachChild((each) => {
        if (ts.isImportSpecifier(each)) own.add(each.name.text);
      });
    } else if (ts.isFunctionDeclaration(statement) && statement.name) {
      exported.push(statement.name.text);
    } else if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name)) exported.push(name.text);
      }
    }
  }
  for (const name of exported) own.add(name);
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text);
    node.forEachChild(visit);
  };
  visit(file);
  const imports = ['rxjs-circuit-breaker', 'rxjs'].flatMap((from) => {
    const names = [...used].filter((name) => !own.has(name) && offers(from, name));
    for (const name of names) own.add(name);
    return names.length > 0 ? [`import { ${names.join(', ')} } from '${from}';`] : [];
  });
  return `${imports.join(' ')} ${code}\nexport { ${exported.join(', ')} };\n`;
}

/** The types that snippets use; they are not there to be seen at run time. */
const types = ['Permit', 'Observable', 'CircuitBreaker'];

function offers(module: string, name: string): boolean {
  if (types.includes(name)) return (module === 'rxjs') === (name === 'Observable');
  return name in (modules[module] as object);
}
