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

/** The options that every breaker of a group has, and those of the group itself. */
export interface CircuitBreakersOptions extends Omit<CircuitBreakerOptions, 'name' | 'restore'> {
  /**
   * What is different for one key, over the shared options. Asked when the breaker of the key is made.
   * The breaker's name is the key, unless a `name` is given here.
   * @default nothing
   */
  readonly optionsFor?: (key: string) => Omit<CircuitBreakerOptions, 'scheduler'> | undefined;
  /**
   * Keys kept at most, from 1 on. At the limit a new key takes the place of the least recently used key
   * that is not busy. Where all keys are busy, each call of the new key has a breaker of its own.
   * @default 1_000
   */
  readonly maxKeys?: number;
  /**
   * Milliseconds, more than 0, after which a key that nobody used and that is not busy is dropped;
   * `Infinity` is never.
   * @default 600_000, ten minutes
   */
  readonly idleTime?: number;
  /**
   * What `snapshot()` of such a group held, to start from. Where there are more than `maxKeys` keys, the
   * last ones are kept: those used most recently.
   * @default none
   */
  readonly restore?: Readonly<Record<string, CircuitSnapshot>>;
}

/** What all breakers of a group have alike. */
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

/** Characters of a key at most: keys come from outside, and are held, shown and told. */
const LONGEST_KEY = 1_000;

const key: Rule = [
  `a string of 1 to ${LONGEST_KEY} characters`,
  ({ length }: string) => length > 0 && length <= LONGEST_KEY,
  'string',
];

/** Throws, unless the value can be the key of a breaker. */
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

/** Throws for options that belong to the making of a group. */
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
