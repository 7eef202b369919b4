import type { Admission } from './admission.js';
import { show } from './check.js';
import type { AdmittingState } from './events.js';
import type { Machine } from './machine.js';

/**
 * Settles a call that ended with an error as `classifyError` says. Throws what user code threw over it,
 * the call being settled as a failure.
 */
export function fail(machine: Machine, call: Admission, error: unknown): void {
  const { classifyError } = machine.config;
  if (call.epoch === null || classifyError === undefined) {
    machine.settle(call, 'failure', error);
    return;
  }
  machine.settle(
    call,
    ask(machine, call, 'classifyError', classifyError, error, ['failure', 'success', 'ignored']),
    error,
  );
}

/**
 * What a value means for the call, and settles it where that is certain. Throws what user code threw
 * over it, the call being settled as a failure.
 */
export function judge(
  machine: Machine,
  call: Admission,
  value: unknown,
): 'success' | 'failure' | 'undecided' {
  const { classifyValue, onFirstValue } = machine.config;
  const verdict =
    classifyValue === undefined
      ? 'success'
      : ask(machine, call, 'classifyValue', classifyValue, value, [
          'success',
          'failure',
          'undecided',
        ]);
  if (verdict === 'failure') machine.settle(call, 'failure', value);
  else if (verdict === 'success' && onFirstValue) machine.settle(call, 'success');
  return verdict;
}

function ask<A extends string>(
  machine: Machine,
  call: Admission,
  option: string,
  classify: (subject: unknown, state: AdmittingState) => A,
  subject: unknown,
  answers: readonly A[],
): A {
  try {
    const answer = classify(subject, (call.epoch as { state: AdmittingState }).state);
    if (answers.includes(answer)) return answer;
    throw new TypeError(
      `${option} must answer ${answers.map(show).join(' or ')}, got ${show(answer)}`,
    );
  } catch (thrown) {
    try {
      machine.settle(call, 'failure', thrown);
    } catch {
      // one error is enough for one caller: the first
    }
    throw thrown;
  }
}
