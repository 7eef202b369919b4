// What is done with a contender. A workload is prepared once per contender and then sampled: `run(n)`
// makes n calls, and throws unless every one of them ended as it must.

import { defer, lastValueFrom, Observable, of, throwError } from 'rxjs';
import { libraryOf } from './contenders.mjs';

const shared = new Error('the dependency failed');

/** Counts what arrives, and compares it with what has to. */
class Tally {
  values = 0;
  errors = 0;
  completions = 0;
  next = () => {
    this.values++;
  };
  error = () => {
    this.errors++;
    this.after?.();
  };
  complete = () => {
    this.completions++;
    this.after?.();
  };
  check(what, expected) {
    for (const [key, want] of Object.entries(expected)) {
      if (this[key] !== want) throw new Error(`${what}: ${this[key]} ${key}, expected ${want}`);
    }
  }
}

/** Makes n calls one after the other, also when they end later. */
function series(guarded, tally, n, isAsync) {
  if (!isAsync) {
    for (let i = 0; i < n; i++) guarded.subscribe(tally);
    return undefined;
  }
  return new Promise((resolve) => {
    let left = n;
    tally.after = () => {
      if (--left === 0) resolve();
      else guarded.subscribe(tally);
    };
    guarded.subscribe(tally);
  });
}

async function sequence(name, contender, source, expected) {
  const guarded = await contender.rx(source);
  const isAsync = contender.axis === 'promise';
  const settle = (tally, n) => tally.check(name, expected(n));
  return {
    guarded,
    run(n) {
      const tally = new Tally();
      const done = series(guarded, tally, n, isAsync);
      return done === undefined ? settle(tally, n) : done.then(() => settle(tally, n));
    },
  };
}

const allWell = (n) => ({ values: n, errors: 0, completions: n });

/** A source that fails every tenth call, or none. */
function flaky(failing) {
  let call = 0;
  return new Observable((subscriber) => {
    if (++call % 10 === 0 && failing) {
      subscriber.error(shared);
    } else {
      subscriber.next(1);
      subscriber.complete();
    }
  });
}

/** Sources and tasks that fail until the breaker has had enough. */
async function opened(contender, name, kind) {
  let touched = 0;
  const floor = name === 'bare' || name === 'await';
  const passes = contender.axis === 'rx' && !floor && !contender.isBreaker;
  if (kind === 'rx') {
    const source = new Observable((subscriber) => {
      touched++;
      subscriber.error(shared);
    });
    if (name === 'bare') return { guarded: throwError(() => shared), touched: () => 0 };
    if (name === 'await') return { guarded: defer(() => Promise.reject(shared)), touched: () => 0 };
    if (passes) return { guarded: contender.rx(throwError(() => shared)), touched: () => 0 };
    const guarded = await contender.rx(source);
    for (let i = 0; i < 200; i++) await lastValueFrom(guarded).catch(() => {});
    return { guarded, touched: () => touched };
  }
  if (floor) return { call: () => Promise.reject(shared), touched: () => 0 };
  const call = await contender.task(() => {
    touched++;
    return Promise.reject(shared);
  });
  for (let i = 0; i < 200; i++) await call().catch(() => {});
  return { call, touched: () => touched };
}

export const workloads = {
  /** A pipe built once, subscribed for every call. */
  'rx.ok': (contender) => sequence('rx.ok', contender, of(1), allWell),

  /** The pipe built anew for every call; the breaker is not. */
  'rx.pipe': (contender) => {
    const op = contender.op();
    return {
      run(n) {
        const tally = new Tally();
        for (let i = 0; i < n; i++) of(1).pipe(op).subscribe(tally);
        tally.check('rx.pipe', allWell(n));
      },
    };
  },

  'rx.fail0': (contender) => sequence('rx.fail0', contender, flaky(false), allWell),

  'rx.fail10': (contender) =>
    sequence('rx.fail10', contender, flaky(true), (n) => ({ values: n - n / 10, errors: n / 10 })),

  /** A call whose value comes later, one call after the other: nothing but the answer is outside of the breaker. */
  'rx.async': async (contender) => {
    let waiting;
    const guarded = await contender.rx(
      new Observable((subscriber) => {
        waiting = subscriber;
      }),
    );
    const isAsync = contender.axis === 'promise';
    return {
      async run(n) {
        const tally = new Tally();
        for (let i = 0; i < n; i++) {
          waiting = undefined;
          const ended = isAsync
            ? new Promise((resolve) => {
                tally.after = resolve;
              })
            : undefined;
          guarded.subscribe(tally);
          // some peers ask for the source a few microtasks later
          for (let tries = 0; waiting === undefined && tries < 100; tries++) await null;
          waiting.next(1);
          waiting.complete();
          if (isAsync) await ended;
        }
        tally.check('rx.async', allWell(n));
      },
    };
  },

  /** A thousand calls in flight at any time. */
  'rx.inflight1000': async (contender) => {
    const pending = [];
    const guarded = await contender.rx(
      new Observable((subscriber) => {
        pending.push(subscriber);
      }),
    );
    const isAsync = contender.axis === 'promise';
    return {
      async run(n) {
        const tally = new Tally();
        for (let made = 0; made < n; made += 1000) {
          pending.length = 0;
          let finish;
          const finished = isAsync ? new Promise((resolve) => (finish = resolve)) : undefined;
          let left = 1000;
          if (isAsync) {
            tally.after = () => {
              if (--left === 0) finish();
            };
          }
          for (let i = 0; i < 1000; i++) guarded.subscribe(tally);
          // some peers ask for the source a few microtasks later
          for (let tries = 0; isAsync && pending.length < 1000 && tries < 100; tries++) await null;
          if (pending.length !== 1000) throw new Error(`${pending.length} of 1000 in flight`);
          for (let i = 0; i < 1000; i++) {
            pending[i].next(1);
            pending[i].complete();
          }
          if (isAsync) await finished;
        }
        tally.check('rx.inflight1000', allWell(n));
      },
    };
  },

  /** One subscription, n values. */
  'rx.stream': async (contender) => {
    let length = 0;
    const guarded = await contender.rx(
      new Observable((subscriber) => {
        for (let i = 0; i < length && !subscriber.closed; i++) subscriber.next(i);
        subscriber.complete();
      }),
    );
    return {
      run(n) {
        const tally = new Tally();
        length = n;
        guarded.subscribe(tally);
        tally.check('rx.stream', { values: n, errors: 0, completions: 1 });
      },
    };
  },

  /** Refusals: the source must not be touched. */
  'rx.open': async (contender, name) => {
    const { guarded, touched } = await opened(contender, name, 'rx');
    const isAsync = contender.axis === 'promise';
    return {
      guarded,
      async run(n) {
        const before = touched();
        const tally = new Tally();
        await series(guarded, tally, n, isAsync);
        tally.check('rx.open', { values: 0, errors: n, completions: 0 });
        if (touched() !== before) throw new Error(`${name}: source touched while open`);
      },
    };
  },

  /** The breaker of a key that is there, of ten thousand. */
  'keyed.get': (_, name) => {
    const count = 10_000;
    const keys = Array.from({ length: count }, (_, i) => `tenant-${i}`);
    const group = libraryOf(name).circuitBreakers({ maxKeys: count });
    const breakers = keys.map((key) => group.get(key));
    return {
      run(n) {
        let missing = 0;
        for (let i = 0; i < n; i++) {
          const at = (i * 7919) % count;
          if (group.get(keys[at]) !== breakers[at]) missing++;
        }
        if (missing > 0) throw new Error(`${name}: ${missing} keys were lost`);
      },
    };
  },

  /** A key that is new to a full group, and takes the place of the oldest. */
  'keyed.new': (_, name) => {
    const count = 1_000;
    const group = libraryOf(name).circuitBreakers({ maxKeys: count });
    let made = 0;
    return {
      run(n) {
        for (let i = 0; i < n; i++) group.get(`tenant-${made++}`);
        if (made >= count && group.size !== count) throw new Error(`${name}: ${group.size} keys`);
      },
    };
  },

  'p.ok': async (contender) => {
    const call = await contender.task(() => Promise.resolve(1));
    return {
      async run(n) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += await call();
        if (sum !== n) throw new Error(`p.ok: ${sum} of ${n}`);
      },
    };
  },

  'p.open': async (contender, name) => {
    const { call, touched } = await opened(contender, name, 'p');
    return {
      async run(n) {
        const before = touched();
        let refused = 0;
        for (let i = 0; i < n; i++) {
          try {
            await call();
          } catch {
            refused++;
          }
        }
        if (refused !== n) throw new Error(`${name}: ${refused} of ${n} refused`);
        if (touched() !== before) throw new Error(`${name}: task run while open`);
      },
    };
  },
};
