import { Subscription } from 'rxjs';
import { show } from '../core/index.js';
import { checkOptions } from '../telemetry/checkOptions.js';
import { boundsOf } from '../telemetry/durations.js';
import { type CircuitSource, sourcesOf } from '../telemetry/sources.js';
import { Collection } from './collection.js';
import type { MetricRegistry } from './registry.js';

/**
 * The options of `collectCircuitBreakers`.
 *
 * @example
 * ```ts
 * import { register } from 'prom-client';
 *
 * const options: CollectOptions = { prefix: 'shop_', durations: true };
 * collectCircuitBreakers(register, { payments }, options);
 * ```
 */
export interface CollectOptions {
  /**
   * Text in front of the name of each metric, like the `prefix` of prom-client's default metrics.
   * @default ''
   */
  readonly prefix?: string;
  /**
   * Shows each key of a group, with the label `key`, instead of the sum of the group: 24 series a key. Calls of
   * dropped keys are in the sum only.
   * @default false
   */
  readonly keys?: boolean;
  /**
   * Measures the duration of calls, in a histogram. `true`: buckets from 5 ms to 10 s. An array: the bounds of the
   * buckets, in seconds. A call then costs about three times as much, for the histogram hears of every call.
   * @default false
   */
  readonly durations?: boolean | readonly number[];
}

/** The collections of each registry by prefix: later sources join the earlier ones. */
const collections = new WeakMap<MetricRegistry, Map<string, Collection>>();

/**
 * Shows breakers and groups of breakers in a Prometheus registry: calls by outcome, the state, the seconds
 * spent in each state, transitions, calls in flight, the failure ratio.
 *
 * A call pays nothing: the breakers are read when the registry is scraped. All series of a name exist from the
 * start, at 0. Two sources of one name are shown as their sum. Unsubscribe to remove the sources; the last
 * unsubscription removes the metrics too.
 *
 * @example
 * ```ts
 * import { register } from 'prom-client';
 * import { circuitBreaker, circuitBreakers } from 'rxjs-circuit-breaker';
 * import { collectCircuitBreakers } from 'rxjs-circuit-breaker/prometheus';
 *
 * const payments = circuitBreaker({ name: 'payments' });
 * const hosts = circuitBreakers();
 * collectCircuitBreakers(register, { payments, hosts });
 * ```
 *
 * @param registry The app's registry: of `prom-client` 14 or 15, of `@prometheus-io/client`, or of that shape.
 * @param sources Breakers and groups by name; the name is the label `name`.
 * @throws TypeError or RangeError naming the argument; Error if the registry holds a foreign metric of such a name.
 */
export function collectCircuitBreakers(
  registry: MetricRegistry,
  sources: Readonly<Record<string, CircuitSource>>,
  options: CollectOptions = {},
): Subscription {
  ensureRegistry(registry);
  const entries = sourcesOf(sources);
  const { prefix, keys, bounds } = checked(options);
  const collection = collectionOf(registry, prefix);
  const subscription = new Subscription();
  try {
    if (!collection.isIn(registry)) collection.register(registry);
    if (bounds !== undefined) collection.registerDurations(registry, bounds);
  } catch (error) {
    collection.leave(registry); // all metrics or none
    throw error;
  }
  for (const [name, source] of entries) {
    subscription.add(collection.add(name, source, keys, bounds !== undefined));
  }
  subscription.add(() => collection.leave(registry));
  return subscription;
}

function collectionOf(registry: MetricRegistry, prefix: string): Collection {
  const byPrefix = collections.get(registry) ?? new Map<string, Collection>();
  collections.set(registry, byPrefix);
  const found = byPrefix.get(prefix);
  if (found?.isIn(registry)) return found;
  const made = new Collection(prefix);
  byPrefix.set(prefix, made);
  return made;
}

function ensureRegistry(registry: MetricRegistry): void {
  const methods = ['registerMetric', 'getSingleMetric', 'removeSingleMetric'];
  for (const method of methods) {
    if (typeof Object(registry)[method] === 'function') continue;
    throw new TypeError(
      `registry must be a registry of prom-client or of its shape; it has no ${method}()`,
    );
  }
}

interface Checked {
  readonly prefix: string;
  readonly keys: boolean;
  readonly bounds: readonly number[] | undefined;
}

function checked(options: CollectOptions): Checked {
  checkOptions(options, ['prefix', 'keys', 'durations']);
  const { prefix = '', keys = false, durations = false } = options;
  if (typeof prefix !== 'string' || !/^([a-z_:][a-z0-9_:]*)?$/i.test(prefix)) {
    throw new TypeError(
      `prefix must be the beginning of a metric's name (letters, digits, _ and :), got ${show(prefix)}`,
    );
  }
  if (typeof keys !== 'boolean') {
    throw new TypeError(`keys must be true or false, got ${show(keys)}`);
  }
  return { prefix, keys, bounds: boundsOf(durations) };
}
