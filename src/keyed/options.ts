import {
  callback,
  count,
  duration,
  ensure,
  object,
  type Rule,
  unknownOption,
} from '../core/check.js';
import { type Config, configure, optionNames } from '../core/config.js';
import type { CircuitSnapshot } from '../core/snapshot.js';
import type { CircuitBreakerOptions } from '../rxjs/circuitBreaker.js';
import { surroundings } from '../rxjs/surroundings.js';

/**
 * The options of every breaker of a group, and the options of the group itself. A bad value throws a RangeError or a
 * TypeError at creation.
 *
 * @example
 * ```ts
 * const options: CircuitBreakersOptions = {
 *   maxKeys: 200,
 *   optionsFor: (host) => (host === 'slow.example' ? { slowCallDuration: 10_000 } : undefined),
 * };
 * circuitBreakers(options);
 * ```
 */
export interface CircuitBreakersOptions extends Omit<CircuitBreakerOptions, 'name' | 'restore'> {
  /**
   * Returns the options of one key, over the shared options. The group calls the function when it creates the breaker.
   * The name of the breaker is the key, or the `name` in the result.
   * @default no options of a key's own
   */
  readonly optionsFor?: (key: string) => Omit<CircuitBreakerOptions, 'scheduler'> | undefined;
  /**
   * The most keys that the group keeps; a whole number from 1 on. At the limit a new key takes the place of the least
   * recently used key that is not busy. When all keys are busy, each call of the new key has a breaker of its own.
   * @default 1_000
   */
  readonly maxKeys?: number;
  /**
   * Milliseconds, more than 0. The group drops a key after this time without a use, unless the key is busy; `Infinity`
   * means never.
   * @default 600_000, ten minutes
   */
  readonly idleTime?: number;
  /**
   * The result of `snapshot()` of a group, to start from. Of more than `maxKeys` keys the group keeps the last ones: the
   * most recently used keys.
   * @default none
   */
  readonly restore?: Readonly<Record<string, CircuitSnapshot>>;
}

/** The options that all breakers of a group share. */
export type SharedOptions = Omit<CircuitBreakerOptions, 'name' | 'restore'>;

/** The options of a group, checked and complete. */
interface Settings {
  readonly shared: SharedOptions;
  readonly optionsFor: CircuitBreakersOptions['optionsFor'];
  readonly maxKeys: number;
  readonly idleTime: number;
  readonly restore: Readonly<Record<string, CircuitSnapshot>>;
}

const snapshots: Rule = [
  'an object of snapshots by key',
  (value: object) => !(Symbol.iterator in value),
  'object',
];

/** The most characters of a key. Keys come from outside; the group stores keys, and errors and events show keys. */
const LONGEST_KEY = 1_000;

const key: Rule = [
  `a string of 1 to ${LONGEST_KEY} characters`,
  ({ length }: string) => length > 0 && length <= LONGEST_KEY,
  'string',
];

/** Throws unless the value can be a key. */
export function ensureKey(value: unknown): asserts value is string {
  ensure('key', value, key);
}

const ownNames: readonly string[] = ['optionsFor', 'maxKeys', 'idleTime', 'restore'];

/** Checks the options of a group. Throws a RangeError or TypeError that names the option. */
export function read(options: CircuitBreakersOptions): Settings {
  ensure('options', options, object);
  const known = [...ownNames, ...optionNames];
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) throw unknownOption('', name, known, value);
  }
  const { optionsFor, maxKeys = 1_000, idleTime = 600_000, restore = {}, ...shared } = options;
  if (optionsFor !== undefined) ensure('optionsFor', optionsFor, callback);
  ensure('maxKeys', maxKeys, count);
  ensure('idleTime', idleTime, duration);
  ensure('restore', restore, snapshots);
  if ('name' in shared) {
    throw new TypeError('name must come from optionsFor, for each key has its own; leave it out');
  }
  return { shared, optionsFor, maxKeys, idleTime, restore };
}

/** Throws for options that only the creation of a group takes. */
export function ensureSettings(options: object): void {
  ensure('options', options, object);
  for (const name of ['name', 'scheduler', ...ownNames]) {
    if (name in options) throw new TypeError(`${name} belongs to the making of a group`);
  }
}

/** The options of the breakers, checked and complete. */
export function configOf(options: CircuitBreakerOptions): Config {
  return configure(options, surroundings);
}
