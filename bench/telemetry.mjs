// What it costs a call to be watched, and what a scrape costs:
// node bench/telemetry.mjs [--quick] [--only operator,scrape] [--json file]
// Each way of watching is sampled beside a breaker that nobody watches, in processes of their own. Each way has
// such a breaker to itself: one that stood beside all of them would be sampled more often, and be warmer.

import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measure } from './lib/pairs.mjs';

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
if (!existsSync(new URL('../dist/prometheus.js', import.meta.url))) {
  console.error('There is no build: npm run build first.');
  process.exit(1);
}

const plan = {
  ...(given.quick ? { forks: 2, rounds: 15, sampleMs: 2 } : { forks: 4, rounds: 40, sampleMs: 4 }),
  child: fileURLToPath(new URL('telemetryChild.mjs', import.meta.url)),
};

const watching = {
  state$: 'state$',
  prometheus: 'metrics attached, Prometheus',
  opentelemetry: 'metrics attached, OpenTelemetry',
  refusals: 'refusals traced, OpenTelemetry',
  page: 'a page is open',
  prometheusDurations: 'durations on, Prometheus',
  opentelemetryDurations: 'durations on, OpenTelemetry',
};
const calls = ['operator', 'execute', 'refused', 'scrape'].filter(
  (call) => !given.only || given.only.split(',').includes(call),
);

const rows = [];
for (const call of calls) {
  if (call === 'scrape') continue;
  process.stderr.write(`${call} ... `);
  const pairs = Object.keys(watching).map((way) => [way, `nobody beside ${way}`]);
  const { ratios, ns } = await measure(call, pairs, 'isolated', plan);
  for (const [way, title] of Object.entries(watching)) {
    rows.push({ title, call, ...ratios.get(`${way} / nobody beside ${way}`), ns: ns[way] });
  }
  rows.push({ title: 'nobody', call, median: 1, low: 1, high: 1, ns: ns['nobody beside state$'] });
}

if (calls.includes('scrape')) {
  process.stderr.write('scrape ... ');
  const scrapes = [
    ['keys', 'defaults', 'a scrape of 1,000 keys, added up ÷ the default metrics of Node'],
    ['keysShown', 'keys', 'a scrape of 1,000 keys, each shown ÷ added up'],
    ['breaker', 'defaults', 'a scrape of one breaker ÷ the default metrics of Node'],
  ];
  const pairs = scrapes.map(([a, b]) => [a, b]);
  const { ratios, ns } = await measure('scrape', pairs, 'isolated', plan);
  for (const [a, b, title] of scrapes) {
    rows.push({ title, call: 'scrape', ...ratios.get(`${a} / ${b}`), ns: ns[a] });
  }
}
process.stderr.write('\n');

for (const { title, call, median, low, high, ns: time } of rows) {
  const spread = `${low.toFixed(2)} to ${high.toFixed(2)}`;
  const took = time > 10_000 ? `${(time / 1e6).toFixed(2)} ms` : `${Math.round(time)} ns`;
  console.log(`${call.padEnd(9)} ${title.padEnd(70)} ${median.toFixed(2)} (${spread})  ${took}`);
}
const node = process.versions.node.split('.')[0];
if (given.json)
  writeFileSync(
    given.json,
    `${JSON.stringify({ node, plan: { ...plan, child: undefined }, rows }, null, 2)}\n`,
  );
