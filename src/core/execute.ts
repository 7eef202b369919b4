import type { Machine } from './machine.js';
import { Admission } from './permit.js';

type Task<T> = (signal: AbortSignal) => T | PromiseLike<T>;

/**
 * Runs a task that answers with a value or a promise, as one call. There is no RxJS bridge on this path,
 * and no async function: either would cost more than the breaker.
 */
export function execute<T>(
  machine: Machine,
  task: Task<T>,
  caller: AbortSignal | undefined,
): Promise<T> {
  if (caller?.aborted) return Promise.reject(caller.reason); // nobody is waiting: not a call
  const refusal = machine.refusal();
  if (refusal) return Promise.reject(refusal);
  const call = new Admission(machine);
  try {
    const result = caller ? race(call, task, caller) : task(signalFor(task));
    // bound, for functions made for each call would cost a tenth more
    return Promise.resolve(result).then(succeeded.bind(call), failed.bind(call)) as Promise<T>;
  } catch (error) {
    if (caller?.aborted) machine.settle(call, 'cancelled'); // by the task itself, before it threw
    return new Promise(() => failed.call(call, error)); // thrown before there was a promise: a failure, and at once
  }
}

/** Ends a call as its promise does, and hands on what that ended with. */
function succeeded(this: Admission, value: unknown): unknown {
  this.judge(value);
  this.success();
  return value;
}

function failed(this: Admission, error: unknown): never {
  this.failure(error);
  throw error;
}

let deaf: AbortSignal | undefined;

/** A signal that never aborts. A task that takes none shares one, for nobody can pile up listeners on it. */
function signalFor(task: Task<unknown>): AbortSignal {
  if (task.length > 0) return new AbortController().signal;
  deaf ??= new AbortController().signal;
  return deaf;
}

/** The task's result, or the caller's reason as soon as it leaves: the call is then given up. */
function race<T>(call: Admission, task: Task<T>, caller: AbortSignal): Promise<T> {
  const result = task(caller);
  return new Promise<T>((resolve, reject) => {
    const leave = (): void => {
      call.machine.settle(call, 'cancelled');
      reject(caller.reason);
    };
    caller.addEventListener('abort', leave, { once: true });
    Promise.resolve(result)
      // the task may hear of the abort first, and reject because of it
      .then(resolve, (error) => (caller.aborted ? leave() : reject(error)))
      .finally(() => caller.removeEventListener('abort', leave));
    if (caller.aborted) leave(); // the task itself made its caller leave
  });
}
