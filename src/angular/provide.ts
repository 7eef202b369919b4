import {
  type EnvironmentProviders,
  InjectionToken,
  inject,
  makeEnvironmentProviders,
  NgZone,
} from '@angular/core';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { ensure } from '../core/index.js';
import {
  type CircuitBreakers,
  type CircuitBreakersOptions,
  circuitBreakers,
} from '../keyed/circuitBreakers.js';
import { honouring, type RetryAfterLimits, type Trip } from './retryAfter.js';

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
  /** Opens a circuit on a 429; null where that was not asked for. */
  readonly trip: Trip | null;
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
    return { breakers: options, scheduler: asyncScheduler, isShared: true, trip: null };
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
  const { options: honoured, trip } =
    limits === false ? { options: group, trip: null } : honouring(group, limits);
  return { breakers: circuitBreakers(honoured), scheduler, isShared: false, trip };
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
