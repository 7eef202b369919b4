import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';

const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const source = (entry: string): string => here(`../src/${entry}index.ts`);

/** The most that the scripts may weigh, in bytes after gzip, with RxJS and the library: 45 KB. The marble kit comes on demand. */
const MOST = 45 * 1_024;

/**
 * Builds the playground into a folder: plain files that any web server serves.
 *
 * @throws Error if the scripts weigh more than `MOST` bytes.
 */
export async function buildPlayground(out: string): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  // two builds that share nothing: what the marble kit uses of the library must not burden the page
  for (const entry of ['main', 'marbles']) {
    await build({
      entryPoints: [here(`playground/${entry}.ts`)],
      outdir: out,
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      conditions: ['es2015'], // RxJS without helpers for old engines
      legalComments: 'none',
      logLevel: 'warning',
      external: ['./marbles.js'],
      plugins: [tightTemplates],
      alias: {
        'rxjs-circuit-breaker/lab': source('lab/'),
        'rxjs-circuit-breaker/testing': source('testing/'),
        'rxjs-circuit-breaker': source(''),
      },
    });
  }
  await build({ entryPoints: [here('playground/style.css')], outdir: out, minify: true });
  cpSync(here('playground/index.html'), `${out}/index.html`);
  const weightOf = (files: readonly string[]): number =>
    files.reduce(
      (sum, file) => sum + gzipSync(readFileSync(`${out}/${file}`), { level: 9 }).length,
      0,
    );
  const scripts = readdirSync(out).filter((file) => file.endsWith('.js') && file !== 'marbles.js');
  const weight = weightOf(scripts);
  console.log(
    `playground: ${weight} bytes of script after gzip, and ${weightOf(['index.html', 'style.css'])} of page`,
  );
  if (weight > MOST)
    throw new Error(`the scripts of the playground weigh ${weight} bytes, and may weigh ${MOST}`);
}

/** Templates without the indentation of their source. The file has no comments that end with their line. */
const tightTemplates: Plugin = {
  name: 'tight-templates',
  setup: ({ onLoad }) => {
    onLoad({ filter: /playground\/view\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/\n\s*/g, ' '),
      loader: 'ts',
    }));
  },
};
