import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ClaimFile, claimFiles } from '../../marbles/gallery.ts';
import { parseMarble } from '../../src/testing/index.ts';

const marbles = join(import.meta.dirname, '../../marbles');

/** `06-fixed-half-open` is `Fixed half-open`. */
function nameOf(folder: string): string {
  const words = folder.replace(/^\d+-/, '').replaceAll('-', ' ').replace('half open', 'half-open');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** A section of the gallery. */
interface Chapter {
  readonly folder: string;
  readonly name: string;
  readonly claims: readonly ClaimFile[];
}

/** The sections in reading order. */
function chapters(): Chapter[] {
  const byFolder = new Map<string, ClaimFile[]>();
  for (const claim of claimFiles()) {
    const folder = claim.name.split('/')[0] as string;
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), claim]);
  }
  return [...byFolder].map(([folder, claims]) => ({ folder, name: nameOf(folder), claims }));
}

/** Writes a page for each folder of marbles: claim, prose, picture, and the text that runs. */
export function buildGallery(out: string): void {
  const all = chapters();
  for (const { folder, name, claims } of all) {
    const parts = claims.map(({ name: file, text }) => {
      const { title, prose } = parseMarble(text, `${file}.marble`);
      const picture = `/marbles/${file}.svg`;
      const target = join(out, 'public', picture);
      mkdirSync(dirname(target), { recursive: true });
      cpSync(join(marbles, `${file}.svg`), target);
      const words = prose.map((paragraph) => `${escaped(paragraph)}\n`).join('\n');
      return [
        `## ${escaped(title)}`,
        words,
        `<div class="marble" tabindex="0">\n\n![${escaped(title)}](${picture})\n\n</div>\n`,
        `::: details The text that runs\n\`\`\`\`text\n${text.trim()}\n\`\`\`\`\n:::`,
      ].join('\n\n');
    });
    const page = `# ${name}\n\n${parts.join('\n\n')}\n`;
    writeFileSync(join(out, 'marbles', `${folder}.md`), page);
  }
  const sidebar = all.map(({ folder, name }) => ({ text: name, link: `/marbles/${folder}` }));
  writeFileSync(join(out, 'marbles/sidebar.json'), JSON.stringify(sidebar));
  const list = all
    .map(({ folder, name, claims }) => `- [${name}](./${folder}.md): ${claims.length} claims`)
    .join('\n');
  const index = join(out, 'marbles/index.md');
  writeFileSync(index, readFileSync(index, 'utf8').replace('<!-- chapters -->', list));
}

/** Text that is neither HTML nor a template of Vue. */
function escaped(text: string): string {
  return text
    .replace(/[<>{}[\]*_]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/`([^`]*)`/g, '`$1`');
}
