import { ensure, object } from './check.js';
import { ensureCallOptions, type Judge, judgeOf } from './judge.js';
import type { Machine } from './machine.js';
import type { CallOptions } from './options.js';
import { Admission } from './permit.js';

type Task<T> = (signal: AbortSignal) => T | PromiseLike<T>;

/** The caller's signal, or options of the call with a signal among them. */
export type Caller =
  | AbortSignal
  | (CallOptions & { readonly signal?: AbortSignal | undefined })
  | undefined;

/**
 * Runs a task that answers with a value or a promise, as one call. Never throws: what is wrong rejects. There is no
 * RxJS bridge on this path, and no async function; either would cost more than the breaker.
 */
export function execute<T>(machine: Machine, task: Task<T>, caller: Caller): Promise<T> {
  try {
    if (caller === undefined) return run(machine, task, machine.config, undefined);
    ensure('the second argument of execute', caller, object);
    if (isSignal(caller)) return run(machine, task, machine.config, caller);
    const { signal, ...call } = caller;
    if (signal !== undefined && !isSignal(signal)) {
      throw new TypeError('signal must be an AbortSignal');
    }
    ensureCallOptions(call);
    return run(machine, task, judgeOf(machine.config, call), signal);
  } catch (error) {
    return Promise.reject(error);
  }
}

function isSignal(caller: object): caller is AbortSignal {
  return 'aborted' in caller && 'addEventListener' in caller;
}

function run<T>(
  machine: Machine,
  task: Task<T>,
  judge: Judge,
  caller: AbortSignal | undefined,
): Promise<T> {
  if (caller?.aborted) return Promise.reject(caller.reason); // nobody waits for an answer, so this is no call
  const refusal = machine.refusal(judge);
  if (refusal) return Promise.reject(refusal);
  const call = new Admission(machine, judge);
  try {
    const result = caller ? race(call, task, caller) : task(signalFor(task));
    // bound, for functions made for each call would cost a tenth more
    return Promise.resolve(result).then(succeeded.bind(call), failed.bind(call)) as Promise<T>;
  } catch (error) {
    // thrown before there was a promise: a failure, and at once
    return new Promise(() => (caller?.aborted ? leave(call, caller) : failed.call(call, error)));
  }
}

/** Ends a call as its promise does, and hands on the promise's value or error. */
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

/** Nobody has subscribed to such an answer, so nothing has happened yet. */
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
 * A signal that never aborts. Tasks without a parameter share one, which costs nothing. A task with rest or default
 * parameters counts as one without: so the shared signal keeps no listener, for it would never call one.
 */
function signalFor(task: Task<unknown>): AbortSignal {
  if (task.length > 0) return new AbortController().signal;
  deaf ??= Object.assign(new AbortController().signal, { addEventListener: () => {} });
  return deaf;
}

/** The task's result, or the caller's reason as soon as the caller leaves. */
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
      // the task may hear of the abort first, and reject because of it
      .then(resolve, (error) => (caller.aborted ? abort() : reject(error)))
      .finally(() => caller.removeEventListener('abort', abort));
    if (caller.aborted) abort(); // the task itself made its caller leave
  });
}

/**
 * The caller has left: a call that was given up, but a failure where the reason is a time limit, as of
 * `AbortSignal.timeout()`. Throws the reason.
 */
function leave(call: Admission, { reason }: AbortSignal): never {
  if (reason?.name === 'TimeoutError') call.fail(reason);
  else call.giveUp();
  throw reason;
}
