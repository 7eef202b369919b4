// Timers of one breaker: idle, while a call is in flight, and open. And whether it keeps the process up.

let living = 0;
const timers = new Set();
for (const kind of ['Timeout', 'Interval']) {
  const set = globalThis[`set${kind}`];
  const clear = globalThis[`clear${kind}`];
  globalThis[`set${kind}`] = (...given) => {
    const timer = set(...given);
    timers.add(timer);
    living = timers.size;
    return timer;
  };
  globalThis[`clear${kind}`] = (timer) => {
    timers.delete(timer);
    living = timers.size;
    clear(timer);
  };
}

const { contenders } = await import('../lib/contenders.mjs');
const contender = contenders[process.argv[2]];
const answer = () => Promise.reject(new Error('down'));
const call = await contender.task(() => answer());
const idle = living;
for (let i = 0; i < 200; i++) await call().catch(() => {});
const open = living;

const { Observable } = await import('rxjs');
const pending = [];
const fresh = await contender.rx(
  new Observable((subscriber) => {
    pending.push(subscriber);
  }),
);
const before = living;
fresh.subscribe();
for (let i = 0; i < 20; i++) await null;
// a peer may have a call in flight for seconds yet
process.send({ idle, open, perCall: living - before }, () => process.exit());
