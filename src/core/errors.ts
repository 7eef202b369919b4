import { show } from './check.js';
import type { RefusingState } from './state.js';

// An object whose prototype chain ends in Error.prototype, made without running the Error
// constructor: that one captures a stack, which costs some fifty times the rest of a refusal, and an
// open breaker refuses in bulk. `instanceof Error` holds. Its text is made when somebody reads it.
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

// Registered, so that the ESM and the CJS copy of this file in one process agree.
const brand: unique symbol = Symbol.for('rxjs-circuit-breaker/CircuitOpenError');

/**
 * The error of a call that the breaker refused. The source was not touched.
 *
 * A refusal says nothing of the call that opened the breaker, which may be another user's: `cause` is there for code
 * that asks for it, and no log, spread, clone or `JSON.stringify` shows it. A structured clone (`postMessage`) keeps
 * `breaker`, `state` and `retryAfter`; it loses name and message, which are made when they are read.
 *
 * There is no stack trace, for an open breaker refuses in bulk; set `CircuitOpenError.captureStack` to look for the
 * place of a call. Do not retry at once: wait for `retryAfter` milliseconds.
 */
export class CircuitOpenError extends Stackless {
  /**
   * Gives every refusal a stack trace, for debugging. It costs some fifty times the rest of a refusal.
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
  /** Milliseconds until it is worth asking again, as of the refusal; `Infinity` when isolated. */
  readonly retryAfter: number;
  // private, so that nothing that lists the properties of a refusal meets it
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

// On the prototype, so that a refusal does not pay for what all have alike.
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
 * Says whether `error` is a refusal by a circuit breaker, of this copy of the library or of another.
 *
 * Wait for as long as the refusal says before a retry, and give up where that is too long: an isolated breaker says
 * `Infinity`, which timers take for 1.
 *
 * @example
 * ```ts
 * retry({
 *   delay: (error) =>
 *     isCircuitOpenError(error) && error.retryAfter <= 10_000
 *       ? timer(error.retryAfter)
 *       : throwError(() => error),
 * })
 * ```
 */
export function isCircuitOpenError(error: unknown): error is CircuitOpenError {
  return typeof error === 'object' && error !== null && brand in error;
}

/** Makes an error of another class a refusal, which `isCircuitOpenError` knows. */
export function brandAsRefusal<E extends object>(
  error: E,
  { breaker, code, state, retryAfter }: CircuitOpenError,
): E & Pick<CircuitOpenError, 'breaker' | 'code' | 'state' | 'retryAfter'> {
  return Object.assign(Object.defineProperty(error, brand, { value: true }), {
    breaker,
    code,
    state,
    retryAfter,
  });
}
