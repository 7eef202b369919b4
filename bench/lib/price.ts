// What a member or an option costs in a bundle of `{ circuitBreaker }`: the bundle is made once with it and once without.
// Out go the named members of classes, and a constant takes the place of an option; then every method goes that nobody
// calls any more, and esbuild removes the branches that cannot be reached and the modules that nobody imports.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';
import ts from 'typescript';

/** What is taken out. */
export interface Without {
  /** Members of classes: `Handle.execute`. */
  readonly members?: readonly string[];
  /** Options and fields, and the constant that the breaker has in their place: `{ slowLimit: 'Infinity' }`. */
  readonly constants?: Readonly<Record<string, string>>;
  /** Functions that do nothing. */
  readonly emptied?: readonly string[];
  /** Variables of modules that are undefined. */
  readonly undefined?: readonly string[];
}

const root = join(import.meta.dirname, '../..');

/** Classes whose members users and RxJS call. */
const open: readonly string[] = ['Handle', 'HandedPermit', 'CircuitOpenError'];
const calledFromOutside: readonly string[] = [
  'constructor',
  'next',
  'error',
  'complete',
  'unsubscribe',
  'add',
  'remove',
  'toJSON',
];

/** The modules by path: JavaScript, without types. */
type Modules = Map<string, ts.SourceFile>;

const parse = (path: string, text: string): ts.SourceFile =>
  ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);

function load(paths: readonly string[]): Modules {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    useDefineForClassFields: false,
    verbatimModuleSyntax: true,
  };
  const read = (path: string): ts.SourceFile => {
    const source = readFileSync(path, 'utf8');
    return parse(path, ts.transpileModule(source, { compilerOptions }).outputText);
  };
  return new Map(paths.map((path) => [path, read(path)]));
}

/** Bundles the breaker from these modules, and from the sources for all others. */
async function bundle(modules: Modules): Promise<{ code: string; inputs: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export { circuitBreaker } from './src/index.ts';`, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    external: ['rxjs'],
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    plugins: [
      {
        name: 'changed modules',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, importer }) => ({
            path: join(dirname(importer), path.replace(/\.js$/, '.ts')),
            sideEffects: false, // as package.json says
          }));
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            const changed = modules.get(path);
            return changed && { contents: changed.text, loader: 'js' };
          });
        },
      },
    ],
  });
  const [output] = Object.values(metafile.outputs);
  const inputs = Object.entries(output?.inputs ?? {})
    .filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && path.endsWith('.ts'))
    .map(([path]) => join(root, path));
  return { code: outputFiles[0]?.text ?? '', inputs };
}

/** How often each name is asked for: `.name`, `{ name } = `, `'name'`; a method's own name does not count. */
function usesOf(modules: Modules): Set<string> {
  const uses = new Set<string>();
  const look = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) uses.add(node.name.text);
    if (ts.isBindingElement(node)) uses.add((node.propertyName ?? node.name).getText());
    if (ts.isElementAccessExpression(node) && ts.isStringLiteral(node.argumentExpression)) {
      uses.add(node.argumentExpression.text);
    }
    ts.forEachChild(node, look);
  };
  for (const module of modules.values()) look(module);
  return uses;
}

const nameOf = (node: ts.ClassElement): string => node.name?.getText() ?? 'constructor';

/** Prints a module after a change of its nodes. */
function changed(
  module: ts.SourceFile,
  visit: (node: ts.Node, context: ts.TransformationContext) => ts.Node | undefined,
): ts.SourceFile {
  const transformer: ts.TransformerFactory<ts.SourceFile> = (context) => {
    const walk = (node: ts.Node): ts.Node | undefined => {
      const next = visit(node, context);
      return next === node ? ts.visitEachChild(node, walk, context) : next;
    };
    return (file) => ts.visitEachChild(file, walk, context);
  };
  const { transformed } = ts.transform(module, [transformer]);
  const text = ts.createPrinter().printFile(transformed[0] as ts.SourceFile);
  return parse(module.fileName, text);
}

/** Removes members of classes; `found` hears of each that was there. */
function withoutMembers(
  modules: Modules,
  isGone: (owner: string, member: string) => boolean,
  found: (member: string) => void = () => {},
): Modules {
  const visit = (node: ts.Node): ts.Node | undefined => {
    if (!ts.isClassElement(node) || !ts.isClassLike(node.parent)) return node;
    const owner = node.parent.name?.text ?? '';
    if (!isGone(owner, nameOf(node))) return node;
    found(`${owner}.${nameOf(node)}`);
    return undefined;
  };
  return new Map([...modules].map(([path, module]) => [path, changed(module, visit)]));
}

/** Empties functions, and leaves variables of modules undefined; `found` hears of each that was there. */
function withStandIns(
  modules: Modules,
  emptied: readonly string[],
  unset: readonly string[],
  found: (name: string) => void,
): Modules {
  const { factory } = ts;
  const visit = (node: ts.Node): ts.Node | undefined => {
    if (ts.isFunctionDeclaration(node) && node.name && emptied.includes(node.name.text)) {
      found(node.name.text);
      const { modifiers, name, parameters } = node;
      const body = factory.createBlock([]);
      return factory.createFunctionDeclaration(
        modifiers,
        undefined,
        name,
        undefined,
        parameters,
        undefined,
        body,
      );
    }
    const isOfModule =
      ts.isVariableDeclaration(node) &&
      ts.isVariableStatement(node.parent.parent) &&
      ts.isSourceFile(node.parent.parent.parent);
    if (!isOfModule || !ts.isIdentifier(node.name) || !unset.includes(node.name.text)) return node;
    found(node.name.text);
    return factory.createVariableDeclaration(
      node.name,
      undefined,
      undefined,
      factory.createVoidZero(),
    );
  };
  return new Map([...modules].map(([path, module]) => [path, changed(module, visit)]));
}

/** Puts constants in the place of options and fields; `found` hears of each that was there. */
function withConstants(
  modules: Modules,
  constants: Readonly<Record<string, string>>,
  found: (name: string) => void,
): Modules {
  const isConstant = (name: string): boolean => Object.hasOwn(constants, name);
  const literal = (name: string, isGiven: boolean): ts.Expression => {
    found(name);
    const { expression } = parse('', `(${isGiven ? 'undefined' : constants[name]})`)
      .statements[0] as ts.ExpressionStatement;
    return ts.factory.createParenthesizedExpression(fresh(expression));
  };
  /** The variables of a function, or of the module, that hold a constant, by their names. */
  const holds = (node: ts.Identifier): Held | undefined => {
    for (let scope: ts.Node | undefined = node.parent; scope; scope = scope.parent) {
      if (!ts.isFunctionLike(scope) && !ts.isSourceFile(scope)) continue;
      const held = variablesOf(scope, isConstant).get(node.text);
      if (held !== undefined) return held;
    }
    return undefined;
  };
  const visit = (node: ts.Node): ts.Node | undefined => {
    if (ts.isExpressionStatement(node) && ts.isBinaryExpression(node.expression)) {
      const { left, operatorToken } = node.expression;
      const isAssignment =
        operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
        operatorToken.kind <= ts.SyntaxKind.LastAssignment;
      if (isAssignment && ts.isPropertyAccessExpression(left) && isConstant(left.name.text)) {
        found(left.name.text);
        return ts.factory.createEmptyStatement();
      }
    }
    if (
      (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)) &&
      isConstant(node.name.getText())
    ) {
      found(node.name.getText());
      return undefined;
    }
    if (ts.isPropertyAccessExpression(node) && isConstant(node.name.text)) {
      if (isTarget(node)) return node;
      return literal(node.name.text, node.expression.getText() === 'options');
    }
    if (ts.isIdentifier(node) && isRead(node)) {
      const held = holds(node);
      if (held !== undefined) return literal(held.option, held.isGiven);
    }
    return node;
  };
  return new Map([...modules].map(([path, module]) => [path, changed(module, visit)]));
}

/** A copy of an expression that belongs to no file. */
function fresh(node: ts.Expression): ts.Expression {
  const text = node.getText().replace(/^\(|\)$/g, '');
  if (text === 'null') return ts.factory.createNull();
  if (text === 'true') return ts.factory.createTrue();
  if (text === 'false') return ts.factory.createFalse();
  if (text === 'undefined') return ts.factory.createVoidZero();
  return ts.factory.createNumericLiteral(text);
}

/** `x.name = ...`, `x.name++` and the like. */
function isTarget(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isPostfixUnaryExpression(parent)) return true;
  if (ts.isPrefixUnaryExpression(parent)) {
    return [ts.SyntaxKind.PlusPlusToken, ts.SyntaxKind.MinusMinusToken].includes(parent.operator);
  }
  return (
    ts.isBinaryExpression(parent) &&
    parent.left === node &&
    parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  );
}

/** An identifier that stands for a value, and is neither a declaration nor the name of a property. */
function isRead(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isParameter(parent) || ts.isVariableDeclaration(parent)) {
    return parent.initializer === node;
  }
  return (
    !ts.isShorthandPropertyAssignment(parent) &&
    !ts.isClassElement(parent) &&
    !ts.isFunctionLike(parent) &&
    !ts.isImportSpecifier(parent) &&
    !ts.isExportSpecifier(parent) &&
    !isTarget(node)
  );
}

/** `const { name } = options`: the options as the user gives them. An option that is gone is undefined there. */
const isOptions = (node: ts.Node): boolean =>
  ts.isVariableDeclaration(node) && node.initializer?.getText() === 'options';

interface Held {
  readonly option: string;
  readonly isGiven: boolean;
}

/** Parameters, and variables from a destructuring, that hold an option, by the name of the variable. */
function variablesOf(scope: ts.Node, isConstant: (name: string) => boolean): Map<string, Held> {
  const held = new Map<string, Held>();
  const look = (node: ts.Node): void => {
    if (node !== scope && ts.isFunctionLike(node)) return;
    if (ts.isBindingElement(node) && ts.isIdentifier(node.name)) {
      const option = (node.propertyName ?? node.name).getText();
      const isGiven = isOptions(node.parent.parent) && node.initializer === undefined;
      if (isConstant(option)) held.set(node.name.text, { option, isGiven });
    }
    if (ts.isParameter(node) && ts.isIdentifier(node.name) && isConstant(node.name.text)) {
      held.set(node.name.text, { option: node.name.text, isGiven: false });
    }
    ts.forEachChild(node, look);
  };
  look(scope);
  return held;
}

const gzipped = (code: string): number => gzipSync(code, { level: 9 }).length;

export interface Priced {
  readonly code: string;
  readonly gzip: number;
}

/** The bundle as it is, and the bundle without something. */
export class PriceList {
  private readonly modules: Modules;
  private readonly uses: Set<string>;
  readonly whole: Priced;

  private constructor(modules: Modules, code: string) {
    this.modules = modules;
    this.uses = usesOf(modules);
    this.whole = { code, gzip: gzipped(code) };
  }

  static async of(): Promise<PriceList> {
    const { inputs } = await bundle(new Map());
    const modules = load(inputs);
    const { code } = await bundle(modules);
    return new PriceList(modules, code);
  }

  /**
   * The bundle without something.
   *
   * @throws Error that names a member, an option or a field that the sources do not have.
   */
  async without(what: Without): Promise<Priced> {
    const { members = [], constants = {}, emptied = [], undefined: unset = [] } = what;
    const missing = new Set([...members, ...Object.keys(constants), ...emptied, ...unset]);
    const found = (name: string): void => {
      missing.delete(name);
    };
    let modules = withConstants(this.modules, constants, found);
    modules = withoutMembers(
      modules,
      (owner, member) => members.includes(`${owner}.${member}`),
      found,
    );
    modules = withStandIns(modules, emptied, unset, found);
    if (missing.size > 0) {
      throw new Error(`the sources have no ${[...missing].join(', ')}: mend bench/price.ts`);
    }
    for (;;) {
      // esbuild first: a call in a branch that cannot be reached is no use
      const reached = new Map(
        await Promise.all(
          [...modules].map(async ([path, it]) => [path, await folded(it)] as const),
        ),
      );
      const uses = usesOf(reached);
      let removed = 0;
      modules = withoutMembers(
        reached,
        (owner, member) =>
          !open.includes(owner) &&
          !calledFromOutside.includes(member) &&
          this.uses.has(member) &&
          !uses.has(member),
        () => removed++,
      );
      if (removed === 0) break;
    }
    const { code } = await bundle(modules);
    return { code, gzip: gzipped(code) };
  }
}

/** A module without the branches that cannot be reached. */
async function folded(module: ts.SourceFile): Promise<ts.SourceFile> {
  const { code } = await transform(module.text, {
    loader: 'js',
    minifySyntax: true,
    target: 'es2022',
  });
  return parse(module.fileName, code);
}
