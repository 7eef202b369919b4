import type { Observable } from 'rxjs';
import { show } from '../core/index.js';
import type { CircuitEvent, CircuitSnapshot, CircuitState, KeyedCircuitEvent } from '../index.js';

/** What happened at a breaker since it was made: numbers that only grow. */
export interface Totals {
  readonly successes: number;
  readonly failures: number;
  readonly ignored: number;
  readonly cancelled: number;
  readonly late: number;
  readonly rejected: number;
  readonly slow: number;
  readonly expiredProbes: number;
  /** Changes of state, by the state entered. */
  readonly transitions: Readonly<Record<CircuitState, number>>;
  /** Milliseconds spent in each state. */
  readonly time: Readonly<Record<CircuitState, number>>;
}

/** The part of a `CircuitBreaker` that telemetry reads. */
export interface BreakerSource {
  readonly name: string;
  readonly state$: Observable<CircuitState>;
  readonly events$: Observable<CircuitEvent>;
  totals(): Totals;
  snapshot(): CircuitSnapshot;
}

/** The part of a group, `CircuitBreakers`, that telemetry reads. */
export interface GroupSource extends Iterable<[key: string, breaker: BreakerSource]> {
  readonly events$: Observable<KeyedCircuitEvent>;
  totals(): Totals;
}

/** A breaker, or a group of breakers. */
export type Source = BreakerSource | GroupSource;

/** True for a group of breakers. */
export function isGroup(source: Source): source is GroupSource {
  return Symbol.iterator in source;
}

/**
 * The named sources as a list.
 *
 * @throws TypeError that names the entry which is neither a breaker nor a group.
 */
export function sourcesOf(sources: Readonly<Record<string, Source>>): [string, Source][] {
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
