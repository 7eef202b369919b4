import { bracketedLength, step, withoutStrings } from '../marble/brackets.js';

/** The options of a claim as lines of code of at most `columns` characters, without the snapshot's text. */
export function codeLines(code: string, columns: number): string[] {
  const short = shortened(code);
  const joined = oneLine(short);
  const fits = joined.length <= columns && !short.includes('//');
  return (fits ? [joined] : dedented(short)).flatMap((line) => wrapCode(line, columns));
}

/**
 * Breaks a line of code after commas, between the outermost members first. The lines that follow are indented
 * with spaces that SVG keeps.
 */
export function wrapCode(code: string, columns: number): string[] {
  const indent = code.length - code.trimStart().length;
  const room = columns - indent - 2;
  const lines: string[] = [];
  for (const part of members(code.trim(), room)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + part.length > room) lines.push(part);
    else lines[lines.length - 1] = `${last} ${part}`;
  }
  return lines.map((line, i) => '\u00a0'.repeat(indent + (i === 0 ? 0 : 2)) + line);
}

/** Splits code after the commas of least depth, and the parts that are too long again. */
function members(code: string, room: number): string[] {
  if (code.length <= room) return [code];
  const commas: { readonly at: number; readonly depth: number }[] = [];
  const bare = withoutStrings(code);
  let depth = 0;
  for (const [at, char] of bare.split('').entries()) {
    depth += step(char);
    if (bare.startsWith(', ', at)) commas.push({ at, depth });
  }
  if (commas.length === 0) return [code];
  const least = Math.min(...commas.map((comma) => comma.depth));
  const parts: string[] = [];
  let from = 0;
  for (const { at } of commas.filter((comma) => comma.depth === least)) {
    parts.push(code.slice(from, at + 1));
    from = at + 2;
  }
  return [...parts, code.slice(from)].flatMap((part) => members(part, room));
}

/** The picture draws the value of `restore` as a snapshot, so the code shows only its name. */
function shortened(code: string): string {
  const start = /\brestore:\s*(?=\{)/.exec(code);
  if (start === null) return code;
  const rest = code.slice(start.index + start[0].length);
  const end = bracketedLength(rest) as number; // the code has run, so its brackets close
  return `${code.slice(0, start.index)}restore: snapshot${rest.slice(end)}`;
}

function oneLine(code: string): string {
  return code
    .replace(/\s+/g, ' ')
    .replace(/,(?= [)}\]])/g, '')
    .replace(/\( | \)/g, (bracket) => bracket.trim());
}

/** The lines, indented as their last line is not. */
function dedented(code: string): string[] {
  const lines = code.split('\n');
  const indent = Math.max(0, (lines.at(-1) as string).search(/\S/));
  return lines
    .map((line, i) => (i === 0 ? line : line.slice(indent)))
    .map((line) => line.trimEnd());
}
