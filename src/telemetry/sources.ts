import type { Observable } from 'rxjs';
import { show } from '../core/index.js';
import type { CircuitBreaker, CircuitBreakers, CircuitEvent, KeyedCircuitEvent } from '../index.js';

/**
 * A source of metrics and of the live page: a breaker, or a group of breakers.
 *
 * @example
 * ```ts
 * import type { CircuitSource } from 'rxjs-circuit-breaker/prometheus';
 *
 * const sources: Record<string, CircuitSource> = { payments, hosts };
 * ```
 */
export type CircuitSource = CircuitBreaker | CircuitBreakers;

/** True for a group of breakers. */
export function isGroup(source: CircuitSource): source is CircuitBreakers {
  return Symbol.iterator in source;
}

/** The events of a breaker, or of all breakers of a group. */
export function eventsOf({ events$ }: CircuitSource): Observable<CircuitEvent | KeyedCircuitEvent> {
  return events$;
}

/**
 * The named sources as a list.
 *
 * @throws TypeError naming the entry without a breaker or a group.
 */
export function sourcesOf(
  sources: Readonly<Record<string, CircuitSource>>,
): [string, CircuitSource][] {
  const isRecord = typeof sources === 'object' && sources !== null && !(Symbol.iterator in sources);
  if (!isRecord) {
    throw new TypeError(`sources must be an object of breakers by name, got ${show(sources)}`);
  }
  const entries = Object.entries(sources);
  for (const [name, source] of entries) {
    if (typeof Object(source).totals === 'function' && 'events$' in Object(source)) continue;
    throw new TypeError(
      `sources.${name} must be a circuit breaker or a group of circuit breakers, got ${show(source)}`,
    );
  }
  return entries;
}
