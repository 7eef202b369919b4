import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('../../src/dashboard/browser/', import.meta.url));

/** The text of `src/dashboard/assets.ts`: the page's script and style, as they are sent. */
export async function assets(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${folder}main.ts`, `${folder}page.css`],
    outdir: folder,
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16.4'],
  });
  const text = (end: string): string => {
    const file = outputFiles.find(({ path }) => path.endsWith(end));
    // nothing in it may end the element that it stands in
    return JSON.stringify((file?.text ?? '').trim().replaceAll('</', '<\\/'));
  };
  return `// Made by \`npm run page\` from browser/.
export const script: string = ${text('.js')};
export const style: string = ${text('.css')};
`;
}
