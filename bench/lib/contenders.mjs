// Who is measured, and how each is put in front of a source or of a task.
//
// `rx(source)` answers with an Observable that is built once and subscribed for every call. A breaker for
// promises is put there the way its users have to: defer(() => breaker.fire(() => lastValueFrom(source))).
// `task(fn)` answers with a function that makes one guarded promise call. `hour` is for breakers that have
// to stay open while they are measured.
//
// The variants `/metrics` and `/sharing` attach the entries `prometheus` and `redis` as an app does: a registry of
// prom-client, and a store that answers in memory, for no call waits for a store.

import { catchError, defer, lastValueFrom, map, Observable, tap } from 'rxjs';
import { prototype, slowPrototype } from './prototype.mjs';

const hour = 3_600_000;

/** A promise breaker as an Observable user writes it. */
function bridged(makeTask) {
  return {
    axis: 'promise',
    task: makeTask,
    async rx(source) {
      const call = await makeTask(() => lastValueFrom(source));
      return defer(call);
    },
  };
}

/** An operator that everybody knows, or one of our breakers: the same on both axes. */
function operator(op) {
  return {
    axis: 'rx',
    op,
    rx: (source) => op()(source),
    task: (fn) => {
      const guarded = op()(defer(fn));
      return () => lastValueFrom(guarded);
    },
  };
}

/** The operator of the text book: not fit for a library (it cannot stop a synchronous source). */
const naive = () => (source) =>
  new Observable((subscriber) =>
    source.subscribe({
      next: (value) => subscriber.next(value),
      error: (error) => subscriber.error(error),
      complete: () => subscriber.complete(),
    }),
  );

function opossum(options) {
  return async (fn) => {
    const { default: Breaker } = await import('opossum');
    const breaker = new Breaker(fn, { resetTimeout: hour, ...options });
    return () => breaker.fire();
  };
}

function cockatiel(make) {
  return async (fn) => {
    const library = await import('cockatiel');
    const policy = library.circuitBreaker(library.handleAll, {
      halfOpenAfter: hour,
      breaker: make(library),
    });
    return () => policy.execute(fn);
  };
}

async function mollitia(fn) {
  const { Circuit, SlidingCountBreaker } = await import('mollitia');
  const breaker = new SlidingCountBreaker({
    slidingWindowSize: 100,
    minimumNumberOfCalls: 10,
    failureRateThreshold: 50,
    openStateDelay: hour,
  });
  const circuit = new Circuit({ func: fn, options: { modules: [breaker] } });
  return () => circuit.execute();
}

async function effect(fn) {
  const { Effect, ManagedRuntime, Scope } = await import('effect');
  const { CircuitBreaker } = await import('effect/persistence');
  const runtime = ManagedRuntime.make(CircuitBreaker.layerStoreMemory());
  const scope = await runtime.runPromise(Scope.make());
  const breaker = await runtime.runPromise(
    CircuitBreaker.make({
      tripPolicy: CircuitBreaker.consecutive(5),
      openDuration: '1 hour',
    }).pipe(Scope.provide(scope)),
  );
  const call = Effect.tryPromise(fn).pipe(breaker.execute({ key: 'bench' }));
  return () => Effect.runPromise(call);
}

/** The library under test, from the build that the runner names; and another build, when the runner names one. */
const builds = { ours: process.env.BENCH_DIST, rival: process.env.BENCH_RIVAL };
const libraries = {};
for (const [name, href] of Object.entries(builds)) {
  if (href) libraries[name] = await import(href);
}
export const library = libraries.ours;

/** The library of a contender: `rival/slow` is of the other build. */
export const libraryOf = (contender) => libraries[contender.split('/', 1)[0]];

/** Another entry of the build of a contender, such as `redis`. */
export const entryOf = (contender, entry) =>
  import(new URL(`${entry}.js`, builds[contender.split('/', 1)[0]]).href);

/** The options of the variants: everything else has the defaults. */
export const variants = {
  '': {},
  '/slow': { slowCallDuration: 1_000 },
  '/calls': { rollingWindow: { calls: 100 } },
  '/window': { failureRateThreshold: 0.5 },
  '/metrics': {},
  '/sharing': {},
};

/** A store in memory that answers as Redis does when no other process shares the circuit. */
const store = {
  command: async () =>
    JSON.stringify({ e: '0', s: 'closed', a: 0, l: 0, r: '', i: '', t: Date.now(), n: 1, g: 1 }),
};

/** Attaches to a breaker, or to a group with one key, the watcher of a variant. */
export async function attach(variant, name, breaker, key) {
  if (variant === '/metrics') {
    const { Registry } = await import('prom-client');
    const { collectCircuitBreakers } = await entryOf(name, 'prometheus');
    collectCircuitBreakers(new Registry(), { bench: breaker });
  }
  if (variant === '/sharing') {
    const { shareCircuit, shareCircuits } = await entryOf(name, 'redis');
    const options = { store, window: 10_000 };
    const sharing =
      key === undefined ? shareCircuit(breaker, options) : shareCircuits(breaker, options).of(key);
    while (sharing.snapshot().answered === 0) {
      const { lastError } = sharing.snapshot();
      if (lastError !== null) throw new Error(`the store in memory does not serve: ${lastError}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** The breaker of a build and a variant, as an operator; `/execute` makes promises without a bridge. */
function breakersOf(build) {
  const made = {};
  for (const [variant, options] of Object.entries(variants)) {
    const name = `${build}${variant}`;
    const make = () => libraries[build].circuitBreaker({ retryTimeout: hour, ...options });
    const attached = async () => {
      const breaker = make();
      await attach(variant, name, breaker);
      return breaker;
    };
    made[name] = {
      ...operator(make),
      isBreaker: true,
      rx: async (source) => (await attached())(source),
      async task(fn) {
        const guarded = (await attached())(defer(fn));
        return () => lastValueFrom(guarded);
      },
    };
    made[`${build}/execute${variant}`] = bridged(async (fn) => {
      const breaker = await attached();
      return () => breaker.execute(fn);
    });
  }
  return made;
}

/** Somebody watches the state, and nobody the calls. */
const watched = operator(() => {
  const breaker = library.circuitBreaker({ retryTimeout: hour });
  breaker.state$.subscribe();
  return breaker;
});

export const contenders = {
  bare: operator(() => (source) => source),
  pass: operator(naive),
  prototype: { ...operator(prototype), isBreaker: true },
  'prototype/slow': { ...operator(slowPrototype), isBreaker: true },
  map: operator(() => map((value) => value)),
  catchError: operator(() =>
    catchError((error) => {
      throw error;
    }),
  ),
  tap: operator(() => tap({ error() {}, complete() {} })),
  await: bridged(async (fn) => fn),
  'opossum/default': bridged(opossum({})),
  'opossum/lean': bridged(
    opossum({ timeout: false, rollingPercentilesEnabled: false, enableSnapshots: false }),
  ),
  'cockatiel/consecutive': bridged(cockatiel((lib) => new lib.ConsecutiveBreaker(5))),
  'cockatiel/count': bridged(
    cockatiel(
      (lib) => new lib.CountBreaker({ threshold: 0.5, size: 100, minimumNumberOfCalls: 10 }),
    ),
  ),
  'cockatiel/sampling': bridged(
    cockatiel((lib) => new lib.SamplingBreaker({ threshold: 0.5, duration: 10_000 })),
  ),
  mollitia: bridged(mollitia),
  effect: bridged(effect),
  ...breakersOf('ours'),
  'ours/state$': { ...watched, isBreaker: true },
  ...(libraries.rival ? breakersOf('rival') : {}),
};
