// Draws what the pages show of the last whole run, from results.json: node bench/tables.ts [--write]
// Without `--write` the command prints the table of the README.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { costs } from '../test/readme/costs.ts';

export interface Row {
  readonly id: number;
  readonly title: string;
  readonly unit: string;
  /** `isolated`: a process each; `shared`: all in one. Empty where there is no such difference. */
  readonly mode: string;
  /** A number; the message of an error where the measurement failed. */
  readonly value: unknown;
  readonly low?: number;
  readonly high?: number;
  readonly must: unknown;
  readonly least: boolean;
}

function number(value: unknown): string {
  if (typeof value !== 'number') return String(value);
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

/** The figure with its spread; undefined where nothing was measured. */
function cell(row: Row | undefined): string | undefined {
  if (row === undefined) return undefined;
  const { value, low, high, unit } = row;
  const isText = typeof value === 'string' && /^\d+(, \d+)*$/.test(value); // the counts of timers
  if (!isText && !(typeof value === 'number' && Number.isFinite(value))) return undefined;
  const spread = low === undefined || low === high ? '' : ` [${number(low)}–${number(high)}]`;
  return `${number(value)}${spread}${unit === '' ? '' : ` ${unit}`}`;
}

function target(row: Row | undefined): string {
  if (row === undefined || row.must === null || row.must === undefined) return '';
  if (typeof row.must === 'string') return row.must;
  return `${row.least ? '≥' : '≤'} ${number(row.must)}`;
}

/** The table of all rows that have figures. */
export function resultsTable(rows: readonly Row[]): string {
  const lines: string[] = [];
  const titles = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.id} ${row.title}`;
    titles.set(key, [...(titles.get(key) ?? []), row]);
  }
  for (const [first, ...others] of titles.values()) {
    if (first === undefined) continue;
    const isolated = first.mode === 'shared' ? undefined : first;
    const shared = first.mode === 'shared' ? first : others[0];
    const figures = [cell(isolated), cell(shared)];
    if (figures.every((figure) => figure === undefined)) continue;
    const targets = [...new Set([target(isolated), target(shared)])].filter((text) => text !== '');
    const cells = [first.id, first.title, ...figures.map((it) => it ?? ''), targets.join(' / ')];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return ['| Row | | isolated | shared | required |', '|--:|---|--:|--:|--:|', ...lines].join('\n');
}

/** A call, the other call, and two figures: a row about calls. */
const ofCalls = /^\| [^|]+ \| [^|\d][^|]* \| [\d./e+]+ \| [\d./e+]+ \|$/;

/** The table of the README: its rows that have figures. */
export function costTable(): string {
  return [
    '| A call that | beside | in a process of its own | with all others in one |',
    '|---|---|--:|--:|',
    ...costs.filter((line) => ofCalls.test(line)),
  ].join('\n');
}

/** A page with the table between its marks. */
export function withResults(page: string, rows: readonly Row[]): string {
  return page.replace(
    /(<!-- results -->\n)[\s\S]*?(<!-- \/results -->)/,
    (_, start, end) => `${start}\n${resultsTable(rows)}\n\n${end}`,
  );
}

/** A README with its table of costs. */
export function withCosts(page: string): string {
  return page.replace(/^\| A call that \| beside \|.*\n(\|.*\n)+/m, () => `${costTable()}\n`);
}

if (import.meta.main) {
  const { values: given } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  const { rows } = JSON.parse(readFileSync(join(import.meta.dirname, 'results.json'), 'utf8'));
  if (given.write) {
    const pages = {
      'README.md': (page: string) => withResults(page, rows),
      '../README.md': withCosts,
    };
    for (const [path, draw] of Object.entries(pages)) {
      const file = join(import.meta.dirname, path);
      writeFileSync(file, draw(readFileSync(file, 'utf8')));
    }
  } else {
    console.log(costTable());
  }
}
