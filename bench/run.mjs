// The bench: node bench/run.mjs [--quick] [--row 1,2] [--forks 4] [--json file] [--chart file] [--dist folder]
// With --rival folder, another build is sampled beside ours in every workload of the rows.

import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chart } from './chart.mjs';
import { measure } from './lib/pairs.mjs';
import { printFloors, printRow } from './lib/print.mjs';

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    row: { type: 'string' },
    forks: { type: 'string' },
    json: { type: 'string' },
    chart: { type: 'string' },
    dist: { type: 'string' },
    rival: { type: 'string' },
  },
});

if (Number(process.versions.node.split('.')[0]) < 22) {
  console.error('The peers ask for Node 22 or later: run this with npm run bench.');
  process.exit(1);
}

// A copy of the build, so that one made meanwhile does not get into the figures. It lies here to find
// the same rxjs as the contenders do.
const here = fileURLToPath(new URL('.', import.meta.url));
const built = given.dist ?? join(here, '../dist');
if (!existsSync(join(built, 'index.js'))) {
  console.error('There is no build: npm run build first.');
  process.exit(1);
}
function copyOf(folder) {
  const copy = mkdtempSync(join(here, '.dist-'));
  process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
  cpSync(folder, copy, { recursive: true });
  writeFileSync(join(copy, 'package.json'), '{ "type": "module", "sideEffects": false }\n');
  return pathToFileURL(join(copy, 'index.js')).href;
}
process.env.BENCH_DIST = copyOf(built);
if (given.rival) process.env.BENCH_RIVAL = copyOf(given.rival);
process.on('SIGINT', () => process.exit(130));

const { floors, rows } = await import('./rows.mjs');

const quickRows = [1, 2, 5, 7, 9, 12, 17, 18, 19, 20];
const wanted = given.row?.split(',').map(Number) ?? (given.quick ? quickRows : null);
const chosen = rows.filter(({ id }) => wanted === null || wanted.includes(id));
const plan = given.quick
  ? { forks: 2, rounds: 15, sampleMs: 2 }
  : { forks: 4, rounds: 40, sampleMs: 4 };
if (given.forks) plan.forks = Number(given.forks);
const times = given.quick ? 1 : 3;

// Which pairs to sample, by workload: a fork serves all rows of its workload.
const pairs = {};
const need = (workload, pair) => {
  pairs[workload] ??= [];
  const list = pairs[workload];
  if (!list.some((other) => other.join() === pair.join())) list.push(pair);
};
for (const line of chosen.flatMap(({ lines }) => lines)) {
  if (line.pair) need(line.workload, line.pair);
  for (const pair of line.added ?? []) need(line.workload, pair);
  for (const [workload, pair] of line.quotient ?? []) need(workload, pair);
}
if (wanted === null) {
  for (const [workload, list] of Object.entries(floors)) {
    for (const pair of list) need(workload, pair);
  }
}

if (given.rival) {
  const lines = Object.keys(pairs)
    .filter((workload) => workload.startsWith('rx.'))
    .map((workload) => ({
      title: `${workload}: ours ÷ rival`,
      workload,
      pair: ['ours', 'rival'],
      must: [null, null],
      stretch: [null, null],
    }));
  for (const { workload, pair } of lines) need(workload, pair);
  chosen.push({ id: 0, lines });
}

const modes = ['isolated', 'shared'];
const measured = {};
for (const [workload, list] of Object.entries(pairs)) {
  measured[workload] = {};
  for (const mode of workload === 'scaling' ? ['shared'] : modes) {
    process.stderr.write(`${workload} ${mode} ... `);
    measured[workload][mode] = await measure(workload, list, mode, plan);
    process.stderr.write('\n');
  }
}

/** The figure of a line in a mode, with its spread. */
function of(line, mode) {
  const read = (workload, pair, kind = 'ratios') =>
    measured[workload][mode][kind].get(pair.join(' / '));
  const divide = (a, b) => ({
    median: a.median / b.median,
    low: a.low / b.high,
    high: a.high / b.low,
  });
  if (line.ns) {
    const median = measured[line.workload][mode].ns[line.ns];
    return { median, low: median, high: median };
  }
  if (line.added) return divide(...line.added.map((pair) => read(line.workload, pair, 'added')));
  if (line.quotient)
    return divide(...line.quotient.map(([workload, pair]) => read(workload, pair)));
  return read(line.workload, line.pair);
}

const results = [];
for (const { id, lines } of chosen) {
  for (const line of lines) {
    const { title, unit = '', must, stretch, least = false } = line;
    if (line.get) {
      const value = await line.get(times, given.quick).catch((error) => {
        process.exitCode = 1;
        return error.message;
      });
      results.push({ id, title, unit, least, mode: '', must, stretch, value });
    } else {
      for (const mode of line.modes ?? modes) {
        const at = modes.indexOf(mode);
        const { median, low, high } = of(line, mode);
        results.push({
          id,
          title,
          unit,
          least,
          mode: line.modes ? '' : mode,
          must: must[at],
          stretch: stretch[at],
          value: median,
          low,
          high,
        });
      }
    }
  }
}

for (const row of results) printRow(row);
const overFloor = {};
for (const workload of wanted === null ? Object.keys(floors) : []) {
  overFloor[workload] = {};
  for (const mode of modes) {
    const { ratios, ns } = measured[workload][mode];
    overFloor[workload][mode] = floors[workload].map(([name, floor]) => ({
      name,
      floor,
      ...ratios.get(`${name} / ${floor}`),
      // one axis for all: a promise breaker's ratio includes the bridge that its user needs
      overBare: ns[name] / ns.bare,
    }));
  }
}
printFloors(overFloor);

const report = { node: process.versions.node.split('.')[0], plan, rows: results, overFloor };
if (given.json) writeFileSync(given.json, `${JSON.stringify(report, null, 2)}\n`);
if (given.chart && overFloor['rx.ok']) writeFileSync(given.chart, chart(overFloor['rx.ok']));
