import { HttpErrorResponse } from '@angular/common/http';
import { asyncScheduler } from 'rxjs';
import { retryAfterHeader } from '../core/backoff.js';
import { configure } from '../core/config.js';
import type { Counts } from '../core/counts.js';
import type { Permit } from '../core/permit.js';
import { tallyOf, trips } from '../core/trip.js';
import type { CircuitBreakersOptions } from '../keyed/circuitBreakers.js';
import type { CircuitBreaker, CircuitBreakerOptions } from '../rxjs/circuitBreaker.js';

/** Milliseconds between which an open time asked for by a server is kept. */
export interface RetryAfterLimits {
  /** @default 0 */
  readonly min?: number;
  /** @default 300_000 */
  readonly max?: number;
}

/** Opens the circuit if the error is a 429 that says for how long; answers whether it did. */
export type Trip = (
  breaker: CircuitBreaker,
  permit: Permit,
  error: unknown,
  now: number,
) => boolean;

/**
 * The options of breakers that open for as long as a server asks. A 429 is no failure, so it trips by a
 * rule of its own, which holds for the moment in which that 429 is told.
 */
export function honouring(
  { optionsFor, maxKeys, idleTime, restore, ...shared }: CircuitBreakersOptions,
  limits: RetryAfterLimits,
): { readonly options: CircuitBreakersOptions; readonly trip: Trip } {
  let tripping = false;
  const withRule = (options: CircuitBreakerOptions): CircuitBreakerOptions => {
    const rules = configure(options, asyncScheduler);
    const { tripWhen = (counts: Counts) => trips(rules, tallyOf(counts)) !== null } = options;
    return {
      ...withoutThresholds(options),
      tripWhen: (counts) => tripping || tripWhen(counts),
      retryTimeout: retryAfterHeader(options.retryTimeout, limits),
    };
  };
  withRule(shared); // bad options are told here, not at the first call
  const { scheduler } = shared;
  const asked = retryAfterHeader(() => -1, limits); // -1: there is nothing that can be read
  return {
    options: {
      ...(scheduler && { scheduler }),
      ...(maxKeys !== undefined && { maxKeys }),
      ...(idleTime !== undefined && { idleTime }),
      ...(restore !== undefined && { restore }),
      optionsFor: (key) => withRule({ ...shared, ...optionsFor?.(key) }),
    },
    trip: (breaker, permit, error, now) => {
      if (!(error instanceof HttpErrorResponse) || error.status !== 429) return false;
      if (asked({ attempt: 1, error, now, snapshot: breaker.snapshot() }) < 0) return false;
      tripping = true;
      try {
        permit.failure(error);
      } finally {
        tripping = false;
      }
      return true;
    },
  };
}

/** The options that may stand beside `tripWhen`. */
function withoutThresholds({
  failureRateThreshold: _rate,
  minimumCalls: _calls,
  failureThreshold: _failures,
  consecutiveFailureThreshold: _streak,
  slowCallRateThreshold: _slow,
  ...rest
}: CircuitBreakerOptions): CircuitBreakerOptions {
  return rest;
}
