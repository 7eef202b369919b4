// npm run study: plays both studies and writes their tables into README.md of this folder.
import { readFileSync, writeFileSync } from 'node:fs';
import { fleets, policies, secondsLost, services } from './recovery.ts';
import { falseOpenings, nuisances, rules, timesToOpen, troubles } from './trip.ts';

const page = new URL('README.md', import.meta.url);

/** Two digits that count, or all whole digits. */
export function short(value: number | null): string {
  if (value === null) return 'never';
  return value >= 10 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, n) => (n === 0 ? '---' : '--:'))), ...rows.map(line)].join(
    '\n',
  );
}

/** Turns columns into rows with names. */
function rowsOf(
  names: readonly string[],
  columns: readonly (readonly (number | null)[])[],
): string[][] {
  return names.map((name, n) => [
    name,
    ...columns.map((column) => short(column[n] as number | null)),
  ]);
}

function trip(): string {
  const columns = [...troubles.map(timesToOpen), ...nuisances.map(falseOpenings)];
  const head = [
    'rule',
    ...troubles.map(({ title }) => title),
    ...nuisances.map(({ title }) => title),
  ];
  return table(head, rowsOf(Object.keys(rules), columns));
}

function recovery(): string {
  const parts = fleets.map((processes) => {
    const columns = Object.keys(services).map((service) => secondsLost(service, processes));
    const fleet = processes === 1 ? 'One process' : `${processes} processes`;
    return table([fleet, ...Object.keys(services)], rowsOf(Object.keys(policies), columns));
  });
  return parts.join('\n\n');
}

if (process.argv[1]?.endsWith('run.ts')) {
  let text = readFileSync(page, 'utf8');
  for (const [name, study] of Object.entries({ trip, recovery })) {
    const began = performance.now();
    const between = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    text = text.replace(between, `$1\n${study()}\n\n$2`);
    console.log(`${name}: ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  }
  writeFileSync(page, text);
}
