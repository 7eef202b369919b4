// Pairs that differ in one size only. They run on a clock of our own, so that nothing but the size differs.

import { Observable, of } from 'rxjs';
import { library } from './contenders.mjs';

const failed = new Error('the dependency failed');

function subject(options, { fill = 0, step = 0, fixed, reset = false } = {}) {
  let now = 0;
  const breaker = library.circuitBreaker({
    ...options,
    scheduler: { now: () => now, schedule: () => ({ unsubscribe() {} }) },
  });
  let ended = 0;
  let call = 0;
  const observer = {
    next() {},
    error() {
      ended++;
    },
    complete() {
      ended++;
    },
  };
  const source = new Observable((subscriber) => {
    if (++call % 10 === 0) subscriber.error(failed);
    else subscriber.complete();
  });
  const guarded = breaker(source);
  for (let i = 0; i < fill; i++) guarded.subscribe(observer);
  return {
    fixed,
    before() {
      if (reset) breaker.reset();
    },
    run(n) {
      const before = ended;
      for (let i = 0; i < n; i++) {
        now += step;
        guarded.subscribe(observer);
      }
      if (ended - before !== n) throw new Error('calls went missing');
      if (breaker.state !== 'closed') throw new Error(`the breaker is ${breaker.state}`);
    },
  };
}

const buckets = (n) => ({ rollingWindow: { duration: n * 1000, buckets: n } });
const calls = (n) => ({ rollingWindow: { calls: n } });

export const scaling = {
  'buckets 10': () => subject(buckets(10)),
  'buckets 3600': () => subject(buckets(3600)),
  'calls 100': () => subject(calls(100), { fill: 200 }),
  'calls 1000000': () => subject(calls(1_000_000), { fill: 1_100_000 }),
  'window of 0': () => subject({}, { fixed: 2000, reset: true }),
  'window of 100000': () => subject({}, { fixed: 2000, fill: 100_000 }),
  'no idle time': () => subject(buckets(3600)),
  'idle hours': () => subject(buckets(3600), { step: 2 * 3_600_000 }),
  statistics: () => {
    const breaker = library.circuitBreaker();
    const guarded = breaker(of(1));
    for (let i = 0; i < 100_000; i++) guarded.subscribe();
    return {
      run(n) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += breaker.snapshot().counts.calls;
        if (!(sum >= 0)) throw new Error('the counts are not numbers');
      },
    };
  },
};
