// A process that has been given some contenders and takes a sample of one when told to.

import { workloads as http } from './http/workloads.mjs';
import { contenders } from './lib/contenders.mjs';
import { scaling } from './lib/scaling.mjs';
import { workloads } from './lib/workloads.mjs';

const [workload, names, sample, warm] = process.argv.slice(2);
const [sampleMs, warmMs] = [sample, warm].map(Number);
const subjects = new Map();

function make(name) {
  if (scaling[name] !== undefined) return scaling[name]();
  if (http[workload] !== undefined) return http[workload](name);
  const contender = contenders[name];
  if (contender === undefined) throw new Error(`there is no contender ${name}`);
  return workloads[workload](contender, name);
}

async function prepare(name) {
  const subject = await make(name);
  subjects.set(name, { subject, n: subject.step ?? 1000 });
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
    const until = performance.now() + warmMs;
    let ns = 0;
    do ns = await time(name, entry.n);
    while (performance.now() < until);
    const { fixed, step = 1000 } = entry.subject;
    entry.n = fixed ?? Math.max(step, Math.round((sampleMs * 1e6) / ns / step) * step);
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
process.on('disconnect', () => process.exit()); // the runner has ended
process.send({ ready: true });
