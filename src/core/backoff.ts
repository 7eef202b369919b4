import { callback, check, delay, duration, ensure, fraction, object, type Rule } from './check.js';
import { NEVER } from './clock.js';
import type { RetryTimeout, RetryTimeoutContext } from './options.js';

/** The open time in milliseconds when a `retryTimeout` function throws or returns no delay. */
export const FALLBACK_RETRY_TIMEOUT = 30_000;

/**
 * A number in [0, 1): a hash of name, attempt and instant. The same run in virtual time gives the same numbers. The
 * breakers of several processes open at different instants, so their numbers differ. FNV-1a over the text, then the
 * finalizer of MurmurHash3.
 */
function spread({ snapshot, attempt, now }: RetryTimeoutContext): number {
  let hash = 0x811c9dc5;
  for (const letter of `${snapshot.name} ${attempt} ${now}`) {
    hash = Math.imul(hash ^ (letter.codePointAt(0) as number), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** around * (1 + ratio * (2 * random - 1)): evenly from around * (1 - ratio) to around * (1 + ratio). */
function spreadAround(around: number, ratio: number, random: number): number {
  return around === NEVER ? around : around * (1 + ratio * (2 * random - 1));
}

/**
 * The default open time: min(15 s, 1 s * 2 ** (attempt - 1)). From the second opening on the time is spread by +-20 %,
 * so breakers that opened together come back at different times.
 */
export const defaultRetryTimeout: RetryTimeout = (context) => {
  const { attempt } = context;
  if (attempt === 1) return 1_000;
  return Math.round(
    spreadAround(Math.min(15_000, 1_000 * 2 ** (attempt - 1)), 0.2, spread(context)),
  );
};

const factorRule: Rule = ['a number from 1 on', (value: number) => value >= 1 && value < NEVER];

/**
 * An open time that grows: min(max, initial * factor ** (attempt - 1)). `attempt` starts again at 1 when the breaker has
 * closed.
 *
 * ![`exponential` multiplies the open time with each attempt, up to its limit](../../marbles/03-open/07-exponential-multiplies-up-to-a-limit.svg)
 *
 * @param options.initial Milliseconds of the first open time. @default 1_000, or `max` if smaller
 * @param options.factor The growth with each further opening, 1 or more. @default 2
 * @param options.max The longest open time, in milliseconds, at least `initial`. @default 60_000, or `initial` if greater
 * @throws RangeError or TypeError that names the option, the rule and the value.
 * @example
 * ```ts
 * circuitBreaker({ retryTimeout: exponential({ initial: 500, max: 30_000 }) });
 * ```
 */
export function exponential(
  options: { readonly initial?: number; readonly factor?: number; readonly max?: number } = {},
): RetryTimeout {
  ensure('exponential options', options, object);
  check('exponential ', options, {
    initial: [duration],
    factor: [factorRule],
    max: [
      duration,
      ['at least initial', (max: number, { initial = 0 }: { initial?: number }) => max >= initial],
    ],
  });
  const { initial = Math.min(1_000, options.max ?? 1_000), factor = 2 } = options;
  const { max = Math.max(initial, 60_000) } = options;
  return ({ attempt }) => Math.min(max, initial * factor ** (attempt - 1));
}

/**
 * Spreads an open time evenly: time * (1 - ratio) to time * (1 + ratio). Many clients that opened together come back
 * at different times.
 *
 * Without `random` a hash of the breaker's name, the attempt and the time chooses the place in the range: the same run
 * in virtual time gives the same open times.
 *
 * @param retryTimeout Milliseconds, or a function that returns them.
 * @param options.ratio The width of the range to either side, as a fraction of the time; in (0, 1]. @default 0.2
 * @param options.random Returns a number in [0, 1) at each call. @default the hash
 * @throws RangeError or TypeError that names the option, the rule and the value.
 * @example
 * ```ts
 * circuitBreaker({ retryTimeout: jittered(exponential(), { ratio: 0.5 }) });
 * ```
 */
export function jittered(
  retryTimeout: number | RetryTimeout,
  options: { readonly ratio?: number; readonly random?: () => number } = {},
): RetryTimeout {
  ensureRetryTimeout('jittered retryTimeout', retryTimeout);
  ensure('jittered options', options, object);
  check('jittered ', options, { ratio: [fraction], random: [callback] });
  const { ratio = 0.2, random } = options;
  return (context) =>
    spreadAround(
      retryTimeoutOf(retryTimeout, context),
      ratio,
      random === undefined ? spread(context) : random(),
    );
}

/**
 * Takes the open time from the `Retry-After` header of the server: seconds, or an HTTP date (RFC 9110, 10.2.3). The
 * function looks in `headers` of the error, of `error.response`, of `error.cause`, and of the value that
 * `classifyValue` judged a failure. `headers` is a `Headers` object or a plain object.
 *
 * ![The server may set the open time by its `Retry-After` header](../../marbles/03-open/09-the-server-may-say-how-long.svg)
 *
 * @param otherwise The open time without a readable header: milliseconds, or a function. @default 30_000
 * @param options.min The shortest open time from a header, in milliseconds. @default 0
 * @param options.max The longest open time from a header, in milliseconds, at least `min`. @default 300_000, or `min` if greater
 * @throws RangeError or TypeError that names the option, the rule and the value.
 * @example
 * ```ts
 * circuitBreaker({ retryTimeout: retryAfterHeader(exponential(), { max: 60_000 }) });
 * ```
 */
export function retryAfterHeader(
  otherwise: number | RetryTimeout = FALLBACK_RETRY_TIMEOUT,
  options: { readonly min?: number; readonly max?: number } = {},
): RetryTimeout {
  ensureRetryTimeout('retryAfterHeader otherwise', otherwise);
  ensure('retryAfterHeader options', options, object);
  check('retryAfterHeader ', options, {
    min: [delay],
    max: [delay, ['at least min', (max: number, { min = 0 }: { min?: number }) => max >= min]],
  });
  const { min = 0 } = options;
  const { max = Math.max(min, 300_000) } = options;
  return (context) => {
    const asked = retryAfterOf(context.error, context.now);
    return asked === undefined
      ? retryTimeoutOf(otherwise, context)
      : Math.max(min, Math.min(max, asked));
  };
}

/** The milliseconds in the `Retry-After` header of an error or response; undefined without a readable header. */
export function retryAfterOf(error: unknown, now: number): number | undefined {
  const { response, cause } = Object(error);
  for (const { headers } of [Object(error), Object(response), Object(cause)]) {
    for (const text of headersOf(headers)) {
      const asked = parse(text, now);
      if (asked !== undefined) return asked;
    }
  }
  return undefined;
}

function* headersOf(headers: unknown): Iterable<unknown> {
  const { get } = Object(headers);
  if (typeof get === 'function') yield get.call(headers, 'Retry-After');
  for (const name of Object.keys(Object(headers))) {
    if (name.toLowerCase() === 'retry-after') yield Object(headers)[name];
  }
}

function ensureRetryTimeout(subject: string, value: unknown): void {
  if (typeof value !== 'function') ensure(subject, value, delay);
}

function retryTimeoutOf(value: number | RetryTimeout, context: RetryTimeoutContext): number {
  return typeof value === 'number' ? value : value(context);
}

function parse(value: unknown, now: number): number | undefined {
  const text = String(value ?? '').trim();
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  // the three forms of an HTTP date; Date.parse alone would read "in 5" as a date
  const form = /^[a-z]{3,9},? .*\d\d:\d\d:\d\d( \d{4})?/i.exec(text);
  // the form of asctime ends with the year, and means GMT although the text has no zone
  const date = form ? Date.parse(form[1] ? `${text} GMT` : text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
