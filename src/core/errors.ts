import { show } from './check.js';
import type { RefusingState } from './state.js';

// An error without a stack trace. The prototype chain ends in Error.prototype, so `instanceof Error` holds, but the
// Error constructor does not run: the constructor captures a stack, and a stack costs about fifty times the rest of a
// refusal. An open breaker refuses many calls. The getters build the text when somebody reads the text.
const Stackless = class {
  declare readonly name: string;
  declare readonly breaker: string;
  declare readonly state: string;

  get message(): string {
    return `the circuit breaker ${show(this.breaker)} is ${this.state}`;
  }

  get stack(): string {
    return `${this.name}: ${this.message}`;
  }
} as unknown as new () => Error;
Object.setPrototypeOf(Stackless.prototype, Error.prototype);

// Symbol.for: the ESM copy and the CJS copy of this file in one process share the symbol.
const brand: unique symbol = Symbol.for('rxjs-circuit-breaker/CircuitOpenError');

/**
 * The error of a call that the breaker refused. The breaker did not subscribe to the source.
 *
 * `cause` is the failure that opened the breaker, perhaps the call of another user. Code reads `cause` by name; a log, a
 * spread, a clone and `JSON.stringify` leave `cause` out. A structured clone (`postMessage`) keeps `breaker`, `state`
 * and `retryAfter`, and loses `name` and `message`.
 *
 * A refusal has no stack trace, because stack traces are expensive and an open breaker refuses many calls. Set
 * `CircuitOpenError.captureStack` to find the place of a call. Do not retry at once: wait for `retryAfter`
 * milliseconds.
 *
 * @example
 * ```ts
 * payments.trip();
 * http.post('/pay', order).pipe(payments).subscribe({
 *   error: (error) => {
 *     if (error instanceof CircuitOpenError) console.log(error.code, error.state, error.retryAfter); // ECIRCUITOPEN open 1000
 *   },
 * });
 * ```
 */
export class CircuitOpenError extends Stackless {
  /**
   * Gives every refusal a stack trace, for debugging. A stack trace costs about fifty times the rest of a refusal.
   * @default false
   */
  static captureStack = false;
  /** `'CircuitOpenError'`; of an error of another class that is a refusal, the name of that class. */
  declare readonly name: string;
  /** `'ECIRCUITOPEN'`, for handlers that look at codes. */
  declare readonly code: 'ECIRCUITOPEN';
  declare readonly message: string;
  /** The name of the breaker that refused the call. */
  readonly breaker: string;
  /** The state of the breaker at that moment. */
  readonly state: RefusingState;
  /** Milliseconds from the refusal to the next moment that may admit a call; `Infinity` when isolated. */
  readonly retryAfter: number;
  // a private field: loggers, spread and clone list the properties of an error, and must leave the cause out
  readonly #cause: unknown;

  constructor(breaker: string, state: RefusingState, retryAfter: number, cause?: unknown) {
    super();
    this.breaker = breaker;
    this.state = state;
    this.retryAfter = retryAfter;
    this.#cause = cause;
    if (CircuitOpenError.captureStack) {
      (Error as { captureStackTrace?(on: object, above: unknown): void }).captureStackTrace?.(
        this,
        CircuitOpenError,
      );
    }
  }

  /** The failure that opened the breaker: its error, or the value that `classifyValue` called a failure. */
  override get cause(): unknown {
    return this.#cause;
  }

  /** The refusal as plain JSON, without its cause. */
  toJSON(): Pick<
    CircuitOpenError,
    'name' | 'code' | 'message' | 'breaker' | 'state' | 'retryAfter'
  > {
    const { name, code, message, breaker, state, retryAfter } = this;
    return { name, code, message, breaker, state, retryAfter };
  }
}

// On the prototype: equal for all refusals, so a refusal does not pay for these properties.
Object.defineProperties(CircuitOpenError.prototype, {
  [brand]: { value: true },
  name: { value: 'CircuitOpenError', writable: true, configurable: true },
  code: { value: 'ECIRCUITOPEN' },
  // what console.log shows on Node, which would call the getters where it is told to show all
  [Symbol.for('nodejs.util.inspect.custom')]: {
    value(this: CircuitOpenError, _: number, options: object, inspect: typeof String): string {
      const { code, breaker, state, retryAfter } = this;
      const show = inspect as (value: object, options: object) => string;
      return `${this.stack} ${show({ code, breaker, state, retryAfter }, options)}`;
    },
  },
});

/**
 * Returns true for a refusal by a circuit breaker, of this copy of the library or of another copy.
 *
 * Before a retry, wait for `retryAfter` milliseconds. Give up when `retryAfter` is too long: an isolated breaker says
 * `Infinity`, and a timer of `Infinity` fires after 1 ms.
 *
 * @example
 * ```ts
 * const patient = retry({
 *   delay: (error) =>
 *     isCircuitOpenError(error) && error.retryAfter <= 10_000
 *       ? timer(error.retryAfter)
 *       : throwError(() => error),
 * });
 * http.get<Rates>('/rates').pipe(rates, patient).subscribe();
 * ```
 */
export function isCircuitOpenError(error: unknown): error is CircuitOpenError {
  return typeof error === 'object' && error !== null && brand in error;
}

/** Marks an error of another class as a refusal: `isCircuitOpenError` returns true for the error. */
export function brandAsRefusal<E extends object>(
  error: E,
  { breaker, code, state, retryAfter }: CircuitOpenError,
): E & Pick<CircuitOpenError, 'breaker' | 'code' | 'state' | 'retryAfter'> {
  return Object.assign(Object.defineProperty(error, brand, {}), {
    breaker,
    code,
    state,
    retryAfter,
  });
}
