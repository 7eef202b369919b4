// CPU of a process with 10,000 idle breakers, as a fraction of a core.

import { contenders, library } from '../lib/contenders.mjs';

const [name, seconds] = process.argv.slice(2);
const kept = [];
for (let i = 0; i < 10_000; i++) {
  if (name === 'ours') kept.push(library.circuitBreaker());
  else if (name !== 'nothing') kept.push(await contenders[name].task(() => Promise.resolve(1)));
}
globalThis.gc?.();
await new Promise((resolve) => setTimeout(resolve, 500));
const before = process.cpuUsage();
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const { user, system } = process.cpuUsage(before);
process.send((user + system) / 1e6 / seconds);
process.exit(kept.length < 0 ? 1 : 0);
