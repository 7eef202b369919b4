// Look-ups among many keys, each beside a look-up in a Map of the same keys:
// node probes/keyed.mjs <build> <keys> [variant]
// Group and Map take turns, and go through their keys in the same order, which no cache can foresee.

import { attach, libraryOf, variants } from '../lib/contenders.mjs';
import { median, shuffle } from '../lib/stats.mjs';

const [build, keys, variant = ''] = process.argv.slice(2);
const count = Number(keys);
const batch = 50_000;
const rounds = 8;
const { circuitBreakers } = libraryOf(build);
const known = Array.from({ length: count }, (_, i) => `tenant-${i}`);
// as many as are asked for: each is new when it is asked for
const strange = Array.from({ length: batch * rounds }, (_, i) => `stranger-${i}`);
const map = new Map(known.map((key) => [key, {}]));

function groupOf(idleTime) {
  const group = circuitBreakers({ maxKeys: count, idleTime, ...variants[variant] });
  for (const key of known) group.get(key);
  return group;
}

/** Nanoseconds of a look-up; `hits` is the number that has to be found. */
function time(find, from, at, hits) {
  const start = process.hrtime.bigint();
  let found = 0;
  for (let i = 0; i < batch; i++) if (find(from[((at + i) * 7919) % from.length])) found++;
  const ns = Number(process.hrtime.bigint() - start) / batch;
  if (found !== hits) throw new Error(`${found} keys were found, of ${hits}`);
  return ns;
}

/** The median ratio of a look-up in the group to a look-up in the Map. */
function beside(find, from, hits, mapFrom = from) {
  const inMap = (key) => map.get(key) !== undefined;
  const ratios = [];
  for (let round = 0; round < rounds; round++) {
    const at = round * batch;
    const took = {};
    for (const who of shuffle(['group', 'map'])) {
      took[who] =
        who === 'map'
          ? time(inMap, mapFrom, at, mapFrom === known ? batch : 0)
          : time(find, from, at, hits);
    }
    if (round > 1) ratios.push(took.group / took.map); // the first rounds compile
  }
  if (group.size !== count) throw new Error(`${group.size} of ${count} are kept`);
  return median(ratios);
}

let group = groupOf(Number.POSITIVE_INFINITY);
await attach(variant, build, group, known[0]);
const get = (key) => group.get(key) !== undefined;
const answer = { present: beside(get, known, batch) };
if (variant === '') {
  answer.absent = beside((key) => group.has(key), strange, 0);
  group = groupOf(3_600_000); // a clock to look at
  answer.idleTime = beside(get, known, batch);
  // the group is full: each new key takes the place of the oldest
  answer.eviction = beside(get, strange, batch, known);
}
process.send(answer, () => process.exit());
