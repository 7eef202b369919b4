import { ensure, show } from '../core/index.js';
import { checkOptions } from '../telemetry/checkOptions.js';

/**
 * The options of `dashboard`.
 *
 * @example
 * ```ts
 * const options: DashboardOptions = {
 *   every: 2_000,
 *   authorize: (request) => request.headers.get('x-role') === 'operator',
 * };
 * dashboard({ payments }, options);
 * ```
 */
export interface DashboardOptions {
  /**
   * Milliseconds between two pictures, from 500 to 60 000.
   * @default 1_000
   */
  readonly every?: number;
  /**
   * Decides who may look, for the page and again for the stream. `false` answers 403. A `Response` is sent as the
   * answer: a redirect to a login, or a 401 that asks for a password.
   * @default everybody
   */
  readonly authorize?: (request: Request) => Authorization | Promise<Authorization>;
  /**
   * The text for the error behind a change of state. Errors may hold secrets: show a status or a code, not a message.
   * @default no text
   */
  readonly describeError?: (error: unknown) => string;
  /**
   * The text for a breaker, from the name and, in a group, the key.
   * @default the name, then the key
   */
  readonly label?: (name: string, key: string | undefined) => string;
  /**
   * The most pages open at once; the next one is answered 503.
   * @default 20
   */
  readonly viewers?: number;
}

/**
 * The decision of `authorize`: `true` shows the page, `false` answers 403, and a `Response` is the answer.
 *
 * @example
 * ```ts
 * const toLogin = (request: Request): Authorization =>
 *   request.headers.has('cookie') || Response.redirect(new URL('/login', request.url));
 * dashboard({ payments }, { authorize: toLogin });
 * ```
 */
export type Authorization = boolean | Response;

/** The options with all defaults. A user's function that throws shows a fixed text instead. */
export interface Settings {
  readonly every: number;
  readonly authorize: NonNullable<DashboardOptions['authorize']>;
  readonly describeError: (error: unknown) => string;
  readonly label: (name: string, key: string | undefined) => string;
  readonly viewers: number;
}

/**
 * Checks the options.
 *
 * @throws TypeError or RangeError naming the option, the rule and the value.
 */
export function settingsOf(options: DashboardOptions): Settings {
  checkOptions(options, ['every', 'authorize', 'describeError', 'label', 'viewers']);
  const { every = 1_000, viewers = 20, authorize, describeError, label } = options;
  ensure('every', every, [
    'a number of milliseconds from 500 to 60000',
    (value: number) => value >= 500 && value <= 60_000,
  ]);
  ensure('viewers', viewers, [
    'a whole number from 1 on',
    (value: number) => Number.isSafeInteger(value) && value > 0,
  ]);
  for (const [name, option] of Object.entries({ authorize, describeError, label })) {
    if (option !== undefined && typeof option !== 'function') {
      throw new TypeError(`${name} must be a function, got ${show(option)}`);
    }
  }
  return {
    every,
    viewers,
    authorize: authorize ?? (() => true),
    describeError: describeError
      ? (error) => shown(() => describeError(error), '(describeError failed)')
      : () => '',
    label: label
      ? (name, key) => shown(() => label(name, key), '(label failed)')
      : (name, key) => shortened(key === undefined ? name : `${name} ${key}`),
  };
}

/** The user's text. An error of the user's function must not end the process from within a timer. */
function shown(text: () => unknown, failed: string): string {
  try {
    return shortened(String(text()));
  } catch {
    return failed;
  }
}

/** Keys and errors come from outside: long texts are cut. */
function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}
