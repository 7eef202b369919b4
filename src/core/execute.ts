import { Admission } from './admission.js';
import { fail, judge } from './classify.js';
import type { Machine } from './machine.js';

/**
 * Runs a task that answers with a value or a promise, as one call. Without an RxJS bridge, which would
 * cost more than the breaker.
 */
export async function execute<T>(
  machine: Machine,
  task: (signal: AbortSignal) => T | PromiseLike<T>,
  caller: AbortSignal | undefined,
): Promise<T> {
  caller?.throwIfAborted(); // nobody is waiting: not a call
  const refusal = machine.refusal();
  if (refusal !== null) throw refusal;
  const call = new Admission();
  machine.admit(call);
  let value: T;
  try {
    // a task that takes no signal is spared the making of one
    value = await (caller === undefined
      ? task(task.length === 0 ? never : new AbortController().signal)
      : untilAborted(machine, call, task, caller));
  } catch (error) {
    fail(machine, call, error);
    throw error;
  }
  if (call.epoch !== null) judge(machine, call, value);
  machine.settle(call, 'success');
  return value;
}

/** Shared by tasks that cannot see it, so nobody can pile up listeners on it. */
const never: AbortSignal = /* @__PURE__ */ new AbortController().signal;

/** The task's result, or the caller's reason as soon as it leaves: the call is then cancelled. */
async function untilAborted<T>(
  machine: Machine,
  call: Admission,
  task: (signal: AbortSignal) => T | PromiseLike<T>,
  caller: AbortSignal,
): Promise<T> {
  let leave: (() => void) | undefined;
  const left = new Promise<never>((_, reject) => {
    leave = () => {
      machine.settle(call, 'cancelled');
      reject(caller.reason);
    };
    caller.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([task(caller), left]);
  } finally {
    caller.removeEventListener('abort', leave as () => void);
  }
}
