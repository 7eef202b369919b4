import type { ModulesContainer } from '@nestjs/core';
import type { CircuitState } from '../core/index.js';
import { ensure } from '../core/index.js';
import type { CircuitBreakerRegistry } from './registry.js';

/** What a health check is to look at, and what it is to say. */
export interface CircuitBreakerHealthOptions {
  /**
   * The breakers to look at.
   * @default all
   */
  readonly names?: readonly string[];
  /**
   * What to say while one of them refuses calls or only probes. `'down'` takes the app out of service wherever a load
   * balancer asks: choose it only for a dependency without which the app can do nothing.
   * @default 'degraded' with Terminus 12, 'up' before
   */
  readonly whenOpen?: 'up' | 'down';
}

/** The result of a health check, as Terminus takes it. */
export type CircuitBreakerHealthResult<Key extends string> = Record<
  Key,
  {
    /** With Terminus 12 also `'degraded'`, a word that the types of Terminus 10 and 11 refuse. */
    readonly status: 'up' | 'down';
    /** The breakers that were looked at, by name; `retryAfter` in milliseconds, null when isolated. */
    readonly circuits: Readonly<
      Record<string, { readonly state: CircuitState; readonly retryAfter: number | null }>
    >;
  }
>;

/**
 * A health indicator for Terminus 10 to 12. An open circuit is not `down`, for else one sick dependency would take
 * every instance of the app out of service.
 *
 * @example
 * ```ts
 * constructor(
 *   private readonly health: HealthCheckService,
 *   private readonly circuits: CircuitBreakerHealthIndicator,
 * ) {}
 *
 * @Get() @HealthCheck()
 * check() {
 *   return this.health.check([
 *     () => this.circuits.check('circuits'),
 *     () => this.circuits.check('database', { names: ['database'], whenOpen: 'down' }),
 *   ]);
 * }
 * ```
 */
export class CircuitBreakerHealthIndicator {
  private readonly registry: CircuitBreakerRegistry;
  private readonly modules: ModulesContainer;

  constructor(registry: CircuitBreakerRegistry, modules: ModulesContainer) {
    this.registry = registry;
    this.modules = modules;
  }

  /**
   * Looks at the breakers.
   *
   * @param key The name of the result.
   * @throws Error for a name that no breaker has; with Terminus 10 also for `'down'`, for that is its way.
   */
  check<const Key extends string>(
    key: Key,
    { names, whenOpen }: CircuitBreakerHealthOptions = {},
  ): CircuitBreakerHealthResult<Key> {
    if (whenOpen !== undefined) {
      ensure('whenOpen', whenOpen, [
        "'up' or 'down'",
        (value: string) => value === 'up' || value === 'down',
        'string',
      ]);
    }
    const breakers = names?.map((name) => this.registry.get(name)) ?? [
      ...[...this.registry].map(([, breaker]) => breaker),
    ];
    const circuits = Object.fromEntries(
      breakers.map((breaker) => {
        const { name, state, retryAfter } = breaker;
        return [name, { state, retryAfter: Number.isFinite(retryAfter) ? retryAfter : null }];
      }),
    );
    const isWell = breakers.every(({ state }) => state === 'closed' || state === 'disabled');
    const session = sessionOf(this.modules, key);
    const degraded = session?.degraded === undefined ? 'up' : 'degraded';
    const status = isWell ? 'up' : (whenOpen ?? degraded);
    const result = { [key]: { status, circuits } } as CircuitBreakerHealthResult<Key>;
    if (status === 'down' && session === undefined) {
      // before its HealthIndicatorService, Terminus took only a thrown error of this shape for `down`
      throw Object.assign(new Error(`${key} is down`), {
        causes: result,
        isHealthCheckError: true,
      });
    }
    return result;
  }
}

/** What Terminus offers from version 11 on, `degraded` from version 12 on. */
interface Session {
  readonly degraded?: unknown;
}

/** A session of Terminus' HealthIndicatorService, found by its name: this package imports no Terminus. */
function sessionOf(modules: ModulesContainer, key: string): Session | undefined {
  for (const { providers } of modules.values()) {
    for (const [token, { instance }] of providers) {
      if (typeof token === 'function' && token.name === 'HealthIndicatorService') {
        return (instance as { check(key: string): Session }).check(key);
      }
    }
  }
  return undefined;
}
