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

/**
 * The limits of the open time that a server asks for in `Retry-After`, in milliseconds.
 *
 * @example
 * ```ts
 * const limits: RetryAfterLimits = { min: 1_000, max: 60_000 };
 * provideCircuitBreakers({ honourRetryAfter: limits });
 * ```
 */
export interface RetryAfterLimits {
  /**
   * The shortest open time, in milliseconds, 0 or more.
   * @default 0
   */
  readonly min?: number;
  /**
   * The longest open time, in milliseconds, at least `min`.
   * @default 300_000, or `min` if greater
   */
  readonly max?: number;
}

/**
 * The options of an app's circuit breakers.
 *
 * @example
 * ```ts
 * const options: ProvideCircuitBreakersOptions = { honourRetryAfter: true, retryTimeout: 5_000 };
 * provideCircuitBreakers(options);
 * ```
 */
export interface ProvideCircuitBreakersOptions extends CircuitBreakersOptions {
  /**
   * The owner of the breakers: `'app'`, the application that provides the breakers, or `'platform'`, all applications of
   * the page. Angular's server rendering creates an app and a platform for each request, so with both scopes the breakers
   * live for one request. To share breakers between requests, create them with `circuitBreakers()` in a module of the
   * server, and provide the result.
   * @default 'app'
   */
  readonly scope?: 'app' | 'platform';
  /**
   * `true`: a 429 with a readable `Retry-After` opens the circuit for the time in the header, and a failure with
   * `Retry-After` decides the open time if the failure opens the circuit. `{ min, max }`: also limits the time.
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
 * Provides the circuit breakers for `circuitBreakerInterceptor` and `injectCircuit`: one breaker for each backend, created
 * on first use.
 *
 * @param options The options of the breakers, or an existing group of breakers. @default those of `circuitBreakers`
 * @throws RangeError or TypeError that names the option, the rule and the value, when the app first uses a breaker.
 * @example
 * ```ts
 * const providers = [
 *   provideHttpClient(withInterceptors([circuitBreakerInterceptor()])),
 *   provideCircuitBreakers({ failureRateThreshold: 0.5, minimumCalls: 5, rollingWindow: 60_000 }),
 * ];
 * ```
 */
export function provideCircuitBreakers(
  options: ProvideCircuitBreakersOptions | CircuitBreakers = {},
): EnvironmentProviders {
  return makeEnvironmentProviders([{ provide: CIRCUITS, useFactory: () => provided(options) }]);
}

/**
 * Returns the circuit breakers of the app.
 *
 * @throws Error (NG0203) outside of an injection context.
 * @example
 * ```ts
 * @Injectable({ providedIn: 'root' })
 * class Maintenance {
 *   private readonly circuits = injectCircuitBreakers();
 *   begin = () => this.circuits.isolate('https://api.example.com');
 * }
 * ```
 */
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
