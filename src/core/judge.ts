import { boolean, callback, check, duration, ensure, object, type Rule, show } from './check.js';
import type { CallOptions, JudgeOptions } from './options.js';

/** How one call is judged: the options of its breaker, or those of the call over them. */
export interface Judge {
  readonly classifyError: JudgeOptions['classifyError'];
  readonly classifyValue: JudgeOptions['classifyValue'];
  readonly successOnFirstValue: boolean;
  /** Values have a say: `classifyValue` or `successOnFirstValue`. */
  readonly judgesValues: boolean;
  /** Milliseconds of age that make a call a success; undefined without such an age. */
  readonly successAfter: number | undefined;
  readonly mayProbe: boolean;
  /** The breaker's own health check: the only calls that may be probes where there is one. */
  readonly isHealthCheck: boolean;
  readonly context: unknown;
}

const successOn: Rule = [
  '"complete", "first-value" or { after: milliseconds }',
  (value: unknown) =>
    value === 'complete' || value === 'first-value' || (typeof value === 'object' && value),
  'string',
];

const callRules: { readonly [name in keyof CallOptions]-?: readonly Rule[] } = {
  successOn: [],
  classifyError: [callback],
  classifyValue: [callback],
  mayProbe: [boolean],
  context: [],
};

/** Reads `successOn`: its two fields in a Judge. */
export function readSuccessOn(
  given: JudgeOptions['successOn'] = 'complete',
): Pick<Judge, 'successOnFirstValue' | 'successAfter'> {
  if (typeof given === 'object' && given !== null) {
    check('successOn.', given, { after: [duration] });
    ensure('successOn.after', given.after, duration);
    return { successOnFirstValue: false, successAfter: given.after };
  }
  ensure('successOn', given, successOn);
  return { successOnFirstValue: given === 'first-value', successAfter: undefined };
}

/** The judge of calls with options of their own, over that of their breaker. */
export function judgeOf(base: Judge, call: CallOptions): Judge {
  const { classifyError, mayProbe, context } = call;
  const { classifyValue = base.classifyValue } = call;
  const { successOnFirstValue, successAfter } = call.successOn
    ? readSuccessOn(call.successOn)
    : base;
  return {
    classifyError: classifyError ?? base.classifyError,
    classifyValue,
    successOnFirstValue,
    judgesValues: classifyValue !== undefined || successOnFirstValue,
    successAfter,
    mayProbe: mayProbe ?? base.mayProbe,
    isHealthCheck: base.isHealthCheck,
    context,
  };
}

/** Throws unless these are options of a call. */
export function ensureCallOptions(call: unknown): asserts call is CallOptions {
  ensure('call options', call, object);
  check('', call as object, callRules);
  readSuccessOn((call as CallOptions).successOn);
}

/** Answers that the classifiers may give. */
export const verdicts = {
  classifyError: ['failure', 'success', 'ignored', 'trip'],
  classifyValue: ['failure', 'success', 'undecided', 'trip'],
} as const;

/** Throws unless a classifier gave one of its answers. */
export function ensureVerdict<C extends keyof typeof verdicts>(
  classifier: C,
  answer: unknown,
): asserts answer is (typeof verdicts)[C][number] {
  const known: readonly unknown[] = verdicts[classifier];
  if (known.includes(answer)) return;
  throw new TypeError(
    `${classifier} must answer ${known.map(show).join(' or ')}, got ${show(answer)}`,
  );
}
