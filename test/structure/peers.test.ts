import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { entriesWithPackages, packagesOf } from '../matrix/packages.ts';
import { nodeVersions, peerVersions } from '../matrix/versions.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { peerDependencies, peerDependenciesMeta, engines } = JSON.parse(read('package.json')) as {
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
  engines: { node: string };
};

/** A part of a range: its lowest version, and its lowest and highest major version. */
interface Span {
  readonly lowest: string;
  readonly from: number;
  readonly to: number;
}

/** Reads `^7.5.5`, `>=17 <23`, and several of these with `||` between them. */
function spansOf(range: string): readonly Span[] {
  return range.split('||').map((part) => {
    const [, caret, atLeast, below] =
      /^(?:\^(\d+[\d.]*)|>=(\d+[\d.]*) <(\d+))$/.exec(part.trim()) ?? [];
    const lowest = caret ?? atLeast;
    if (lowest === undefined) {
      throw new Error(`a peer range must be like "^7.5.5" or ">=17 <23", got "${range}"`);
    }
    const from = Number.parseInt(lowest, 10);
    return { lowest, from, to: below === undefined ? from : Number(below) - 1 };
  });
}

const majorOf = (version: string): number => Number.parseInt(version, 10);

describe.each(Object.entries(peerDependencies))('the peer %s %s', (name, range) => {
  const tested = peerVersions[name] ?? [];

  test('is tried by the matrix in its lowest version', () => {
    for (const { lowest } of spansOf(range)) expect(tested).toContain(lowest);
  });

  test('is tried by the matrix in every major version', () => {
    const majors = spansOf(range).flatMap(({ from, to }) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index),
    );
    expect([...new Set(tested.map(majorOf))].sort()).toEqual(majors.sort());
  });

  test('is optional, unless the main entry needs it', () => {
    expect(peerDependenciesMeta[name]?.optional ?? false).toBe(name !== 'rxjs');
  });
});

test('a range that the test cannot read is an error', () => {
  expect(spansOf('^7.5.5')).toEqual([{ lowest: '7.5.5', from: 7, to: 7 }]);
  expect(spansOf('>=10 <12 || ^14')).toEqual([
    { lowest: '10', from: 10, to: 11 },
    { lowest: '14', from: 14, to: 14 },
  ]);
  expect(() => spansOf('*')).toThrow('a peer range must be like "^7.5.5" or ">=17 <23", got "*"');
});

test('an entry that imports a package has the package as a peer, and a part in the matrix', () => {
  const matrix = read('test/matrix/run.ts');
  for (const entry of entriesWithPackages) {
    expect(matrix).toContain(`'${entry.key}': `);
    for (const name of packagesOf(entry)) expect(peerDependencies).toHaveProperty([name]);
  }
});

test('the matrix tries every supported line of Node from the lowest one on', () => {
  const lowest = Number(/^>=(\d+)\./.exec(engines.node)?.[1]);
  expect(nodeVersions.map(Number)).toEqual(
    nodeVersions.map((_, index) => lowest + 2 * index), // even numbers are the lines with support
  );
});
