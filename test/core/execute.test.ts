import { getEventListeners } from 'node:events';
import { of, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { circuitBreaker, isCircuitOpenError } from '../../src/index.ts';
import fc from '../fastCheck.ts';
import { boom, events, fail } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

const make = () =>
  circuitBreaker({
    consecutiveFailureThreshold: 2,
    retryTimeout: 100,
    classifyError: (error) => (error === 'ignore me' ? 'ignored' : 'failure'),
    scheduler: new HandClock(),
  });
const counted = (breaker: ReturnType<typeof make>) => {
  const { successes, failures, ignored, inFlight } = breaker.snapshot().counts;
  return { successes, failures, ignored, inFlight };
};
const none = { successes: 0, failures: 0, ignored: 0, inFlight: 0 };

describe('execute', () => {
  it('answers with the value of a synchronous task', async () => {
    const breaker = make();
    expect(await breaker.execute(() => 5)).toBe(5);
    expect(counted(breaker)).toEqual({ ...none, successes: 1 });
  });

  it('answers with the value of a promise, or of anything with then', async () => {
    const breaker = make();
    expect(await breaker.execute(async () => 'a')).toBe('a');
    class Later {
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what this is about
      then(resolve: (value: string) => void): void {
        resolve('b');
      }
    }
    expect(await breaker.execute(() => new Later() as unknown as PromiseLike<string>)).toBe('b');
    expect(counted(breaker)).toEqual({ ...none, successes: 2 });
  });

  it('counts a synchronous throw as a failure, and rejects with it', async () => {
    const breaker = make();
    const result = breaker.execute(() => {
      throw boom;
    });
    await expect(result).rejects.toBe(boom);
    expect(counted(breaker)).toEqual({ ...none, failures: 1 });
  });

  it('counts a rejection as classifyError says, and rejects with it', async () => {
    const breaker = make();
    await expect(breaker.execute(() => Promise.reject(boom))).rejects.toBe(boom);
    await expect(breaker.execute(() => Promise.reject('ignore me'))).rejects.toBe('ignore me');
    expect(counted(breaker)).toEqual({ ...none, failures: 1, ignored: 1 });
  });

  it('rejects with a CircuitOpenError when open, and does not run the task', async () => {
    const breaker = make();
    fail(breaker, 2);
    let ran = 0;
    const result = breaker.execute(() => ran++);
    const error: unknown = await result.catch((e: unknown) => e);
    expect(isCircuitOpenError(error)).toBe(true);
    expect(ran).toBe(0);
  });

  it('holds its place while the promise is pending', async () => {
    const breaker = make();
    let settle: (value: number) => void = () => {};
    const result = breaker.execute(() => new Promise<number>((resolve) => (settle = resolve)));
    expect(counted(breaker)).toEqual({ ...none, inFlight: 1 });
    settle(1);
    await result;
    expect(counted(breaker)).toEqual({ ...none, successes: 1 });
  });

  it('asks classifyValue: a bad answer is a failure, and still the answer', async () => {
    const breaker = circuitBreaker({ classifyValue: (v) => (v === 503 ? 'failure' : 'undecided') });
    expect(await breaker.execute(() => 503)).toBe(503);
    expect(await breaker.execute(() => 200)).toBe(200);
    expect(counted(breaker)).toEqual({ ...none, successes: 1, failures: 1 });
  });

  it('has settled the call before the promise is', async () => {
    const breaker = make();
    fail(breaker);
    const seen = await breaker.execute(() => Promise.reject(boom)).catch(() => breaker.state);
    expect(seen).toBe('open');
  });
});

describe('the signal of a task', () => {
  it('is there without a caller, and never aborted', async () => {
    const breaker = make();
    const signal = await breaker.execute((given) => given);
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(signal.aborted).toBe(false);
  });

  it.each([
    ['an AbortSignal', (controller: AbortController) => controller.signal],
    ['an object with one', (controller: AbortController) => controller],
  ])('aborts when the caller, %s, does: the call is cancelled', async (_, callerOf) => {
    const breaker = make();
    const controller = new AbortController();
    let given: AbortSignal | undefined;
    const result = breaker.execute((signal) => {
      given = signal;
      return new Promise(() => {});
    }, callerOf(controller));
    expect(given?.aborted).toBe(false);
    controller.abort(boom);
    expect(given?.aborted).toBe(true);
    await expect(result).rejects.toBe(boom);
    expect(counted(breaker)).toEqual(none);
  });

  it('aborted before the call rejects with the reason: no place, no task', async () => {
    const breaker = make();
    let ran = 0;
    await expect(breaker.execute(() => ran++, AbortSignal.abort(boom))).rejects.toBe(boom);
    expect(ran).toBe(0);
    expect(counted(breaker)).toEqual(none);
  });

  it('aborted after the call changes nothing', async () => {
    const breaker = make();
    const controller = new AbortController();
    expect(await breaker.execute(() => 1, controller.signal)).toBe(1);
    controller.abort();
    expect(counted(breaker)).toEqual({ ...none, successes: 1 });
  });

  it('counts nothing when the task rejects because of the abort', async () => {
    const breaker = make();
    const controller = new AbortController();
    const result = breaker.execute(
      (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      controller.signal,
    );
    controller.abort();
    await expect(result).rejects.toMatchObject({ name: 'AbortError' });
    expect(counted(breaker)).toEqual(none);
  });

  it('counts nothing when the task hears of the abort first, and rejects', async () => {
    const breaker = make();
    const controller = new AbortController();
    const result = breaker.execute(
      (signal) =>
        new Promise((_, reject) => {
          const listener = (event: Event) => {
            event.stopImmediatePropagation();
            reject(boom);
          };
          signal.addEventListener('abort', listener);
        }),
      controller.signal,
    );
    controller.abort('the reason');
    await expect(result).rejects.toBe('the reason');
    expect(counted(breaker)).toEqual(none);
  });

  it('gives a cancelled probe its place back', async () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 0,
      scheduler: clock,
    });
    fail(breaker);
    const controller = new AbortController();
    const result = breaker.execute(() => new Promise(() => {}), controller.signal);
    expect(() => breaker.acquire()).toThrow('half-open');
    controller.abort(boom);
    breaker.acquire().success();
    expect(breaker.state).toBe('closed');
    await expect(result).rejects.toBe(boom);
  });

  it('aborted by the task itself, which then throws, leaves no rejection unhandled', async () => {
    const breaker = make();
    const unhandled: unknown[] = [];
    const listener = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', listener);
    const controller = new AbortController();
    const result = breaker.execute(() => {
      controller.abort(boom);
      throw new Error('task');
    }, controller.signal);
    await expect(result).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 0));
    process.off('unhandledRejection', listener);
    expect(unhandled).toEqual([]);
    expect(counted(breaker).inFlight).toBe(0);
  });

  it('keeps no listener on a signal that serves many calls', async () => {
    const breaker = make();
    const { signal } = new AbortController();
    for (let i = 0; i < 3; i++) await breaker.execute(async () => i, signal);
    await breaker.execute(() => Promise.reject(boom), signal).catch(() => {});
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('is one of its own for a task that takes it, so listeners cannot pile up', async () => {
    const breaker = make();
    const given = (signal: AbortSignal) => signal;
    expect(await breaker.execute(given)).not.toBe(await breaker.execute(given));
  });

  it('is there for a task that does not declare it', async () => {
    const breaker = make();
    for (let i = 0; i < 2; i++) {
      const signal = await breaker.execute((...given: AbortSignal[]) => given[0]);
      expect(signal).toBeInstanceOf(AbortSignal);
      expect(signal?.aborted).toBe(false);
    }
  });

  it('shared by tasks that do not declare it keeps no listener', async () => {
    const breaker = make();
    const listen = (...[signal]: AbortSignal[]) => {
      signal?.addEventListener('abort', () => {});
      return signal as AbortSignal;
    };
    const signal = await breaker.execute(listen);
    expect(await breaker.execute(listen)).toBe(signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a caller who leaves', () => {
  it('is told of as cancelled', async () => {
    const breaker = make();
    const heard = events(breaker);
    const controller = new AbortController();
    const result = breaker.execute(() => new Promise(() => {}), controller.signal);
    controller.abort(boom);
    await expect(result).rejects.toBe(boom);
    expect(heard).toMatchObject([{ type: 'cancelled' }]);
  });

  it('because the task itself makes it leave gets its reason, though the task never ends', async () => {
    const breaker = make();
    const controller = new AbortController();
    const result = breaker.execute(() => {
      controller.abort(boom);
      return new Promise(() => {});
    }, controller.signal);
    await expect(result).rejects.toBe(boom);
    expect(counted(breaker)).toEqual(none);
  });

  it('because the task itself makes it leave is no failure, should the task then throw', async () => {
    const breaker = make();
    const heard = events(breaker);
    const controller = new AbortController();
    const result = breaker.execute(() => {
      controller.abort(boom);
      throw new Error('task');
    }, controller.signal);
    await expect(result).rejects.toThrow();
    expect(counted(breaker)).toEqual(none);
    expect(heard).toMatchObject([{ type: 'cancelled' }]);
  });

  it('in the very moment of the answer gets the answer or its reason, and no other error', async () => {
    const breaker = circuitBreaker({ classifyValue: () => 'success' });
    const controller = new AbortController();
    const answer = Promise.resolve('answer');
    const result = breaker.execute(() => answer, controller.signal);
    await answer.then(() => controller.abort(boom));
    expect(['answer', boom]).toContain(await result.catch((error: unknown) => error));
    expect(counted(breaker).inFlight).toBe(0);
    expect(counted(breaker).failures).toBe(0);
  });
});

describe('a time limit of the caller', () => {
  const timedOut = () => new DOMException('too slow', 'TimeoutError');

  it('is a failure: ten calls to a service that hangs open the breaker', async () => {
    const breaker = circuitBreaker({ scheduler: new HandClock() });
    let reached = 0;
    for (let i = 0; i < 10; i++) {
      const controller = new AbortController();
      const result = breaker.execute(() => {
        reached++;
        return new Promise(() => {});
      }, controller.signal);
      controller.abort(timedOut());
      await result.catch(() => {});
    }
    expect([breaker.state, reached]).toEqual(['open', 6]);
  });

  it('of AbortSignal.timeout is one', async () => {
    const breaker = make();
    const signal = AbortSignal.timeout(1);
    await expect(breaker.execute(() => new Promise(() => {}), signal)).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(counted(breaker)).toEqual({ ...none, failures: 1 });
  });

  it('is judged by classifyError, once, whoever hears of it first', async () => {
    const asked: unknown[] = [];
    const breaker = circuitBreaker({
      classifyError: (error) => {
        asked.push(error);
        return 'ignored';
      },
    });
    const controller = new AbortController();
    const result = breaker.execute(
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(boom))),
      controller.signal,
    );
    const reason = timedOut();
    controller.abort(reason);
    await expect(result).rejects.toBe(reason);
    expect(asked).toEqual([reason]);
    expect(counted(breaker)).toEqual({ ...none, ignored: 1 });
  });

  it('that makes the task throw at once is a failure as well', async () => {
    const breaker = make();
    const controller = new AbortController();
    const reason = timedOut();
    const result = breaker.execute(() => {
      controller.abort(reason);
      throw boom;
    }, controller.signal);
    await expect(result).rejects.toBe(reason);
    expect(counted(breaker)).toEqual({ ...none, failures: 1 });
  });
});

describe('a task that answers an Observable', () => {
  const answers: readonly [string, () => unknown][] = [
    ['itself', () => of(1)],
    ['in a promise', async () => of(1)],
    ['that is a Subject', () => new Subject()],
    ['of another library', () => ({ subscribe: () => {}, '@@observable': () => {} })],
  ];
  it.each(answers)('%s fails with a TypeError, for nobody would subscribe', async (_, task) => {
    const breaker = make();
    const message = 'the task of execute answered an Observable: pipe it through the breaker';
    await expect(breaker.execute(task)).rejects.toThrow(new TypeError(message));
    expect(counted(breaker)).toEqual({ ...none, failures: 1 });
  });

  it('is told from an answer that can be subscribed to and is none', async () => {
    const breaker = make();
    const store = { subscribe: () => {} };
    expect(await breaker.execute(() => store)).toBe(store);
  });
});

describe('an answer that cannot be looked at', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const answers: readonly [string, object][] = [
    [
      'with a getter that throws',
      {
        get subscribe() {
          throw boom;
        },
      },
    ],
    [
      'with a second getter that throws',
      {
        subscribe: () => {},
        get lift() {
          throw boom;
        },
      },
    ],
  ];
  it.each(answers)('%s is the answer, and keeps no place', async (_, answer) => {
    const breaker = make();
    expect(await breaker.execute(() => answer)).toBe(answer);
    expect(counted(breaker)).toEqual({ ...none, successes: 1 });
  });

  it('that is a revoked proxy rejects as with a promise, and keeps no place', async () => {
    const breaker = make();
    await expect(breaker.execute(() => proxy)).rejects.toThrow(TypeError);
    expect(counted(breaker)).toEqual({ ...none, failures: 1 });
  });
});

describe('a second argument that is none', () => {
  it.each([5, 'signal', null, { signal: 5 }, { signals: 5 }])(
    '%j rejects, and the task does not run',
    async (call) => {
      const breaker = make();
      let ran = 0;
      const result = breaker.execute(() => ran++, call as never);
      await expect(result).rejects.toThrow(TypeError);
      expect([ran, counted(breaker)]).toEqual([0, none]);
    },
  );
});

describe('listeners on a signal', () => {
  const tasks: readonly [string, (...given: AbortSignal[]) => unknown][] = [
    ['rest parameters', (...given) => given[0]?.addEventListener('abort', () => {})],
    [
      'a default parameter',
      (signal = new AbortController().signal) => signal.addEventListener('abort', () => {}),
    ],
    [
      'arguments',
      function () {
        // biome-ignore lint/complexity/noArguments: a task may be as old as this
        (arguments[0] as AbortSignal).addEventListener('abort', () => {});
      },
    ],
  ];
  it.each(tasks)('of tasks with %s do not pile up', async (_, task) => {
    const breaker = make();
    const signals: AbortSignal[] = [];
    for (let i = 0; i < 20; i++) {
      await breaker.execute((...given: AbortSignal[]) => {
        signals.push(...given);
        return task(...given);
      });
    }
    const kept = [...new Set(signals)].map((signal) => getEventListeners(signal, 'abort').length);
    expect(Math.max(...kept)).toBeLessThanOrEqual(1);
  });

  it('of a caller are gone after an abort, too', async () => {
    const breaker = make();
    const controller = new AbortController();
    const result = breaker.execute(() => new Promise(() => {}), controller.signal);
    controller.abort(boom);
    await expect(result).rejects.toBe(boom);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});

describe('beside a plain promise', () => {
  /** What a task may do, and so many microtasks later. */
  const task = fc.record({
    answer: fc.constantFrom('value', 'error', 'thenable', 'throw', 'nested'),
    ticks: fc.nat(5),
  });
  type Task = typeof task extends fc.Arbitrary<infer T> ? T : never;

  const run = ({ answer, ticks }: Task): unknown => {
    if (answer === 'throw') throw boom;
    const later = async (): Promise<void> => {
      for (let i = 0; i < ticks; i++) await undefined;
    };
    if (answer === 'value') return later().then(() => 'value');
    if (answer === 'error') return later().then(() => Promise.reject(boom));
    if (answer === 'nested') return Promise.resolve(later().then(() => Promise.resolve('nested')));
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what this is about
    return { then: (resolve: (value: string) => void) => later().then(() => resolve('thenable')) };
  };

  /** How a promise ends, and after how many microtasks. */
  const ended = async (promise: Promise<unknown>): Promise<{ end: unknown; ticks: number }> => {
    let end: unknown;
    promise.then(
      (value) => (end = ['value', value]),
      (error) => (end = ['error', error]),
    );
    let ticks = 0;
    for (; end === undefined && ticks < 100; ticks++) await undefined;
    return { end, ticks };
  };

  it('execute ends alike, and at most ten microtasks later', async () => {
    await fc.assert(
      fc.asyncProperty(task, fc.boolean(), async (given, hasCaller) => {
        const breaker = make();
        const plain = await ended(new Promise((resolve) => resolve(run(given))));
        const { signal } = new AbortController();
        const guarded = await ended(
          breaker.execute(() => run(given), hasCaller ? signal : undefined),
        );
        expect(guarded.end).toEqual(plain.end);
        expect(guarded.ticks - plain.ticks).toBeLessThanOrEqual(10);
        expect(counted(breaker).inFlight).toBe(0);
        expect(getEventListeners(signal, 'abort')).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('an abort in any microtask ends the call once: with its answer or the reason', async () => {
    await fc.assert(
      fc.asyncProperty(task, fc.nat(12), fc.boolean(), async (given, at, isTimeout) => {
        const breaker = make();
        const heard = events(breaker);
        const reason = isTimeout ? new DOMException('late', 'TimeoutError') : 'left';
        const controller = new AbortController();
        const result = breaker.execute(() => run(given), controller.signal);
        const end = ended(result);
        for (let i = 0; i < at; i++) await undefined;
        controller.abort(reason);
        const answers = [
          ['error', reason],
          ['error', boom],
          ['value', given.answer],
        ];
        expect(answers).toContainEqual((await end).end);
        expect(heard).toHaveLength(1);
        expect(counted(breaker).inFlight).toBe(0);
        expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the second argument of execute', () => {
  it('is named in the error for another value', async () => {
    await expect(make().execute(() => 1, 5 as never)).rejects.toThrow(
      'the second argument of execute must be an object, got 5',
    );
  });

  it('may be options without a signal', async () => {
    const breaker = make();
    const told = events(breaker);
    expect(await breaker.execute(() => 1, { context: 'order 5' })).toBe(1);
    expect(await breaker.execute(() => 2, { signal: undefined })).toBe(2);
    expect(told).toMatchObject([{ context: 'order 5' }, { type: 'success' }]);
  });
});

it('a task may answer with an object that only looks a little like an Observable', async () => {
  const answers = [{ lift: () => 1 }, { subscribe: () => 1 }, { '@@observable': () => 1 }];
  for (const answer of answers) expect(await make().execute(() => answer)).toBe(answer);
});

describe('what execute refuses', () => {
  it.each([
    [{ signal: 5 }, 'signal must be an AbortSignal, got 5'],
    [{ signal: null }, 'signal must be an AbortSignal, got null'],
    [{ signal: { aborted: false } }, 'signal must be an AbortSignal, got {"aborted":false}'],
    [{ aborted: false }, 'unknown option "aborted", got false'],
    [{ addEventListener: () => {} }, 'unknown option "addEventListener", got a function'],
  ])('%j', async (call, words) => {
    const breaker = make();
    await expect(breaker.execute(() => 1, call as never)).rejects.toThrow(words);
    expect(counted(breaker)).toEqual(none);
  });

  const observables: readonly (readonly [string, object])[] = [
    ['of RxJS', { subscribe: () => 1, lift: () => 1 }],
    ['of another library', { subscribe: () => 1, '@@observable': () => 1 }],
  ];
  it.each(observables)('an Observable %s as the answer', async (_, answer) => {
    const breaker = make();
    await expect(breaker.execute(() => answer)).rejects.toThrow('answered an Observable');
    expect(counted(breaker)).toEqual({ ...none, failures: 1 });
  });
});

it('an abort without a reason is a call that was given up', async () => {
  const breaker = make();
  const controller = new AbortController();
  const answer = breaker.execute(() => new Promise(() => {}), controller.signal);
  controller.abort(null);
  await expect(answer).rejects.toBeNull();
  expect(counted(breaker)).toEqual(none);
});
