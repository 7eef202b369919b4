import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as source from '../../src/index.ts';

type Library = typeof source;

let folder: string;
let copies: Record<string, Library>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'copies-'));
  const build = (format: 'esm' | 'cjs', file: string) => {
    buildSync({
      entryPoints: [join(import.meta.dirname, '../../src/index.ts')],
      outfile: join(folder, file),
      bundle: true,
      format,
      platform: 'node',
      minify: true,
    });
    return join(folder, file);
  };
  copies = {
    source,
    esm: (await import(pathToFileURL(build('esm', 'copy.mjs')).href)) as Library,
    cjs: createRequire(import.meta.url)(build('cjs', 'copy.cjs')) as Library,
  };
});

afterAll(() => rmSync(folder, { recursive: true }));

const names = ['source', 'esm', 'cjs'];
const pairs = names.flatMap((a) => names.map((b) => [a, b] as const));

describe('copies of the library in one process', () => {
  it.each(pairs)('a refusal by the %s copy is known to the %s copy', (a, b) => {
    const breaker = (copies[a] as Library).circuitBreaker();
    breaker.isolate();
    try {
      breaker.acquire();
      expect.unreachable();
    } catch (error) {
      expect((copies[b] as Library).isCircuitOpenError(error)).toBe(true);
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).stack).toMatch(/^CircuitOpenError: the circuit breaker/);
    }
  });

  it('are three: no class is shared', () => {
    expect(new Set(names.map((name) => copies[name]?.CircuitOpenError)).size).toBe(3);
  });
});
