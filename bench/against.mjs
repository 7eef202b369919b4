// The present build beside the build of another commit, in pairs: npm run bench -- --against <ref>

import { measure } from './lib/pairs.mjs';
import { probe } from './lib/probe.mjs';
import { sizes } from './lib/size.mjs';
import { judge, TOLERANCE, weigh } from './lib/verdict.ts';

/** The central workloads: what is measured, and the variant of the breaker. */
const timed = [
  ['rx.ok'],
  ['rx.ok', '/slow'],
  ['rx.ok', '/window'],
  ['rx.ok', '/metrics'],
  ['rx.ok', '/sharing'],
  ['rx.pipe'],
  ['rx.async'],
  ['rx.async', '/slow'],
  ['rx.inflight1000'],
  ['rx.stream'],
  ['rx.open'],
  ['rx.fail10'],
  ['p.ok', '/execute'],
  ['p.open', '/execute'],
  ['keyed.get'],
  ['keyed.new'],
];

/** What is counted: the title, the probe's words, and the field of the answer. */
const counted = [
  ['bytes allocated per call', ['rx.ok']],
  ['bytes allocated per refusal', ['rx.open']],
  ['bytes held per call in flight', ['inFlight']],
  ['bytes per idle breaker', ['footprint'], 'idle'],
  ['bytes per breaker after its first call', ['footprint'], 'used'],
  ['bytes per idle breaker, options of its own', ['footprintOwn'], 'idle'],
  ['bytes per key of a group', ['key']],
];

const cell = (text, width) => String(text).padStart(width);
const two = (value) => value.toFixed(3);

function line(title, first, second, ratio, spread, limit, verdict) {
  console.log(
    `${title.padEnd(44)}${cell(first, 10)}${cell(second, 10)}${cell(ratio, 8)}  ${spread.padEnd(15)}${cell(limit, 7)}  ${verdict}`.trimEnd(),
  );
}

/** The reason why the other build cannot do what is measured. A failure of the present build ends the bench. */
function reasonOf(error) {
  if (!error.contenders?.every((name) => name.startsWith('rival'))) throw error;
  return { reason: /^\w*Error: .*/m.exec(error.message)?.[0] ?? error.message.split('\n', 1)[0] };
}

async function ratiosOf([workload, variant = ''], plan) {
  const pair = [`ours${variant}`, `rival${variant}`];
  const measured = await measure(workload, [pair], 'isolated', plan).catch(reasonOf);
  if (measured.reason !== undefined) return measured;
  const { fastest, ns } = measured;
  return { ratios: fastest.get(pair.join(' / ')), ours: ns[pair[0]], rival: ns[pair[1]] };
}

/**
 * Measures, prints the table, and answers with the titles of what has become slower or larger.
 *
 * @param only Beginnings of titles: the other workloads are left out.
 */
export async function against(name, plan, only) {
  const isWanted = (title) => only === undefined || only.some((part) => title.startsWith(part));
  const { forks, rounds, repeats } = plan;
  console.log(
    `The present build beside ${name}: ${forks} forks of ${rounds} pairs; bytes ${repeats} times.\n`,
  );
  line('', 'present', 'other', 'ratio', 'spread', 'limit', '');
  const worse = [];
  for (const what of timed) {
    const title = what.join(' ');
    if (!isWanted(title)) continue;
    let measured = await ratiosOf(what, plan);
    if (measured.reason !== undefined) {
      line(title, '', '', '', '', '', `not in the other build: ${measured.reason}`);
      continue;
    }
    let judged = judge(measured.ratios);
    let verdict = judged.verdict;
    if (verdict === 'slower') {
      // fresh forks: one table has many rows, and chance may have met one of them
      measured = await ratiosOf(what, plan);
      if (measured.reason !== undefined) throw new Error(measured.reason);
      judged = judge(measured.ratios);
      verdict = judged.verdict === 'slower' ? 'SLOWER, twice' : 'equal, the second time';
    }
    if (verdict.startsWith('SLOWER')) worse.push(title);
    const { median, low, high, limit } = judged;
    const time = (value) => `${value < 100 ? value.toPrecision(3) : Math.round(value)} ns`;
    line(
      title,
      time(measured.ours),
      time(measured.rival),
      two(median),
      `[${two(low)}–${two(high)}]`,
      two(limit),
      verdict,
    );
  }

  for (const [title, words, field] of counted) {
    if (!isWanted(title)) continue;
    const pairs = [];
    for (let i = 0; i < repeats && pairs !== null; i++) {
      const seen = [];
      for (const build of ['ours', 'rival']) {
        const answer = await probe('memory.mjs', ...words, build).catch((error) => {
          if (build === 'rival') return null;
          throw error;
        });
        seen.push(answer !== null && field ? answer[field] : answer);
      }
      pairs.push(seen);
    }
    if (pairs.some(([, other]) => other === null)) {
      line(title, '', '', '', '', '', 'not in the other build');
      continue;
    }
    const { ours, other, low, high, verdict } = weigh(pairs);
    if (verdict === 'larger') worse.push(title);
    const bytes = (value) => `${Math.round(value)} B`;
    const spread = `[${two(low)}–${two(high)}]`;
    const shown = verdict === 'larger' ? 'LARGER' : verdict;
    line(title, bytes(ours), bytes(other), two(ours / other), spread, '', shown);
  }

  const [mine, others] = [await sizes(), await sizes(process.env.BENCH_RIVAL)];
  const ratio = two(mine.gzip / others.gzip);
  line(
    'bundle of circuitBreaker, min+gzip',
    `${mine.gzip} B`,
    `${others.gzip} B`,
    ratio,
    '',
    '',
    '',
  );

  console.log(`
ratio: the time of the present build over that of the other, the median of the forks. spread: holds the true ratio in
99 of 100 runs. limit: ${TOLERANCE} times median over lower end; a median above it is SLOWER, if fresh forks say so again.
Bytes are LARGER when every count says so, by more than 1 % and 2 bytes.`);
  return worse;
}
