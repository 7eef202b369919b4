import { ensure, show } from '../core/index.js';
import { checkOptions } from '../telemetry/checkOptions.js';

/** How the page is served, and what it shows. */
export interface DashboardOptions {
  /**
   * Milliseconds between two pictures, from 500 to 60 000.
   * @default 1_000
   */
  readonly every?: number;
  /**
   * Says who may look. It is asked for the page and again for its stream. `false` answers 403; a `Response`
   * is sent as it is, for a redirect to a login or a 401 that asks for a password.
   * @default everybody who reaches the page
   */
  readonly authorize?: (request: Request) => Authorization | Promise<Authorization>;
  /**
   * What the page shows of the error behind a change of state. Errors may hold secrets, so without this option
   * the page shows nothing of them.
   * @default nothing
   */
  readonly describeError?: (error: unknown) => string;
  /**
   * The text for a breaker, by its name and, in a group, its key.
   * @default the name, and the key behind it
   */
  readonly label?: (name: string, key: string | undefined) => string;
  /**
   * Pages that may be open at once; one more is answered 503.
   * @default 20
   */
  readonly viewers?: number;
}

export type Authorization = boolean | Response;

/** The options as they are used. Functions of the user that fail show a text in place of theirs. */
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
 * @throws TypeError or RangeError that names the option, the rule and the value.
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

/** The user's text. A function that throws must not end the app that only wants to be watched. */
function shown(text: () => unknown, failed: string): string {
  try {
    return shortened(String(text()));
  } catch {
    return failed;
  }
}

/** Keys and errors come from outside: no text of theirs makes a picture large. */
function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}
