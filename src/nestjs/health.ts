import type { ModulesContainer } from '@nestjs/core';
import type { CircuitState } from '../core/index.js';
import { ensure } from '../core/index.js';
import type { CircuitBreakerRegistry } from './registry.js';

/**
 * The breakers of a health check, and the status of a check with an open circuit.
 *
 * @example
 * ```ts
 * const options: CircuitBreakerHealthOptions = { names: ['database'], whenOpen: 'down' };
 * const check = (circuits: CircuitBreakerHealthIndicator) => circuits.check('database', options);
 * ```
 */
export interface CircuitBreakerHealthOptions {
  /**
   * The breakers to look at.
   * @default all
   */
  readonly names?: readonly string[];
  /**
   * The status while a breaker refuses calls or probes. A load balancer takes an app that is `'down'` out of service:
   * choose `'down'` for a dependency that every request of the app needs.
   * @default 'degraded' with Terminus 12, 'up' before
   */
  readonly whenOpen?: 'up' | 'down';
}

/**
 * The result of a health check, in the form that Terminus takes.
 *
 * @example
 * ```ts
 * const well: CircuitBreakerHealthResult<'circuits'> = {
 *   circuits: { status: 'up', circuits: { stock: { state: 'closed', retryAfter: 0 } } },
 * };
 * ```
 */
export type CircuitBreakerHealthResult<Key extends string> = Record<
  Key,
  {
    /** With Terminus 12 also `'degraded'`, a word that the types of Terminus 10 and 11 refuse. */
    readonly status: 'up' | 'down';
    /** The state of each breaker, by name; `retryAfter` in milliseconds, null when isolated. */
    readonly circuits: Readonly<
      Record<string, { readonly state: CircuitState; readonly retryAfter: number | null }>
    >;
  }
>;

/**
 * A health indicator for Terminus 10 to 12. An open circuit is `degraded` or `up`: with `down`, one sick
 * dependency takes every instance of the app out of service.
 *
 * @example
 * ```ts
 * @Controller('health')
 * class HealthController {
 *   constructor(
 *     private readonly health: HealthCheckService,
 *     private readonly circuits: CircuitBreakerHealthIndicator,
 *   ) {}
 *
 *   @Get() @HealthCheck()
 *   check() {
 *     return this.health.check([
 *       () => this.circuits.check('circuits'),
 *       () => this.circuits.check('database', { names: ['database'], whenOpen: 'down' }),
 *     ]);
 *   }
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
   * @throws Error for a name without a breaker; for `'down'` with Terminus 10, which reports `down` by errors.
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
      // Terminus 10 has no HealthIndicatorService, and reports `down` for a thrown error of this shape
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

/** A session of Terminus' HealthIndicatorService, found by its name, for this package does not import Terminus. */
function sessionOf(modules: ModulesContainer, key: string): Session | undefined {
  for (const { providers } of modules.values()) {
    for (const [token, { instance }] of providers) {
      const service = instance as { check?(key: string): Session } | null;
      if (typeof token === 'function' && token.name === 'HealthIndicatorService') {
        return service?.check?.(key);
      }
    }
  }
  return undefined;
}
