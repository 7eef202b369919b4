import { boolean, callback, check, duration, ensure, object, type Rule, show } from './check.js';
import type { CallOptions, JudgeOptions } from './options.js';

/** The judgement of one call: the options of the breaker, and over them the options of the call. */
export interface Judge {
  readonly classifyError: JudgeOptions['classifyError'];
  readonly classifyValue: JudgeOptions['classifyValue'];
  readonly successOnFirstValue: boolean;
  /** Values are judged: `classifyValue` is given, or `successOnFirstValue` is true. */
  readonly judgesValues: boolean;
  /** The age of success in milliseconds (`successOn: { after }`); undefined without one. */
  readonly successAfter: number | undefined;
  readonly mayProbe: boolean;
  /** True for the health check of the option `probe`: with the option, no other call may be a probe. */
  readonly isHealthCheck: boolean;
  readonly context: unknown;
}

const successOn: Rule = [
  '"complete", "first-value" or { after: milliseconds }',
  (value: string) => value === 'complete' || value === 'first-value',
  'string',
];

const callRules: { readonly [name in keyof CallOptions]-?: readonly Rule[] } = {
  successOn: [],
  classifyError: [callback],
  classifyValue: [callback],
  mayProbe: [boolean],
  context: [],
};

/** Checks `successOn`, and returns its two fields in a Judge. */
function readSuccessOn(
  given: JudgeOptions['successOn'] = 'complete',
): Pick<Judge, 'successOnFirstValue' | 'successAfter'> {
  if (typeof given === 'object' && given !== null) {
    check('successOn.', given, { after: [] });
    ensure('successOn.after', given.after, duration);
    return { successOnFirstValue: false, successAfter: given.after };
  }
  ensure('successOn', given, successOn);
  return { successOnFirstValue: given === 'first-value', successAfter: undefined };
}

/** The judge of calls with these options; the options of `base` apply where these are absent. */
export function judgeOf(
  base: Partial<Judge> & Pick<Judge, 'successOnFirstValue' | 'mayProbe' | 'isHealthCheck'>,
  call: CallOptions,
): Judge {
  const { classifyError = base.classifyError, classifyValue = base.classifyValue } = call;
  const { mayProbe = base.mayProbe, successOn, context } = call;
  const { successOnFirstValue, successAfter } =
    successOn === undefined ? base : readSuccessOn(successOn);
  return {
    classifyError,
    classifyValue,
    successOnFirstValue,
    judgesValues: classifyValue !== undefined || successOnFirstValue,
    successAfter,
    mayProbe,
    isHealthCheck: base.isHealthCheck,
    context,
  };
}

/** Throws unless the value is the options of a call. */
export function ensureCallOptions(call: unknown): asserts call is CallOptions {
  ensure('call options', call, object);
  check('', call as object, callRules);
  readSuccessOn((call as CallOptions).successOn);
}

/** The answers of each classifier. */
export const verdicts = {
  classifyError: ['failure', 'success', 'ignored', 'trip'],
  classifyValue: ['failure', 'success', 'undecided', 'trip'],
} as const;

/** Throws a TypeError unless the classifier returned one of its answers. */
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
