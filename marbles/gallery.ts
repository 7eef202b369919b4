import { readdirSync, readFileSync } from 'node:fs';
import { drawMarble, parseMarble } from '../src/testing/index.ts';

const root = new URL('./', import.meta.url);

/** One claim of this folder. */
export interface ClaimFile {
  /** From this folder, without the ending. */
  readonly name: string;
  readonly text: string;
}

/** All claims in reading order. */
export function claimFiles(): ClaimFile[] {
  return names('.marble').map((name) => ({
    name,
    text: readFileSync(new URL(`${name}.marble`, root), 'utf8'),
  }));
}

/** The files with this ending, without it, in reading order. */
export function names(ending: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();
}

export function picture({ name, text }: ClaimFile): string {
  return drawMarble(text, { file: `marbles/${name}.marble` });
}

const mark = '<!-- From here on written by `npm run marbles`. -->';

/** The README with the gallery below its format page: a table of contents, then section after section. */
export function withGallery(readme: string, files: readonly ClaimFile[]): string {
  const sections = new Map<string, ClaimFile[]>();
  for (const file of files) {
    const folder = file.name.split('/')[0] as string;
    sections.set(folder, [...(sections.get(folder) ?? []), file]);
  }
  const format = readme.split(mark)[0]?.trimEnd();
  const contents = [...sections].map(([folder, claims]) => contentsOf(folder, claims));
  const parts = [...sections].map(([folder, claims]) => section(folder, claims));
  return `${[format, mark, '## The claims', ...contents, ...parts].join('\n\n')}\n`;
}

/** The name of a section, as its folder has it: `04-half-open` is `Half-open`. */
function nameOf(folder: string): string {
  const words = folder.replace(/^\d+-/, '').replaceAll('-', ' ').replace('half open', 'half-open');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** A section's line in the contents, which opens to the list of its claims. */
function contentsOf(folder: string, claims: readonly ClaimFile[]): string {
  const name = nameOf(folder);
  const href = `#${name.toLowerCase().replaceAll(' ', '-')}`;
  const count = claims.length === 1 ? '1 claim' : `${claims.length} claims`;
  return [
    `<details><summary><a href="${href}">${name}</a>: ${count}</summary>`,
    claims.map((claim) => `- [${titleOf(claim)}](#${anchorOf(claim)})`).join('\n'),
    '</details>',
  ].join('\n\n');
}

function anchorOf({ name }: ClaimFile): string {
  return name.replace('/', '-');
}

function titleOf({ name, text }: ClaimFile): string {
  return parseMarble(text, name).title;
}

function section(folder: string, claims: readonly ClaimFile[]): string {
  return [`### ${nameOf(folder)}`, ...claims.map(entry)].join('\n\n');
}

function entry(file: ClaimFile): string {
  const { name, text } = file;
  const { title, prose } = parseMarble(text, name);
  return [
    `<a id="${anchorOf(file)}"></a>`,
    `**${title}.**${prose.length > 0 ? ` ${prose.join('\n\n')}` : ''}`,
    `<img src="${name}.svg" alt="${title.replaceAll('"', '&quot;').replaceAll('<', '&lt;')}">`,
    `<details><summary>as text: <a href="${name}.marble">${name}.marble</a></summary>`,
    `\`\`\`\n${rows(text)}\n\`\`\``,
    '</details>',
  ].join('\n\n');
}

/** The text below the claim and its prose. */
function rows(text: string): string {
  return text.slice(text.search(/^ /m)).trimEnd();
}
