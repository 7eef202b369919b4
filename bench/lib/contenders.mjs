// Who is measured, and how each is put in front of a source or of a task.
//
// `rx(source)` answers with an Observable that is built once and subscribed for every call. A breaker for
// promises is put there the way its users have to: defer(() => breaker.fire(() => lastValueFrom(source))).
// `task(fn)` answers with a function that makes one guarded promise call. `hour` is for breakers that have
// to stay open while they are measured.

import { catchError, defer, lastValueFrom, map, Observable, tap } from 'rxjs';

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

/** The library under test, from the build that the runner names. */
const { circuitBreaker, ...rest } = await import(process.env.BENCH_DIST);
export const library = { circuitBreaker, ...rest };

/** Another build to compare it with, when the runner names one. */
const rival = process.env.BENCH_RIVAL && (await import(process.env.BENCH_RIVAL));

function ours(options, build = library) {
  const make = () => build.circuitBreaker({ retryTimeout: hour, ...options });
  return { ...operator(make), make };
}

/** Somebody watches the state, and nobody the calls. */
const watched = operator(() => {
  const breaker = library.circuitBreaker({ retryTimeout: hour });
  breaker.state$.subscribe();
  return breaker;
});

/** `execute`: promises without a bridge. */
const oursExecute = {
  axis: 'promise',
  task(fn) {
    const breaker = circuitBreaker({ retryTimeout: hour });
    return () => breaker.execute(fn);
  },
  rx(source) {
    return defer(this.task(() => lastValueFrom(source)));
  },
};

export const contenders = {
  bare: operator(() => (source) => source),
  pass: operator(naive),
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
  ours: ours({}),
  'ours/slow': ours({ slowCallDuration: 1_000 }),
  'ours/calls': ours({ rollingWindow: { calls: 100 } }),
  'ours/window': ours({ failureRateThreshold: 0.5 }),
  'ours/state$': watched,
  'ours/execute': oursExecute,
  ...(rival ? { rival: ours({}, rival) } : {}),
};
