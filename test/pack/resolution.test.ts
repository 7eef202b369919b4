import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, expect, test } from 'vitest';
import { entries } from '../../entries.ts';

const root = realpathSync(join(import.meta.dirname, '../..'));

/** A project that has installed the package as it is built here. */
const project = mkdtempSync(join(tmpdir(), 'resolution-'));
mkdirSync(join(project, 'node_modules'));
symlinkSync(root, join(project, 'node_modules/rxjs-circuit-breaker'));
afterAll(() => rmSync(project, { recursive: true }));

const { CommonJS, ESNext } = ts.ModuleKind;
const { Node10, Node16, NodeNext, Bundler } = ts.ModuleResolutionKind;
const resolutions: readonly [string, ts.ModuleResolutionKind, ts.ResolutionMode][] = [
  ['node10', Node10, undefined],
  ['node16, from an ES module', Node16, ESNext],
  ['node16, from CommonJS', Node16, CommonJS],
  ['nodenext, from an ES module', NodeNext, ESNext],
  ['nodenext, from CommonJS', NodeNext, CommonJS],
  ['bundler', Bundler, undefined],
];

test.each(resolutions)('TypeScript finds every entry by %s', (_, moduleResolution, mode) => {
  for (const { specifier, name, dual } of entries) {
    const { resolvedModule } = ts.resolveModuleName(
      specifier,
      join(project, 'program.ts'),
      { moduleResolution, module: ESNext },
      ts.sys,
      undefined,
      undefined,
      mode,
    );
    const found = resolvedModule?.resolvedFileName.slice(root.length + 1);
    // node16 reads `require`; nodenext reads `module-sync` first, for Node's `require` loads ES modules
    const commonJs = mode === CommonJS && moduleResolution === Node16 && dual;
    const expected = commonJs
      ? [`dist/${name}.d.cts`]
      : [`dist/${name}.d.ts`, `dist/${name}.d.cts`];
    expect(expected, specifier).toContain(found);
  }
});
