// The price of each member and option of a breaker, in bytes of a bundle of `{ circuitBreaker }`:
// node bench/price.ts [--write]
// `--write` puts the table into README.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PriceList, type Without } from './lib/price.ts';
import { tryOut } from './lib/tryOut.ts';

const member = (...names: string[]): Without => ({
  members: names.map((name) => `Handle.${name}`),
});

/** The members and the options, and what has to go so that a breaker has them no more. */
export const goods: Readonly<Record<string, Without>> = {
  '`execute`': member('execute'),
  '`acquire`': member('acquire'),
  '`execute` and `acquire`': member('execute', 'acquire'),
  '`with`': member('with'),
  '`state$`': member('state$'),
  '`events$`': member('events$'),
  '`state$` and `events$`': member('state$', 'events$'),
  '`totals()`': member('totals'),
  '`trip`': member('trip'),
  '`halfOpen`': member('halfOpen'),
  '`isolate`, `disable` and `reset`': member('isolate', 'disable', 'reset'),
  '`configure`': member('configure'),
  '`restore`': {
    members: ['Circuit.restore', 'Epoch.restore', 'Probes.restore'],
    constants: { restore: 'undefined' },
  },
  '`slowCallDuration`, `slowCallRateThreshold`': {
    constants: {
      slowCallDuration: 'Infinity',
      slowCallRateThreshold: 'Infinity',
      slowLimit: 'Infinity',
      slowIsBad: 'false',
      flights: 'null',
      limits: 'null',
    },
  },
  '`tripWhen`': { constants: { tripWhen: 'undefined' } },
  '`consecutiveFailureThreshold`': { constants: { consecutiveFailureThreshold: 'Infinity' } },
  '`failureThreshold`': { constants: { failureThreshold: 'Infinity' } },
  '`rollingWindow: { calls }`': { constants: { ring: 'null' } },
  '`classifyError`': { constants: { classifyError: 'undefined' } },
  '`classifyValue`': { constants: { classifyValue: 'undefined' } },
  "`successOn: 'first-value'`": { constants: { successOnFirstValue: 'false' } },
  '`successOn: { after }`': { constants: { successAfter: 'undefined', ripening: 'undefined' } },
  '`successOn`': {
    constants: {
      successOn: 'undefined',
      successOnFirstValue: 'false',
      successAfter: 'undefined',
      ripening: 'undefined',
    },
    emptied: ['readSuccessOn'],
  },
  '`probeGrowth`': { constants: { probeGrowth: 'undefined' } },
  '`successThreshold`, `maxProbes`, `probeFailureThreshold`': {
    constants: {
      successThreshold: 'undefined',
      maxProbes: 'undefined',
      probeFailureThreshold: 'undefined',
    },
    emptied: ['hasFixedProbes'],
  },
  '`probe`': {
    constants: { probe: 'undefined', isHealthCheck: 'false', lookAfterHealth: 'undefined' },
  },
  'the two channels of `node:diagnostics_channel`': { undefined: ['refusals', 'stateChanges'] },
  'the checks of the options, and their messages': {
    emptied: ['check', 'ensure', 'ensureSnapshot', 'ensureCallOptions', 'ensureVerdict'],
  },
  'the hooks of `shareCircuit`': { constants: { sharing: 'undefined' } },
};

/** Everything that has to go for several members and options at once. */
function allOf(parts: readonly Without[]): Without {
  return {
    members: parts.flatMap(({ members = [] }) => members),
    constants: {
      ...Object.assign({}, ...parts.map(({ constants }) => constants)),
      // half-open without rounds and without options still needs a number
      successThreshold: '1',
      maxProbes: '1',
      probeFailureThreshold: '1',
    },
    emptied: parts.flatMap(({ emptied = [] }) => emptied),
    undefined: parts.flatMap(({ undefined: names = [] }) => names),
  };
}

/** The table, the dearest first. Every bundle is tried out: it has to be a breaker still. */
async function table(): Promise<string> {
  const list = await PriceList.of();
  await tryOut('everything', list.whole.code);
  const rows: { name: string; bytes: number }[] = [];
  for (const [name, without] of Object.entries(goods)) {
    const { code, gzip } = await list.without(without);
    await tryOut(name, code);
    rows.push({ name, bytes: list.whole.gzip - gzip });
  }
  rows.sort((a, b) => b.bytes - a.bytes);
  const { code, gzip } = await list.without(allOf(Object.values(goods)));
  await tryOut('nothing of all this', code);
  return [
    '| Without | bytes less |',
    '|---|--:|',
    ...rows.map(({ name, bytes }) => `| ${name} | ${bytes} |`),
    `| all of this at once | ${list.whole.gzip - gzip} |`,
    `| (the whole: ${list.whole.gzip.toLocaleString('en')} bytes) | |`,
  ].join('\n');
}

const { values: given } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const text = await table();
console.log(text);
if (given.write) {
  const page = join(import.meta.dirname, 'README.md');
  const before = readFileSync(page, 'utf8');
  const after = before.replace(
    /(<!-- prices -->\n)[\s\S]*?(<!-- \/prices -->)/,
    (_, start, end) => `${start}\n${text}\n\n${end}`,
  );
  writeFileSync(page, after);
}
