import type { CircuitState } from './state.js';

// An object whose prototype chain ends in Error.prototype, made without running the Error
// constructor: that one captures a stack, which costs some fifty times the rest of a refusal, and an
// open breaker refuses in bulk. `instanceof Error` holds. Its text is made when somebody reads it.
const Stackless = class {
  declare readonly name: string;
  declare readonly breaker: string;
  declare readonly state: string;

  get message(): string {
    return `the circuit breaker "${this.breaker}" is ${this.state}`;
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
 * It has no stack trace. Do not retry it at once: wait for `retryAfter` milliseconds.
 */
export class CircuitOpenError extends Stackless {
  declare readonly name: 'CircuitOpenError';
  /** `'ECIRCUITOPEN'`, for handlers that look at codes. */
  declare readonly code: 'ECIRCUITOPEN';
  declare readonly message: string;
  /** The name of the breaker that refused. */
  readonly breaker: string;
  /** The state it refused in. */
  readonly state: Extract<CircuitState, 'open' | 'half-open' | 'isolated'>;
  /** Milliseconds until a call may be admitted, as seen when this one was refused; `Infinity` when isolated. */
  readonly retryAfter: number;
  /** What opened the breaker: the error, or the value that `classifyValue` called a failure. */
  override readonly cause: unknown;

  constructor(
    breaker: string,
    state: 'open' | 'half-open' | 'isolated',
    retryAfter: number,
    cause?: unknown,
  ) {
    super();
    this.breaker = breaker;
    this.state = state;
    this.retryAfter = retryAfter;
    this.cause = cause;
  }
}

// On the prototype, so that a refusal does not pay for what all have alike.
Object.defineProperties(CircuitOpenError.prototype, {
  [brand]: { value: true },
  name: { value: 'CircuitOpenError', writable: true, configurable: true },
  code: { value: 'ECIRCUITOPEN' },
});

/**
 * Whether `error` is a refusal by a circuit breaker, of this copy of the library or another.
 *
 * Wait for as long as it says before a retry, and give up where that is too long: an isolated breaker
 * says `Infinity`, which timers take for 1.
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
