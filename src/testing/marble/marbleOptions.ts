import { show } from '../../core/index.js';
import { type BreakerInput, checkBreakerInput } from '../breakerInput.js';
import { checkNames } from '../checkNames.js';

/**
 * The breaker and the origin of a marble text.
 *
 * @example
 * ```ts
 * const options: MarbleOptions = { breaker: paymentOptions, file: 'payments.marble' };
 * assertMarble(text, options);
 * ```
 */
export interface MarbleOptions {
  /**
   * The breaker that the text is about, if the text has no line `circuitBreaker(...)`: options, or a function
   * that makes the breaker. Each run makes a new breaker in virtual time.
   */
  readonly breaker?: BreakerInput;
  /**
   * The origin of the text, for messages.
   * @default 'marble'
   */
  readonly file?: string;
}

/** Throws a TypeError that names the option, unless the options are good; `parseMarble` checks `file`. */
export function checkMarbleOptions(
  subject: string,
  options: unknown,
): asserts options is MarbleOptions {
  checkNames(`the options of ${subject}`, options, ['breaker', 'file']);
  const { breaker } = options as { readonly breaker?: unknown };
  if (breaker !== undefined) checkBreakerInput(breaker);
}

/** Throws a TypeError unless `file` is a string. */
export function checkFile(file: unknown): void {
  if (typeof file === 'string') return;
  throw new TypeError(`file must be a string, got ${show(file)}`);
}
