import { callback, delay, duration, ensure, fraction, type Rule } from './check.js';
import { DEFAULT_RETRY_TIMEOUT } from './config.js';
import type { RetryTimeout, RetryTimeoutContext } from './options.js';

const factorRule: Rule = [
  'a number from 1 on',
  (value: number) => value >= 1 && value < Number.POSITIVE_INFINITY,
];

/**
 * Stays open longer each time: `initial`, then `factor` times as long with every further attempt, never
 * longer than `max`.
 *
 * @param options.initial Milliseconds of the first open time. @default 1_000
 * @param options.factor What each further attempt multiplies it by. @default 2
 * @param options.max The longest open time, in milliseconds. @default 60_000
 */
export function exponential({
  initial = 1_000,
  factor = 2,
  max = 60_000,
}: {
  readonly initial?: number;
  readonly factor?: number;
  readonly max?: number;
} = {}): RetryTimeout {
  ensure('exponential initial', initial, duration);
  ensure('exponential factor', factor, factorRule);
  ensure('exponential max', max, duration);
  return ({ attempt }) => Math.min(max, initial * factor ** (attempt - 1));
}

/**
 * Spreads an open time evenly over a range around it, so that many clients that opened together do not
 * come back together.
 *
 * @param retryTimeout Milliseconds, or a function that says how many.
 * @param options.ratio How far from it, as a fraction of it; in (0, 1]. @default 0.2
 * @param options.random A number in [0, 1) at each call. @default Math.random
 */
export function jittered(
  retryTimeout: number | RetryTimeout,
  {
    ratio = 0.2,
    random = Math.random,
  }: { readonly ratio?: number; readonly random?: () => number } = {},
): RetryTimeout {
  ensureRetryTimeout('jittered retryTimeout', retryTimeout);
  ensure('jittered ratio', ratio, fraction);
  ensure('jittered random', random, callback);
  return (context) => {
    const around = retryTimeoutOf(retryTimeout, context);
    return around === Number.POSITIVE_INFINITY ? around : around * (1 + ratio * (2 * random() - 1));
  };
}

/**
 * Stays open for as long as the server said in its `Retry-After` header, in seconds or as an HTTP date
 * (RFC 9110, 10.2.3). The header is looked for in `headers` of the error, of its `response`, and of the
 * value that `classifyValue` called a failure; as a `Headers` object or as a plain one.
 *
 * @param otherwise The open time without a header that can be read: milliseconds, or a function. @default 30_000
 * @param options.min The shortest open time taken from a header, in milliseconds. @default 0
 * @param options.max The longest, in milliseconds. @default 300_000
 */
export function retryAfterHeader(
  otherwise: number | RetryTimeout = DEFAULT_RETRY_TIMEOUT,
  { min = 0, max = 300_000 }: { readonly min?: number; readonly max?: number } = {},
): RetryTimeout {
  ensureRetryTimeout('retryAfterHeader otherwise', otherwise);
  ensure('retryAfterHeader min', min, delay);
  ensure('retryAfterHeader max', max, delay);
  return (context) => {
    const asked = parse(header(context.error), context.now);
    return asked === undefined
      ? retryTimeoutOf(otherwise, context)
      : Math.max(min, Math.min(max, asked));
  };
}

function ensureRetryTimeout(subject: string, value: unknown): void {
  if (typeof value !== 'function') ensure(subject, value, delay);
}

function retryTimeoutOf(value: number | RetryTimeout, context: RetryTimeoutContext): number {
  return typeof value === 'number' ? value : value(context);
}

function header(error: unknown): unknown {
  for (const { headers } of [Object(error), Object(Object(error).response)]) {
    if (typeof headers?.get === 'function') return headers.get('Retry-After');
    for (const name of Object.keys(Object(headers))) {
      if (name.toLowerCase() === 'retry-after') return headers[name];
    }
  }
  return undefined;
}

function parse(value: unknown, now: number): number | undefined {
  const text = String(value ?? '').trim();
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  // any of the three forms of an HTTP date; Date.parse alone would find one in "in 5"
  const form = /^[a-z]{3,9},? .*\d\d:\d\d:\d\d( \d{4})?/i.exec(text);
  // the oldest of them, asctime's, ends with the year and means GMT without saying so
  const date = form ? Date.parse(form[1] ? `${text} GMT` : text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
