/** A fenced block of a Markdown page. */
export interface Block {
  readonly language: string;
  readonly code: string;
  /** The nearest heading above it. */
  readonly heading: string;
  /** Line of the fence, from 1. */
  readonly line: number;
  /** The code of a `text` block that follows at once: what this one prints. */
  readonly output: string | undefined;
}

/** The fenced blocks of a page, in order. */
export function blocks(markdown: string): readonly Block[] {
  const found: { -readonly [K in keyof Block]: Block[K] }[] = [];
  let heading = '';
  let open: { language: string; line: number; lines: string[] } | undefined;
  let adjacent = false; // only blank lines since the last block
  for (const [index, text] of markdown.split('\n').entries()) {
    if (open !== undefined) {
      if (text !== '```') {
        open.lines.push(text);
        continue;
      }
      const code = open.lines.join('\n');
      const last = found.at(-1);
      if (open.language === 'text' && adjacent && last !== undefined) last.output = code;
      found.push({ ...open, heading, code, output: undefined });
      open = undefined;
      adjacent = true;
    } else if (text.startsWith('```')) {
      open = { language: text.slice(3).trim(), line: index + 1, lines: [] };
    } else if (text.trim() !== '') {
      adjacent = false;
      heading = /^#+ (.*)/.exec(text)?.[1] ?? heading;
    }
  }
  if (open !== undefined) throw new Error(`line ${open.line}: the block is never closed`);
  return found;
}

/** The targets of links and pictures. */
export function links(markdown: string): readonly string[] {
  const prose = markdown.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
  const inMarkdown = [...prose.matchAll(/\]\(([^)\s]+)/g)];
  const inHtml = [...prose.matchAll(/(?:src|href|srcset)="([^"\s]+)/g)];
  return [...inMarkdown, ...inHtml].map(([, target]) => target as string);
}

/** The anchors that a page's headings make, by the rules of GitHub. */
export function anchors(markdown: string): readonly string[] {
  const prose = markdown.replace(/^```[\s\S]*?^```$/gm, '');
  const seen = new Map<string, number>();
  const named = [...prose.matchAll(/<[^>]+ (?:id|name)="([^"]+)"/g)].map(([, id]) => id as string);
  const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => {
    const anchor = (heading as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .replace(/ /g, '-');
    // the second heading of the same words is numbered
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
  return [...headings, ...named];
}

/** The lines that a snippet says it prints: the comment behind a `console.log`, or the comment lines below. */
export function promised(code: string): readonly string[] {
  const lines: string[] = [];
  let isBelow = false; // below a console.log without a comment behind it
  for (const line of code.split('\n')) {
    const [, behind] = /console\.log\(.*\).* \/\/ (.*)$/.exec(line) ?? [];
    const [, below] = /^\/\/ (.*)$/.exec(line) ?? [];
    if (behind !== undefined) lines.push(behind);
    else if (isBelow && below !== undefined) lines.push(below);
    isBelow =
      behind === undefined && (line.includes('console.log(') || (isBelow && below !== undefined));
  }
  return lines;
}
