import { HttpErrorResponse } from '@angular/common/http';
import {
  type EnvironmentProviders,
  InjectionToken,
  inject,
  makeEnvironmentProviders,
  NgZone,
} from '@angular/core';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { defaultRetryTimeout, ensure, retryAfterHeader, retryAfterOf } from '../core/index.js';
import {
  type CircuitBreakers,
  type CircuitBreakersOptions,
  circuitBreakers,
} from '../keyed/circuitBreakers.js';

/** Milliseconds between which an open time asked for by a server is kept. */
export interface RetryAfterLimits {
  /** @default 0 */
  readonly min?: number;
  /** @default 300_000 */
  readonly max?: number;
}

/** The options of an app's circuit breakers. */
export interface ProvideCircuitBreakersOptions extends CircuitBreakersOptions {
  /**
   * Who shares the breakers: `'app'`, the application that provides them; `'platform'`, all applications
   * of the page. Angular's server rendering makes an app and a platform for each request, so there
   * neither outlives a request. To share them between requests, make them yourself with
   * `circuitBreakers()` in a module of the server and provide those.
   * @default 'app'
   */
  readonly scope?: 'app' | 'platform';
  /**
   * A 429 with a `Retry-After` that can be read opens the circuit for that long, and a failure with one
   * decides how long the circuit that it opens stays open. `{ min, max }` are milliseconds to keep the
   * time between.
   * @default false
   */
  readonly honourRetryAfter?: boolean | RetryAfterLimits;
}

/** The circuit breakers of an app, and what goes with them. */
export interface Circuits {
  readonly breakers: CircuitBreakers;
  readonly scheduler: SchedulerLike;
  /** Others than this app's users make calls there: what failed for one is not shown to another. */
  readonly isShared: boolean;
  /** Says whether a response is a 429 that says for how long to wait, and is to open its circuit for that long. */
  readonly asksToWait: (result: unknown) => boolean;
}

export const CIRCUITS: InjectionToken<Circuits> = /* @__PURE__ */ new InjectionToken<Circuits>(
  'circuit breakers',
  { providedIn: 'root', factory: () => make({}) },
);

const PLATFORM: InjectionToken<{ circuits?: Circuits }> = /* @__PURE__ */ new InjectionToken<{
  circuits?: Circuits;
}>('circuit breakers of the platform', { providedIn: 'platform', factory: () => ({}) });

/**
 * Provides the circuit breakers that `circuitBreakerInterceptor` and `injectCircuit` use: one for each
 * backend, made on first use. Give their options, or breakers that were made elsewhere.
 *
 * @example
 * ```ts
 * provideHttpClient(withInterceptors([circuitBreakerInterceptor()])),
 * provideCircuitBreakers({ failureRateThreshold: 0.5, minimumCalls: 5, rollingWindow: 60_000 }),
 * ```
 */
export function provideCircuitBreakers(
  options: ProvideCircuitBreakersOptions | CircuitBreakers = {},
): EnvironmentProviders {
  return makeEnvironmentProviders([{ provide: CIRCUITS, useFactory: () => provided(options) }]);
}

/** The app's circuit breakers. To be called in an injection context. */
export function injectCircuitBreakers(): CircuitBreakers {
  return inject(CIRCUITS).breakers;
}

function provided(options: ProvideCircuitBreakersOptions | CircuitBreakers): Circuits {
  if ('guard' in options) {
    return {
      breakers: options,
      scheduler: asyncScheduler,
      isShared: true,
      asksToWait: () => false,
    };
  }
  const { scope = 'app', ...rest } = options;
  ensure('scope', scope, [
    "'app' or 'platform'",
    (value: string) => value === 'app' || value === 'platform',
    'string',
  ]);
  if (scope === 'app') return make(rest);
  const platform = inject(PLATFORM);
  platform.circuits ??= { ...make(rest), isShared: true };
  return platform.circuits;
}

function make(options: Omit<ProvideCircuitBreakersOptions, 'scope'>): Circuits {
  const { honourRetryAfter = false, ...own } = options;
  const scheduler = outside(inject(NgZone), own.scheduler ?? asyncScheduler);
  const group: CircuitBreakersOptions = { ...own, scheduler };
  const limits = honourRetryAfter === true ? {} : honourRetryAfter;
  if (limits === false) {
    return {
      breakers: circuitBreakers(group),
      scheduler,
      isShared: false,
      asksToWait: () => false,
    };
  }
  return {
    breakers: circuitBreakers(honouring(group, limits)),
    scheduler,
    isShared: false,
    asksToWait: (result) =>
      result instanceof HttpErrorResponse &&
      result.status === 429 &&
      retryAfterOf(result, scheduler.now()) !== undefined,
  };
}

/** The options of breakers that stay open for as long as a server asks. */
function honouring(
  group: CircuitBreakersOptions,
  limits: RetryAfterLimits,
): CircuitBreakersOptions {
  const { optionsFor, retryTimeout = defaultRetryTimeout } = group;
  return {
    ...group,
    retryTimeout: retryAfterHeader(retryTimeout, limits),
    ...(optionsFor && {
      optionsFor: (key) => {
        const own = optionsFor(key);
        return own?.retryTimeout === undefined
          ? own
          : { ...own, retryTimeout: retryAfterHeader(own.retryTimeout, limits) };
      },
    }),
  };
}

/** A timer inside the zone would keep the app from being stable for as long as a circuit is open. */
function outside(zone: NgZone, scheduler: SchedulerLike): SchedulerLike {
  const schedule = scheduler.schedule.bind(scheduler) as SchedulerLike['schedule'];
  return {
    now: () => scheduler.now(),
    schedule: (...work: Parameters<typeof schedule>) =>
      zone.runOutsideAngular(() => schedule(...work)),
  };
}
