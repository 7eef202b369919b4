// Ratios of pairs: both of a pair are sampled one right after the other, which goes first is tossed, and
// the pairs of a round come in random order. A fork is a fresh set of processes; two processes that run
// the same code differ by a tenth for their whole life, so a ratio is the median of forks.

import { fork as spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fastest, median, shuffle, spread } from './stats.mjs';

const contendersChild = fileURLToPath(new URL('../child.mjs', import.meta.url));

function start(workload, names, plan) {
  const { sampleMs, warmMs = 40, child = contendersChild } = plan;
  const process = spawn(child, [workload, names.join(','), sampleMs, warmMs].map(String), {
    silent: true,
  });
  let said = '';
  process.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-4000);
  });
  const answers = [];
  let broken = null;
  const settle = (answer) => answers.shift()?.(answer);
  process.on('message', settle);
  process.on('exit', (code) => {
    broken = { error: `${workload}: the process of ${names} ended with ${code}\n${said}` };
    settle(broken);
  });
  const answer = async (send) => {
    const fail = (text) => {
      throw Object.assign(new Error(text), { contenders: names });
    };
    if (broken) fail(broken.error);
    const reply = await new Promise((resolve) => {
      answers.push(resolve);
      send?.();
    });
    if (reply.error) fail(reply.error);
    return reply;
  };
  return {
    ready: answer(),
    sample: async (name) => (await answer(() => process.send(name))).ns,
    stop: () => process.kill(),
  };
}

/**
 * The ratio a ÷ b of each pair [a, b], and the nanoseconds of each contender.
 *
 * @param mode 'isolated': a process for each; 'shared': one for all.
 */
export async function measure(workload, pairs, mode, plan) {
  const { forks, rounds } = plan;
  const names = [...new Set(pairs.flat())];
  const ratios = pairs.map(() => []);
  const added = pairs.map(() => []);
  const quick = pairs.map(() => []);
  const ns = new Map(names.map((name) => [name, []]));
  for (let f = 0; f < forks; f++) {
    const started = [];
    const processOf = new Map();
    try {
      const groups = mode === 'shared' ? [shuffle(names)] : shuffle(names).map((name) => [name]);
      while (groups.length > 0) {
        // two at a time: each warms up on a core of its own
        const couple = groups.splice(0, 2).map((group) => {
          const process = start(workload, group, plan);
          started.push(process);
          for (const name of group) processOf.set(name, process);
          return process.ready;
        });
        await Promise.all(couple);
      }
      const seen = pairs.map(() => ({ ratios: [], added: [], times: [[], []] }));
      for (let round = 0; round < rounds; round++) {
        for (const index of shuffle([...pairs.keys()])) {
          const [a, b] = pairs[index];
          const took = {};
          for (const name of Math.random() < 0.5 ? [a, b] : [b, a]) {
            took[name] = await processOf.get(name).sample(name);
            ns.get(name).push(took[name]);
          }
          seen[index].ratios.push(took[a] / took[b]);
          seen[index].added.push(took[a] - took[b]);
          seen[index].times[0].push(took[a]);
          seen[index].times[1].push(took[b]);
        }
      }
      seen.forEach((pair, index) => {
        ratios[index].push(median(pair.ratios));
        added[index].push(median(pair.added));
        quick[index].push(fastest(pair.times[0]) / fastest(pair.times[1]));
      });
    } finally {
      for (const process of started) process.stop();
    }
  }
  return {
    ratios: new Map(pairs.map((pair, i) => [pair.join(' / '), spread(ratios[i])])),
    /** Of each fork the ratio of the fastest quarters: another program lengthens samples, and shortens none. */
    fastest: new Map(pairs.map((pair, i) => [pair.join(' / '), quick[i]])),
    added: new Map(pairs.map((pair, i) => [pair.join(' / '), spread(added[i])])),
    ns: Object.fromEntries([...ns].map(([name, all]) => [name, median(all)])),
  };
}
