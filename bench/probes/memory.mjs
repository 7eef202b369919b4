// One figure about memory, in a process of its own: node --expose-gc probes/memory.mjs <what> <contender>

import { Observable, of } from 'rxjs';
import { contenders, libraryOf } from '../lib/contenders.mjs';
import { median } from '../lib/stats.mjs';
import { workloads } from '../lib/workloads.mjs';

const [what, name] = process.argv.slice(2);

function held() {
  for (let i = 0; i < 4; i++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes allocated per call. The young space is so large that none is collected on the way. */
async function allocated(workload) {
  const subject = await workloads[workload](contenders[name], name);
  for (let i = 0; i < 30; i++) await subject.run(5000);
  const seen = [];
  for (let i = 0; i < 15; i++) {
    globalThis.gc();
    await subject.run(1000);
    const before = process.memoryUsage().heapUsed;
    await subject.run(20_000);
    seen.push((process.memoryUsage().heapUsed - before) / 20_000);
  }
  return median(seen);
}

/** Bytes held per call in flight. */
async function inFlight() {
  const count = 100_000;
  const pending = [];
  const source = new Observable((subscriber) => {
    pending.push(subscriber);
  });
  const guarded = await contenders[name].rx(source);
  const observer = { next() {}, error() {}, complete() {} };
  const round = async (n) => {
    for (let i = 0; i < n; i++) guarded.subscribe(observer);
    for (let i = 0; i < 20; i++) await null;
  };
  await round(5000);
  for (const subscriber of pending) subscriber.complete();
  await new Promise(setImmediate);
  pending.length = 0;
  const before = held();
  await round(count);
  if (pending.length !== count) throw new Error(`${pending.length} of ${count} in flight`);
  return (held() - before) / count - 8; // without its place in our list
}

const library = libraryOf(name) ?? {};
const { circuitBreaker } = library;

/** Bytes per breaker: idle, after one call, and what is left when all are dropped. */
function footprint(options) {
  const count = 100_000;
  const make = () => circuitBreaker(options && { ...options });
  for (let i = 0; i < 1000; i++) make()(of(1)).subscribe();
  const before = held();
  let all = Array.from({ length: count }, make);
  const idle = (held() - before) / count - 8;
  for (const breaker of all) breaker(of(1)).subscribe();
  const used = (held() - before) / count - 8;
  if (all[0].snapshot().counts.calls !== 1) throw new Error('the call was not counted');
  all = null;
  const dropped = (held() - before) / count / used;
  return { idle, used, dropped };
}

/** A million breakers by key. */
function million() {
  const count = 1_000_000;
  const keys = Array.from({ length: count }, (_, i) => `tenant-${i}`);
  const before = held();
  const byKey = new Map();
  for (const key of keys) byKey.set(key, null);
  const map = (held() - before) / count;
  for (const key of keys) byKey.set(key, circuitBreaker({ name: key }));
  const bytes = (held() - before) / count - map;
  if (library.circuitBreakers === undefined) return { bytes, registry: null };
  byKey.clear();
  const empty = held();
  const group = library.circuitBreakers({ maxKeys: count, idleTime: Number.POSITIVE_INFINITY });
  for (const key of keys) group.get(key);
  if (group.size !== count) throw new Error(`${group.size} of ${count} are kept`);
  const registry = (held() - empty) / count;
  return { bytes, registry };
}

/** Bytes of a key, and of its breaker, in a group of a hundred thousand. */
function key() {
  const count = 100_000;
  const keys = Array.from({ length: count }, (_, i) => `tenant-${i}`);
  const before = held();
  const group = library.circuitBreakers({ maxKeys: count, idleTime: Number.POSITIVE_INFINITY });
  for (const key of keys) group.get(key);
  if (group.size !== count) throw new Error(`${group.size} of ${count} are kept`);
  return (held() - before) / count;
}

const answers = {
  key,
  footprint: () => footprint(),
  footprintOwn: () => footprint({ retryTimeout: 5_000 }),
  million,
  inFlight,
};
const answer = await (answers[what] ?? (() => allocated(what)))();
process.send(answer, () => process.exit()); // a watcher may have timers
