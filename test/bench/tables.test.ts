import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { costTable, type Row, resultsTable, withCosts, withResults } from '../../bench/tables.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { rows }: { rows: Row[] } = JSON.parse(read('bench/results.json'));

const row = (more: Partial<Row>): Row => ({
  id: 1,
  title: 'rx.ok: ours ÷ map',
  unit: '',
  mode: '',
  value: 0.7649,
  must: null,
  least: false,
  ...more,
});

describe('the table of the results', () => {
  it('shows a figure with its spread in both modes, and both limits', () => {
    const pair = [
      row({ mode: 'isolated', low: 0.71, high: 0.8, must: 0.9 }),
      row({ mode: 'shared', value: 1.01, low: 1.01, high: 1.01, must: 0.95 }),
    ];
    expect(resultsTable(pair)).toContain(
      '| 1 | rx.ok: ours ÷ map | 0.765 [0.71–0.8] | 1.01 | ≤ 0.9 / ≤ 0.95 |',
    );
  });

  it('shows bytes with their unit, and the counts of timers as they are', () => {
    const others = [
      row({ id: 20, title: 'idle', unit: 'B', value: 287.4, must: 290 }),
      row({ id: 21, title: 'timers', value: '0, 0, 0', must: '0, 0, 0' }),
      row({ id: 5, title: 'opossum', value: 8.81, must: 8, least: true }),
    ];
    const table = resultsTable(others);
    expect(table).toContain('| 20 | idle | 287 B |  | ≤ 290 |');
    expect(table).toContain('| 21 | timers | 0, 0, 0 |  | 0, 0, 0 |');
    expect(table).toContain('| 5 | opossum | 8.81 |  | ≥ 8 |');
  });

  it.each([null, undefined, Number.NaN, 'rx.ok: the process of ours ended with 1'])(
    'leaves out a row whose figure is %s',
    (value) => {
      expect(resultsTable([row({ value })]).split('\n')).toHaveLength(2);
    },
  );

  it('stands in the page of the bench as the last whole run came out', () => {
    const page = read('bench/README.md');
    expect(page).toBe(withResults(page, rows));
  });
});

describe('the table of the costs', () => {
  it('has rows of calls only, each with two figures', () => {
    const [, , ...lines] = costTable().split('\n');
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines) expect(line).toMatch(/\| (1\/)?[\d.]+ \| (1\/)?[\d.]+ \|$/);
  });

  it('takes the place of the table in a README, and of nothing else', () => {
    const page = `before\n\n| A call that | beside | a | b |\n|---|---|--:|--:|\n| old | x | 1 | 2 |\n\nafter\n`;
    expect(withCosts(page)).toBe(`before\n\n${costTable()}\n\nafter\n`);
  });
});
