import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { origins } from '../switch/rows.ts';

/** Writes the migration tables into their page. */
export function buildSwitchPage(out: string): void {
  const page = join(out, 'switch/index.md');
  const parts = origins.map(({ name, rows }) => {
    const cards = rows.map(({ theirs, ours, care }) =>
      ['<div class="switch">', theirs, `\`\`\`ts\n${laidOut(ours)}\n\`\`\``, care, '</div>'].join(
        '\n\n',
      ),
    );
    return `### ${name}\n\n${cards.join('\n\n')}`;
  });
  writeFileSync(
    page,
    readFileSync(page, 'utf8').replace('<!-- rows -->', () => parts.join('\n\n')),
  );
}

/** Options on a line each, as a formatter would break them. */
function laidOut(options: string): string {
  const inside = options.slice(1, -1).trim();
  const lines: string[] = [];
  let depth = 0;
  let line = '';
  for (const sign of inside) {
    if ('([{'.includes(sign)) depth++;
    if (')]}'.includes(sign)) depth--;
    if (sign === ',' && depth === 0) {
      lines.push(line.trim());
      line = '';
    } else line += sign;
  }
  lines.push(line.trim());
  return `circuitBreaker({\n${lines.map((it) => `  ${broken(it)},`).join('\n')}\n});`;
}

/** A long line, broken before each `&&`, as a formatter would break it. */
function broken(line: string): string {
  return line.length <= 44
    ? line
    : line.replace(' => ', ' =>\n    ').replaceAll(' && ', ' &&\n    ');
}
