import { HttpErrorResponse } from '@angular/common/http';
import {
  type EnvironmentProviders,
  InjectionToken,
  inject,
  makeEnvironmentProviders,
} from '@angular/core';
import {
  defaultRetryTimeout,
  ensure,
  object,
  retryAfterHeader,
  retryAfterOf,
} from '../core/index.js';
import {
  type CircuitBreakers,
  type CircuitBreakersOptions,
  circuitBreakers,
} from '../keyed/circuitBreakers.js';

/**
 * The shortest and the longest open time that a server may ask for, in milliseconds.
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
  /** At least `min`. @default 300_000, or `min` where that is longer */
  readonly max?: number;
}

/**
 * Options that judge calls. Requests are judged by `circuitBreakerInterceptor({ classify })` instead, so these options
 * would have no effect.
 */
const judging = ['classifyError', 'classifyValue', 'successOn'] as const;

/**
 * The options of an app's circuit breakers.
 *
 * @example
 * ```ts
 * const options: ProvideCircuitBreakersOptions = { honourRetryAfter: true, retryTimeout: 5_000 };
 * provideCircuitBreakers(options);
 * ```
 */
export interface ProvideCircuitBreakersOptions
  extends Omit<CircuitBreakersOptions, 'classifyError' | 'classifyValue' | 'successOn'> {
  /**
   * Who shares the breakers: `'app'`, the app that provides them; `'platform'`, all apps of the page, with the options
   * of the first app. Angular's server rendering makes an app and a platform for each request, so both end with the
   * request. To share circuits between requests, make them with `circuitBreakers()` in a module of the server and
   * provide those.
   * @default 'app'
   */
  readonly scope?: 'app' | 'platform';
  /**
   * `true` or limits: a 429 with a readable `Retry-After` opens the circuit for that long, and a failure with one says
   * how long the circuit that it opens stays open.
   * @default false
   */
  readonly honourRetryAfter?: boolean | RetryAfterLimits;
}

/** The circuit breakers of an app, and how its requests use them. */
export interface Circuits {
  readonly breakers: CircuitBreakers;
  /** Other users make calls there, too: a refusal does not show one user the response of another. */
  readonly isShared: boolean;
  /** Says whether a response is a 429 that is to open its circuit for as long as the response asks. */
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
 * Provides the circuit breakers that `circuitBreakerInterceptor` and `injectCircuit` use: one for each backend, made
 * on first use. Takes their options, or breakers that `circuitBreakers()` has made.
 *
 * @throws RangeError or TypeError that names the option, the rule and the value.
 * @example
 * ```ts
 * const providers = [
 *   provideHttpClient(withInterceptors([circuitBreakerInterceptor()])),
 *   provideCircuitBreakers({ retryTimeout: 5_000, honourRetryAfter: true }),
 * ];
 * ```
 */
export function provideCircuitBreakers(
  options: ProvideCircuitBreakersOptions | CircuitBreakers = {},
): EnvironmentProviders {
  const useFactory = isGroup(options) ? () => shared(options) : scoped(options);
  return makeEnvironmentProviders([{ provide: CIRCUITS, useFactory }]);
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

function isGroup(
  options: ProvideCircuitBreakersOptions | CircuitBreakers,
): options is CircuitBreakers {
  ensure('provideCircuitBreakers options', options, object);
  return 'guard' in options;
}

const never = (): boolean => false;

function shared(breakers: CircuitBreakers): Circuits {
  return { breakers, isShared: true, asksToWait: never };
}

function scoped({ scope = 'app', ...options }: ProvideCircuitBreakersOptions): () => Circuits {
  ensure('scope', scope, [
    "'app' or 'platform'",
    (value: string) => value === 'app' || value === 'platform',
    'string',
  ]);
  for (const name of judging) {
    if (name in options) {
      throw new TypeError(
        `${name} has no effect on requests; give circuitBreakerInterceptor({ classify })`,
      );
    }
  }
  make(options); // a bad option is told here, and not by the first request
  if (scope === 'app') return () => make(options);
  return () => {
    const platform = inject(PLATFORM);
    platform.circuits ??= { ...make(options), isShared: true };
    return platform.circuits;
  };
}

function make({ honourRetryAfter = false, ...group }: ProvideCircuitBreakersOptions): Circuits {
  if (honourRetryAfter === false) {
    return { breakers: circuitBreakers(group), isShared: false, asksToWait: never };
  }
  const limits = honourRetryAfter === true ? {} : honourRetryAfter;
  ensure('honourRetryAfter', limits, ['a boolean or { min, max }', Boolean, 'object']);
  return {
    breakers: circuitBreakers(honouring(group, limits)),
    isShared: false,
    asksToWait: (result) =>
      result instanceof HttpErrorResponse &&
      result.status === 429 &&
      retryAfterOf(result, 0) !== undefined,
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
