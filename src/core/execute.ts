import { ensure, object, show } from './check.js';
import { ensureCallOptions, type Judge, judgeOf } from './judge.js';
import type { Machine } from './machine.js';
import type { CallOptions } from './options.js';
import { Admission } from './permit.js';

type Task<T> = (signal: AbortSignal) => T | PromiseLike<T>;

/** The caller's signal, or options of the call, perhaps with a signal. */
export type Caller =
  | AbortSignal
  | (CallOptions & { readonly signal?: AbortSignal | undefined })
  | undefined;

/**
 * Runs a task that returns a value or a promise, as one call. The error of a task rejects the promise. The code uses no
 * async function and no RxJS: either would cost more than the breaker.
 *
 * @throws RangeError or TypeError for bad options of the call.
 */
export function execute<T>(machine: Machine, task: Task<T>, caller: Caller): Promise<T> {
  if (caller === undefined) return run(machine, task, machine.config, undefined);
  ensure('the second argument of execute', caller, object);
  if (isSignal(caller)) return run(machine, task, machine.config, caller);
  const { signal, ...call } = caller;
  if (signal !== undefined && !isSignal(signal)) {
    throw new TypeError(`signal must be an AbortSignal, got ${show(signal)}`);
  }
  ensureCallOptions(call);
  return run(machine, task, judgeOf(machine.config, call), signal);
}

function isSignal(value: unknown): value is AbortSignal {
  const signal: object = Object(value);
  return 'aborted' in signal && 'addEventListener' in signal;
}

function run<T>(
  machine: Machine,
  task: Task<T>,
  judge: Judge,
  caller: AbortSignal | undefined,
): Promise<T> {
  if (caller?.aborted) return Promise.reject(caller.reason); // the caller has left before the call
  const refusal = machine.refusal(judge);
  if (refusal) return Promise.reject(refusal);
  const call = new Admission(machine, judge);
  try {
    const result = caller ? race(call, task, caller) : task(signalFor(task));
    // bind: closures for each call would cost a tenth more
    return Promise.resolve(result).then(succeeded.bind(call), failed.bind(call)) as Promise<T>;
  } catch (error) {
    // the task threw before it returned a promise: a failure at once
    return new Promise(() => (caller?.aborted ? leave(call, caller) : failed.call(call, error)));
  }
}

/** Settles a call by the value of its promise, and returns the value. */
function succeeded(this: Admission, value: unknown): unknown {
  if (isObservable(value)) {
    return failed.call(
      this,
      new TypeError('the task of execute answered an Observable: pipe it through the breaker'),
    );
  }
  this.judgeValue(value);
  this.succeed();
  return value;
}

function failed(this: Admission, error: unknown): never {
  this.fail(error);
  throw error;
}

/** True for an Observable. An unsubscribed Observable has done no work, so it is no answer. */
function isObservable(value: unknown): boolean {
  try {
    const { subscribe, lift } = Object(value);
    return (
      typeof subscribe === 'function' &&
      (typeof lift === 'function' || typeof Object(value)['@@observable'] === 'function')
    );
  } catch {
    return false; // a getter that throws, or a proxy: the value is the caller's own affair
  }
}

let deaf: AbortSignal | undefined;

/**
 * A signal that never aborts. Tasks without a parameter share one signal, which saves an object for each call. A task
 * with rest or default parameters has length 0 and gets the shared signal, too: therefore the shared signal ignores
 * listeners, which otherwise would stay in memory for ever.
 */
function signalFor(task: Task<unknown>): AbortSignal {
  if (task.length > 0) return new AbortController().signal;
  deaf ??= Object.assign(new AbortController().signal, { addEventListener: () => {} });
  return deaf;
}

/** The result of the task, or the abort reason as soon as the caller leaves. */
function race<T>(call: Admission, task: Task<T>, caller: AbortSignal): Promise<T> {
  const result = task(caller);
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => {
      caller.removeEventListener('abort', abort);
      try {
        leave(call, caller);
      } catch (reason) {
        reject(reason);
      }
    };
    caller.addEventListener('abort', abort);
    Promise.resolve(result)
      // the task may hear of the abort first, and reject before `abort` runs
      .then(resolve, (error) => (caller.aborted ? abort() : reject(error)))
      .finally(() => caller.removeEventListener('abort', abort));
    if (caller.aborted) abort(); // the task itself has aborted the signal
  });
}

/**
 * Settles the call of a caller that has left: given up, or a failure if the reason is a `TimeoutError`, as of
 * `AbortSignal.timeout()`. Throws the reason.
 */
function leave(call: Admission, { reason }: AbortSignal): never {
  if (reason?.name === 'TimeoutError') call.fail(reason);
  else call.giveUp();
  throw reason;
}
