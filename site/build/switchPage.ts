import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { origins } from '../switch/rows.ts';

/** Writes the migration tables into their page. */
export function buildSwitchPage(out: string): void {
  const page = join(out, 'switch/index.md');
  const parts = origins.map(({ name, rows }) => {
    const lines = rows.map(({ theirs, ours, care }) => `| ${theirs} | \`${ours.replaceAll('|', '\\|')}\` | ${care} |`);
    return `### ${name}\n\n| theirs | ours | take care |\n|---|---|---|\n${lines.join('\n')}`;
  });
  writeFileSync(page, readFileSync(page, 'utf8').replace('<!-- rows -->', () => parts.join('\n\n')));
}
