import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './stats.mjs';

const flags = {
  'memory.mjs': ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'],
  'idle.mjs': ['--expose-gc'],
};

/** What a script of `probes/` sends, run in a process of its own. */
export function probe(script, ...given) {
  const path = fileURLToPath(new URL(`../probes/${script}`, import.meta.url));
  return new Promise((resolve, reject) => {
    const process = fork(path, given.map(String), { execArgv: flags[script] ?? [] });
    process.on('message', resolve);
    process.on('exit', (code) => {
      if (code) reject(new Error(`${script} ${given.join(' ')} ended with ${code}`));
      else resolve(undefined);
    });
  });
}

/** The median of a few processes. */
export async function typical(times, script, ...given) {
  const seen = [];
  for (let i = 0; i < times; i++) seen.push(await probe(script, ...given));
  if (typeof seen[0] === 'number') return median(seen);
  return Object.fromEntries(
    Object.keys(seen[0]).map((key) => [
      key,
      seen[0][key] === null ? null : median(seen.map((one) => one[key])),
    ]),
  );
}
