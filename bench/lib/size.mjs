// What an import costs: bytes in a bundle, and CPU of a process.

import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { median, shuffle } from './stats.mjs';

const here = dirname(fileURLToPath(import.meta.url));

export async function sizes(href = process.env.BENCH_DIST) {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { circuitBreaker } from ${JSON.stringify(fileURLToPath(href))};
globalThis.kept = circuitBreaker;`,
      resolveDir: here,
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['rxjs'],
    logLevel: 'error',
  });
  const code = outputFiles[0].contents;
  return {
    min: code.length,
    gzip: gzipSync(code, { level: 9 }).length,
    brotli: brotliCompressSync(code).length,
  };
}

/** CPU seconds of a process that imports a module and ends. */
function cpu(file) {
  return new Promise((resolve, reject) => {
    const process = fork(file);
    process.on('message', resolve);
    process.on('error', reject);
  });
}

/** CPU of a process with rxjs and ours, over that of one with rxjs alone. */
export async function startup(times) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const rxjs = JSON.stringify(import.meta.resolve('rxjs'));
    const report = `const { user, system } = process.cpuUsage();
process.send((user + system) / 1e6); process.disconnect();`;
    const files = { alone: join(folder, 'alone.mjs'), ours: join(folder, 'ours.mjs') };
    writeFileSync(files.alone, `import ${rxjs};\n${report}`);
    const ours = JSON.stringify(process.env.BENCH_DIST);
    writeFileSync(files.ours, `import ${rxjs};\nimport ${ours};\n${report}`);
    const ratios = [];
    for (let i = 0; i < times; i++) {
      const took = {};
      for (const name of shuffle(['alone', 'ours'])) took[name] = await cpu(files[name]);
      ratios.push(took.ours / took.alone);
    }
    return median(ratios);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
