// The rows of the bench, as a table, as JSON, and as a chart.

import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chart } from './chart.mjs';
import { onLeaving } from './lib/leaving.ts';
import { measure } from './lib/pairs.mjs';
import { printFloors, printRow } from './lib/print.mjs';
import { floors, rows } from './rows.mjs';

const modes = ['isolated', 'shared'];

/** The lines to measure: all of them, those of some rows, or the central ones. */
function chosenRows({ rows: ids, quick }) {
  return rows
    .filter(({ id, central }) => ids?.includes(id) ?? (!quick || central))
    .map(({ id, lines }) => ({ id, lines: lines.filter(({ long }) => !quick || !long) }));
}

/** The pairs to sample, by workload: a fork serves all lines of its workload. */
function pairsOf(chosen, isWhole) {
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
  if (isWhole) {
    for (const [workload, list] of Object.entries(floors)) {
      for (const pair of list) need(workload, pair);
    }
  }
  return pairs;
}

/** The service of the HTTP workloads, for the children that find it by this variable. */
async function serve() {
  const server = fork(fileURLToPath(new URL('http/server.mjs', import.meta.url)));
  onLeaving(() => server.kill());
  const { port } = await new Promise((resolve, reject) => {
    server.once('message', resolve);
    server.once('exit', () => reject(new Error('the HTTP server of the bench does not start')));
  });
  process.env.BENCH_PORT = String(port);
}

async function sampled(pairs, plan) {
  if (Object.keys(pairs).some((workload) => workload.startsWith('http.'))) await serve();
  const measured = {};
  for (const [workload, list] of Object.entries(pairs)) {
    measured[workload] = {};
    for (const mode of workload === 'scaling' ? ['shared'] : modes) {
      process.stderr.write(`${workload} ${mode} ... `);
      measured[workload][mode] = await measure(workload.split(' @')[0], list, mode, plan);
      process.stderr.write('\n');
    }
  }
  return measured;
}

/** The figure of a line in a mode, with its spread. */
function figureOf(line, mode, measured) {
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
  if (line.quotient) {
    return divide(...line.quotient.map(([workload, pair]) => read(workload, pair)));
  }
  return read(line.workload, line.pair);
}

/** The figures that are no ratios of pairs. Two processes count bytes side by side; the others have the machine alone. */
async function figuresOf(chosen, times, quick) {
  const lines = chosen.flatMap((row) => row.lines).filter(({ get }) => get);
  const answers = new Map();
  const take = async (line) => {
    process.stderr.write(`${line.title}\n`);
    const answer = await line.get(times, quick).then(
      (value) => ({ value }),
      (error) => ({ value: error.message, error }),
    );
    answers.set(line, answer);
  };
  const bytes = lines.filter(({ unit }) => unit === 'B');
  while (bytes.length > 0) await Promise.all(bytes.splice(0, 2).map(take));
  for (const line of lines) if (!answers.has(line)) await take(line);
  return answers;
}

/** Measures the lines, and prints them; the returned number is the exit code. */
export async function report({ quick, rows: ids, forks, json, chart: chartFile }) {
  const isWhole = ids === undefined && !quick;
  const plan = quick
    ? { forks: 2, rounds: 12, sampleMs: 2, warmMs: 20 }
    : { forks: 4, rounds: 40, sampleMs: 4, warmMs: 40 };
  if (forks !== undefined) plan.forks = forks;
  const times = quick ? 1 : 3;
  const chosen = chosenRows({ rows: ids, quick });
  const measured = await sampled(pairsOf(chosen, isWhole), plan);
  let exitCode = 0;
  const answers = await figuresOf(chosen, times, quick);
  const results = [];
  for (const { id, lines } of chosen) {
    for (const line of lines) {
      const { title, unit = '', must, stretch, least = false } = line;
      if (line.get) {
        const { value, error } = answers.get(line);
        if (error !== undefined) exitCode = 1;
        results.push({ id, title, unit, least, mode: '', must, stretch, value });
        continue;
      }
      for (const mode of line.modes ?? modes) {
        const at = modes.indexOf(mode);
        const { median, low, high } = figureOf(line, mode, measured);
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

  for (const row of results) printRow(row);
  const overFloor = {};
  for (const workload of isWhole ? Object.keys(floors) : []) {
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

  const written = { node: process.versions.node.split('.')[0], plan, rows: results, overFloor };
  if (json) writeFileSync(json, `${JSON.stringify(written, null, 2)}\n`);
  if (chartFile && overFloor['rx.ok']) writeFileSync(chartFile, chart(overFloor['rx.ok']));
  return exitCode;
}
