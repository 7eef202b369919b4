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

/** The README with the gallery below its format page. */
export function withGallery(readme: string, files: readonly ClaimFile[]): string {
  const sections = new Map<string, ClaimFile[]>();
  for (const file of files) {
    const folder = file.name.split('/')[0] as string;
    sections.set(folder, [...(sections.get(folder) ?? []), file]);
  }
  const parts = [...sections].map(([folder, claims]) => section(folder, claims));
  return `${[readme.split(mark)[0]?.trimEnd(), mark, '## The claims', ...parts].join('\n\n')}\n`;
}

function section(folder: string, claims: readonly ClaimFile[]): string {
  const words = folder.replace(/^\d+-/, '').replaceAll('-', ' ');
  const heading = `### ${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  return [heading, ...claims.map(entry)].join('\n\n');
}

function entry({ name, text }: ClaimFile): string {
  const { title, prose } = parseMarble(text, name);
  return [
    `**${title}.**${prose.length > 0 ? ` ${prose.join('\n\n')}` : ''}`,
    `<img src="${name}.svg" alt="${title.replaceAll('"', '&quot;').replaceAll('<', '&lt;')}">`,
    `<details><summary>as text: <a href="${name}.marble">${name}.marble</a></summary>`,
    `\`\`\`\n${rows(text)}\n\`\`\``,
    '</details>',
  ].join('\n\n');
}

/** What is below the claim and its prose. */
function rows(text: string): string {
  return text.slice(text.search(/^ /m)).trimEnd();
}
