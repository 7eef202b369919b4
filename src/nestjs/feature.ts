import type { ModulesContainer } from '@nestjs/core';
import { ensure, text } from '../core/index.js';
import type { CircuitBreakerOptions } from '../rxjs/circuitBreaker.js';

/**
 * One circuit breaker of `CircuitBreakerModule.forFeature`: its name, or its name and its options.
 *
 * @example
 * ```ts
 * const prices: CircuitBreakerFeature = { name: 'prices', retryTimeout: 5_000 };
 * CircuitBreakerModule.forFeature('stock', prices);
 * ```
 */
export type CircuitBreakerFeature = string | (CircuitBreakerOptions & { readonly name: string });

/** The token of a `forFeature` module's features; `featuresIn` looks for this token in all modules. */
export const FEATURES = 'rxjs-circuit-breaker/features';

export function nameOf(feature: CircuitBreakerFeature): string {
  const name = typeof feature === 'string' ? feature : Object(feature).name;
  ensure('CircuitBreakerModule.forFeature: name', name, text);
  return name;
}

/** The features of all modules of an app, modules that are loaded later included. */
export function* featuresIn(modules: ModulesContainer): Generator<CircuitBreakerFeature> {
  for (const { providers } of modules.values()) {
    const features: unknown = providers.get(FEATURES)?.instance;
    if (Array.isArray(features)) yield* features as CircuitBreakerFeature[];
  }
}
