import { HttpErrorResponse } from '@angular/common/http';
import type { SchedulerLike } from 'rxjs';
import type { CircuitBreaker } from '../circuitBreaker.js';
import type { CircuitBreakersOptions } from '../circuitBreakers.js';
import { retryAfterHeader } from '../core/backoff.js';
import { configure } from '../core/options.js';
import type { Permit } from '../core/permit.js';

/** Milliseconds between which an open time asked for by a server is kept. */
export interface RetryAfterLimits {
  /** @default 0 */
  readonly min?: number;
  /** @default 300_000 */
  readonly max?: number;
}

/** Opens the circuit if the error is a 429 that says for how long; answers whether it did. */
export type Trip = (breaker: CircuitBreaker, permit: Permit, error: unknown) => boolean;

/**
 * The options of breakers that open for as long as a server asks. A 429 is no failure, so it trips by a
 * rule of its own, which holds for the moment in which that 429 is told.
 */
export function honouring(
  { optionsFor, ...shared }: CircuitBreakersOptions,
  limits: RetryAfterLimits,
  scheduler: SchedulerLike,
): { readonly options: CircuitBreakersOptions; readonly trip: Trip } {
  let tripping = false;
  const asked = retryAfterHeader(() => -1, limits); // -1: there is nothing that can be read
  const withRule = (own: CircuitBreakersOptions): CircuitBreakersOptions => {
    const { maxKeys: _, idleTime: __, restore: ___, ...breaker } = own;
    const { rules } = configure(breaker);
    const {
      failureRateThreshold: _a,
      minimumCalls: _b,
      failureThreshold: _c,
      consecutiveFailureThreshold: _d,
      slowCallRateThreshold: _e,
      ...rest
    } = own;
    return {
      ...rest,
      tripWhen: (counts) => tripping || rules.some(({ trips }) => trips(counts)),
      retryTimeout: retryAfterHeader(own.retryTimeout, limits),
    };
  };
  const { maxKeys, idleTime, restore, ...breaker } = shared;
  const options: CircuitBreakersOptions = {
    scheduler,
    ...withRule(breaker),
    ...(maxKeys === undefined ? {} : { maxKeys }),
    ...(idleTime === undefined ? {} : { idleTime }),
    ...(restore === undefined ? {} : { restore }),
    ...(optionsFor === undefined
      ? {}
      : { optionsFor: (key: string) => withRule({ ...breaker, ...optionsFor(key) }) }),
  };
  const trip: Trip = (circuit, permit, error) => {
    if (!(error instanceof HttpErrorResponse) || error.status !== 429) return false;
    const context = { attempt: 1, error, now: scheduler.now(), snapshot: circuit.snapshot() };
    if (asked(context) < 0) return false;
    tripping = true;
    try {
      permit.failure(error);
    } finally {
      tripping = false;
    }
    return true;
  };
  return { options, trip };
}
