import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';

export interface Size {
  readonly code: string;
  readonly minified: number;
  readonly gzip: number;
  readonly brotli: number;
}

const dist = join(import.meta.dirname, '../../dist');

/** What a bundle holds that takes no more than these names from the built main entry. */
export function size(names: string): Size {
  const { outputFiles } = buildSync({
    stdin: { contents: `export ${names} from './index.js';`, resolveDir: dist },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['rxjs'],
    logLevel: 'error',
  });
  const code = outputFiles[0]?.text ?? '';
  return {
    code,
    minified: Buffer.byteLength(code),
    gzip: gzipSync(code, { level: 9 }).length,
    brotli: brotliCompressSync(code).length,
  };
}
