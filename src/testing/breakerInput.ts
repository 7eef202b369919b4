import type { SchedulerLike } from 'rxjs';
import { show } from '../core/index.js';
import { type CircuitBreaker, type CircuitBreakerOptions, circuitBreaker } from '../index.js';

/**
 * How a test names its breaker: options, or a function that makes the breaker on the scheduler of the test.
 * A breaker that is made already goes by another clock, so the type excludes it.
 */
export type BreakerInput =
  | (CircuitBreakerOptions & { readonly state$?: never })
  | ((scheduler: SchedulerLike) => CircuitBreaker);

/** Throws a TypeError that names `breaker`, unless a breaker can be made of the value. */
export function checkBreakerInput(breaker: unknown): asserts breaker is BreakerInput {
  if (isBreaker(breaker)) {
    throw new TypeError(
      'breaker goes by another clock: give its options, or a function that makes the breaker',
    );
  }
  const good = typeof breaker === 'function' || (typeof breaker === 'object' && breaker !== null);
  if (good && !Array.isArray(breaker)) return;
  throw new TypeError(
    `breaker must be options, or a function that makes the breaker, got ${show(breaker)}`,
  );
}

/** Makes the breaker on this scheduler. Throws a TypeError if the function makes anything else. */
export function makeBreaker(breaker: BreakerInput, scheduler: SchedulerLike): CircuitBreaker {
  if (typeof breaker !== 'function') return circuitBreaker(breaker);
  const made: unknown = breaker(scheduler);
  if (isBreaker(made)) return made;
  throw new TypeError(`breaker must return a circuit breaker, got ${show(made)}`);
}

/** A breaker is known by its handle, so a breaker of another copy of the package is one too. */
export function isBreaker(value: unknown): value is CircuitBreaker {
  return typeof value === 'function' && 'state$' in value && 'snapshot' in value;
}
