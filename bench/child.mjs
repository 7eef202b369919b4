// A process that has been given some contenders and takes a sample of one when told to.

import { contenders } from './lib/contenders.mjs';
import { scaling } from './lib/scaling.mjs';
import { workloads } from './lib/workloads.mjs';

const [workload, names, target] = process.argv.slice(2);
const sampleMs = Number(target);
const subjects = new Map();

async function prepare(name) {
  const subject =
    scaling[name] !== undefined
      ? await scaling[name]()
      : await workloads[workload](contenders[name], name);
  subjects.set(name, { subject, n: 1000, warmest: 0 });
}

async function time(name, n) {
  const { subject } = subjects.get(name);
  const start = process.hrtime.bigint();
  await subject.run(n);
  return Number(process.hrtime.bigint() - start) / n;
}

// Everybody once, so that in a shared process the code has seen them all before anything is measured.
for (const name of names.split(',')) await prepare(name);
for (let turn = 0; turn < 4; turn++) {
  for (const [name, entry] of subjects) {
    const until = performance.now() + 40;
    let ns = 0;
    do ns = await time(name, entry.n);
    while (performance.now() < until);
    const fixed = entry.subject.fixed;
    entry.n = fixed ?? Math.max(1000, Math.round((sampleMs * 1e6) / ns / 1000) * 1000);
  }
}

process.on('message', async (name) => {
  try {
    await subjects.get(name).subject.before?.();
    process.send({ ns: await time(name, subjects.get(name).n) });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.send({ ready: true });
