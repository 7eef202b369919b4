import { join } from 'node:path';
import ts from 'typescript';

/** A program of declaration files only, with a question about what they export. */
const options: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  skipLibCheck: true,
  types: [],
};
const printer = ts.createPrinter({ removeComments: true });

/**
 * What each entry exports, as the built declarations say it, sorted by name. Types that stand in one of
 * them without being exported are part of what users see too, so they follow. How the declarations are
 * spread over files, and the files' names, leaves no trace.
 */
export function surface(root: string, entries: Readonly<Record<string, string>>): string {
  const dist = join(root, 'dist/');
  const files = Object.values(entries).map((file) => join(root, file));
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const told = new Set<ts.Symbol>(); // what an earlier entry shows is not told again
  const sections = Object.entries(entries).map(([specifier, file]) => {
    const source = program.getSourceFile(join(root, file));
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file} is no module; is it built?`);
    const exported = new Map(
      checker
        .getExportsOfModule(module)
        .map((symbol) => [symbol.name, original(checker, symbol)] as const),
    );
    const hidden = mentioned(checker, dist, [...exported.values()]).filter(
      (symbol) => !told.has(symbol),
    );
    for (const symbol of [...exported.values(), ...hidden]) told.add(symbol);
    return [
      `--- ${specifier} ---`,
      ...[...exported].sort(byName).map(([name, symbol]) => declared(symbol, dist) || name),
      ...(hidden.length > 0 ? ['--- seen, but not exported ---'] : []),
      ...hidden
        .map((symbol) => [symbol.name, symbol] as const)
        .sort(byName)
        .map(([, symbol]) => declared(symbol, dist)),
    ].join('\n\n');
  });
  return `${sections.join('\n\n')}\n`;
}

function byName([a]: readonly [string, ts.Symbol], [b]: readonly [string, ts.Symbol]): number {
  return a < b ? -1 : Number(a > b);
}

function original(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** The declarations of a symbol that are the package's own. */
function ours(symbol: ts.Symbol, dist: string): ts.Declaration[] {
  return (symbol.declarations ?? []).filter(
    (declaration) =>
      declaration.getSourceFile().fileName.startsWith(dist) && !ts.isSourceFile(declaration),
  );
}

function declared(symbol: ts.Symbol, dist: string): string {
  return ours(symbol, dist)
    .map((declaration) => {
      // a variable is declared two levels further up, with its `const`
      const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
      const text = printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
      return text.replace(/^(export |declare )+/, '');
    })
    .join('\n');
}

/** Our own types that are reached from these and are not among them. */
function mentioned(checker: ts.TypeChecker, dist: string, from: readonly ts.Symbol[]): ts.Symbol[] {
  const known = new Set(from);
  for (const symbol of known) {
    for (const declaration of ours(symbol, dist)) visit(declaration);
  }
  return [...known].slice(from.length);

  function visit(node: ts.Node): void {
    const symbol = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
    if (symbol !== undefined) {
      const found = original(checker, symbol);
      if (ours(found, dist).some((declaration) => topLevel(declaration))) known.add(found);
    }
    node.forEachChild(visit);
  }
}

function topLevel(declaration: ts.Declaration): boolean {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return ts.isSourceFile(node.parent);
}
