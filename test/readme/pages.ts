import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Block, blocks } from './markdown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A page for users. */
export interface Page {
  /** `site/pages/guide/recipes.md` */
  readonly path: string;
  readonly text: string;
  /** The blocks of TypeScript, in order. */
  readonly snippets: readonly Block[];
}

/** The README, the manual, and the pages that the manual includes. */
export const pages: readonly Page[] = globSync(
  ['README.md', 'site/pages/**/*.md', 'docs/*.md', 'marbles/README.md', 'examples/*/README.md'],
  { cwd: root },
).map((path) => {
  const text = readFileSync(`${root}${path}`, 'utf8');
  const snippets = blocks(text).filter(({ language }) => language === 'ts');
  return { path: path.replaceAll('\\', '/'), text, snippets };
});

/** The page of a path. */
export function pageOf(path: string): Page {
  const found = pages.find((page) => page.path === path);
  if (found === undefined) throw new Error(`there is no page ${path}`);
  return found;
}
