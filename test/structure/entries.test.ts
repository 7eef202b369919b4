import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bins, binsOf, entries, entriesOf } from '../../entries.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const parts = ['core', 'rxjs', 'keyed', 'telemetry'];

test('each folder of src is a part of the breaker or an entry, and each entry has its folder', () => {
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .map(({ name }) => name);
  const listed = entries.flatMap(({ folder }) => folder ?? []);
  expect(folders.sort()).toEqual([...parts, ...listed].sort());
});

test('each entry and each program has its module', () => {
  for (const { source } of [...entries, ...bins]) expect(existsSync(join(root, source))).toBe(true);
});

test('each entry and each program is built, an entry without CommonJS as an ES module only', () => {
  for (const { name, dual } of entries) {
    const built = ['.js', '.d.ts', '.cjs', '.d.cts'].map((end) =>
      existsSync(join(root, 'dist', `${name}${end}`)),
    );
    expect(built, name).toEqual([true, true, dual, dual]);
  }
  for (const { name } of bins) expect(read(`dist/${name}.js`)).toMatch(/^#!\/usr\/bin\/env node\n/);
});

test('the fields for tools that do not read `exports` agree with `exports`', () => {
  const { main, module, types, typesVersions } = JSON.parse(read('package.json'));
  expect({ main, module, types }).toEqual({
    main: './dist/index.cjs',
    module: './dist/index.js',
    types: './dist/index.d.ts',
  });
  // TypeScript's node10 resolution: `rxjs-circuit-breaker/foo` is dist/foo.d.ts, for every entry
  expect(typesVersions).toEqual({ '*': { '*': ['./dist/*.d.ts', './*'] } });
});

const dual = {
  'module-sync': './dist/foo.js',
  import: './dist/foo.js',
  require: './dist/foo.cjs',
};

test('a line in `exports` is an entry', () => {
  const exports = { './foo': dual, './bar': './dist/bar.js', './package.json': './package.json' };
  expect(entriesOf({ name: 'house', exports })).toEqual([
    {
      key: './foo',
      specifier: 'house/foo',
      name: 'foo',
      folder: 'foo',
      source: 'src/foo/index.ts',
      declarations: 'dist/foo.d.ts',
      dual: true,
    },
    expect.objectContaining({ key: './bar', dual: false }),
  ]);
});

test.each([
  [{ './foo': './dist/bar.js' }, 'exports["./foo"] must be "./dist/foo.js", got "./dist/bar.js"'],
  [{ './foo': { ...dual, require: './dist/foo.js' } }, 'exports["./foo"] must be {'],
  [{ './foo': { import: './dist/foo.js' } }, 'exports["./foo"] must be {'],
])('a wrong line in `exports` is named: %j', (exports, message) => {
  expect(() => entriesOf({ name: 'house', exports })).toThrow(`package.json: ${message}`);
});

test('a line in `bin` is a program, and a wrong line is named', () => {
  const house = { name: 'house', exports: {} };
  expect(binsOf(house)).toEqual([]);
  expect(binsOf({ ...house, bin: { lab: './dist/lab/bin.js' } })).toEqual([
    { command: 'lab', name: 'lab/bin', source: 'src/lab/bin.ts' },
  ]);
  expect(() => binsOf({ ...house, bin: { lab: './bin/lab.js' } })).toThrow(
    'package.json: bin["lab"] must be ./dist/....js, got ./bin/lab.js',
  );
});
