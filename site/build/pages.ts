import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { webPage } from '../../release/repository.ts';
import { slug } from './slug.ts';

const root = join(import.meta.dirname, '../..');
const pages = join(root, 'site/pages');

/**
 * `<!-- include: FILE -->` or `<!-- include: FILE#Heading -->`; `include?` for a file or heading that may be missing.
 * Words in front of the mark are for readers of the repository, who cannot see the text that is included.
 */
const mark = /^.*<!-- include(\??): ([^#\n]+?)(?:#(.+?))? -->$/gm;

const repository: string = webPage(
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).repository,
);

/** A heading and the text below it. */
interface Section {
  /** 1 for `#`. */
  readonly level: number;
  readonly body: string;
}

/** The lines of a text that are headings, and not code. */
function headings(text: string): { line: number; level: number; words: string }[] {
  let inCode = false;
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*```/.test(line)) inCode = !inCode;
    const [, signs, words] = (!inCode && /^(#+) (.+)$/.exec(line)) || [];
    return signs === undefined
      ? []
      : [{ line: index, level: signs.length, words: words as string }];
  });
}

/** The section of a heading, without the heading; null without such a heading. */
export function sectionOf(text: string, heading: string): Section | null {
  const all = headings(text);
  const index = all.findIndex(({ words }) => words === heading);
  const found = all[index];
  if (found === undefined) return null;
  const next = all.slice(index + 1).find(({ level }) => level <= found.level);
  const body = text
    .split('\n')
    .slice(found.line + 1, next?.line)
    .join('\n');
  return { level: found.level, body: body.trim() };
}

/** A text whose headings stand so many levels higher. */
export function raise(text: string, levels: number): string {
  const lines = text.split('\n');
  for (const { line, level, words } of headings(text)) {
    lines[line] = `${'#'.repeat(Math.max(2, level - levels))} ${words}`;
  }
  return lines.join('\n');
}

/** A text of the manual. Its links start from the folder of its file. */
interface Part {
  readonly page: string;
  readonly file: string;
  readonly text: string;
}

/**
 * Writes the manual's pages into a folder, with the parts of the repository's own pages that they include. Links and
 * pictures are led to the manual, or to the repository.
 *
 * @throws Error that names the page, for an include or a link that leads nowhere.
 */
export function buildPages(out: string): void {
  const names = readdirSync(pages, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.replaceAll('\\', '/'));
  const homes = anchorsOf(names);
  for (const page of names) {
    const own = { page, file: `site/pages/${page}`, text: withPlayground(page) };
    const text = relink(own, homes, out).replace(
      mark,
      (_, maybe: string, file: string, heading?: string) => {
        const included = include(page, file, heading, maybe === '?');
        return included === null ? '' : relink(included, homes, out);
      },
    );
    const withCode = text.replace(/^<!-- code: (\S+) -->$/gm, (_, file: string) =>
      firstCode(page, file),
    );
    mkdirSync(dirname(join(out, page)), { recursive: true });
    writeFileSync(join(out, page), withCode);
  }
}

/** The text of a page, whose links to the playground leave the manual. */
function withPlayground(page: string): string {
  return readFileSync(join(pages, page), 'utf8').replaceAll(
    /\]\((?:\.\.\/)+playground\/index\.html(#[^)]*)?\)/g,
    (_, hash = '') => `](/playground/${hash}){target="_self"}`,
  );
}

/** The first block of TypeScript in a file, with its fences. */
function firstCode(page: string, file: string): string {
  const block = /^```ts\n[\s\S]*?^```$/m.exec(readFileSync(join(root, file), 'utf8'))?.[0];
  if (block === undefined)
    throw new Error(`site/pages/${page} shows code of ${file}, which has none`);
  return block;
}

function include(
  page: string,
  file: string,
  heading: string | undefined,
  optional: boolean,
): Part | null {
  const path = join(root, file);
  if (!existsSync(path)) {
    if (optional) return null;
    throw new Error(`site/pages/${page} includes ${file}, which is not there`);
  }
  const whole = readFileSync(path, 'utf8');
  if (heading === undefined) return { page, file, text: raise(whole.replace(/^# .*\n/, ''), 0) };
  const section = sectionOf(whole, heading);
  if (section !== null) return { page, file, text: raise(section.body, section.level - 1) };
  if (optional) return null;
  throw new Error(`site/pages/${page} includes "${heading}" of ${file}, which has no such heading`);
}

/** Where the manual has a page, or a heading of the repository's pages: `README.md#options` -> `/guide/options`. */
function anchorsOf(names: readonly string[]): ReadonlyMap<string, string> {
  const homes = new Map<string, string>();
  for (const page of names) {
    const address = `/${page.replace(/(index)?\.md$/, '')}`;
    homes.set(`site/pages/${page}`, address);
    for (const [, , file = '', heading] of readFileSync(join(pages, page), 'utf8').matchAll(mark)) {
      const included = include(page, file, heading, true);
      if (included === null) continue;
      if (heading === undefined) homes.set(file, address);
      else homes.set(`${file}#${slug(heading)}`, address);
      for (const { words } of headings(included.text)) {
        homes.set(`${file}#${slug(words)}`, `${address}#${slug(words)}`);
      }
    }
  }
  homes.set('README.md#rxjs-circuit-breaker', '/');
  homes.set('marbles/README.md', '/marbles/');
  return homes;
}

function relink(
  { page, file, text }: Part,
  homes: ReadonlyMap<string, string>,
  out: string,
): string {
  const lead = (target: string, picture: boolean): string => {
    if (/^(https?:|mailto:|\/)/.test(target)) return target;
    const [path = '', anchor] = target.split('#');
    const full = path === '' ? file : posix.normalize(posix.join(posix.dirname(file), path));
    if (picture) return publish(full, out, page);
    const nowhere = (): never => {
      throw new Error(`site/pages/${page}: ${file} links to ${target}, which is not there`);
    };
    const home = homes.get(anchor === undefined ? full : `${full}#${anchor}`);
    if (home !== undefined) return home;
    if (path === '' && homes.has(file)) return target;
    if (full.startsWith('site/pages/')) return `${homes.get(full) ?? nowhere()}#${anchor}`;
    const place = join(root, full);
    if (!existsSync(place)) nowhere();
    const kind = statSync(place).isDirectory() ? 'tree' : 'blob';
    return `${repository}/${kind}/main/${relative(root, place)}${anchor === undefined ? '' : `#${anchor}`}`;
  };
  const code: string[] = [];
  return text
    .replace(/^(`{3,})[\s\S]*?^\1$|`[^`\n]*`/gm, (whole) => `\0${code.push(whole) - 1}\0`)
    .replace(
      /(!?)\[((?:[^[\]]|\[[^\]]*\](?:\([^()]*\))?)*)\]\(([^()\s]+)\)/g,
      (_, sign: string, words: string, target: string) =>
        `${sign}[${words}](${lead(target, sign === '!')})`,
    )
    .replace(
      /(<img[^>]* src=")([^"]+)"/g,
      (_, start: string, target: string) => `${start}${lead(target, true)}"`,
    )
    .replace(
      /(<a[^>]* href=")([^"]+)"/g,
      (_, start: string, target: string) => `${start}${lead(target, false)}"`,
    )
    .replace(/\0(\d+)\0/g, (_, index) => code[index] as string);
}

/** Copies a picture of the repository beside the pages. */
function publish(file: string, out: string, page: string): string {
  const path = join(root, file);
  if (!existsSync(path)) throw new Error(`site/pages/${page} shows ${file}, which is not there`);
  cpSync(path, join(out, 'public', file));
  return `/${file}`;
}
