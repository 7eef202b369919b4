import { ensure, show } from '../core/index.js';

/** A requirement: the words of the message, the predicate, and the type of the value (number if left out). */
type Requirement = readonly [
  words: string,
  holds: (value: never) => unknown,
  type?: 'number' | 'string' | 'function' | 'object',
];

const finite = (value: number): boolean => Number.isFinite(value);

export const positive: Requirement = [
  'a finite number, more than 0',
  (value: number) => finite(value) && value > 0,
];
export const notNegative: Requirement = [
  'a finite number, 0 or more',
  (value: number) => finite(value) && value >= 0,
];
export const milliseconds: Requirement = [
  'a finite number of milliseconds, 0 or more',
  (value: number) => finite(value) && value >= 0,
];
export const span: Requirement = [
  'a finite number of milliseconds, more than 0',
  (value: number) => finite(value) && value > 0,
];
export const share: Requirement = ['in [0, 1]', (value: number) => value >= 0 && value <= 1];
export const seedRule: Requirement = ['a finite number', finite];

/** A whole number from `least` to `most`. */
export function whole(least: number, most: number): Requirement {
  return [
    `a whole number from ${least} to ${most}`,
    (value: number) => Number.isInteger(value) && value >= least && value <= most,
  ];
}

/** The requirements of each field of an object; a field that is marked with `?` may be left out. */
export type Fields = Readonly<Record<string, Requirement | null>>;

/**
 * Throws a TypeError or a RangeError naming the field, unless `value` is an object with these fields and
 * no others. A field name that ends in `?` may be missing; a requirement of `null` is checked elsewhere.
 */
export function ensureFields(subject: string, value: unknown, fields: Fields): void {
  ensure(subject, value, ['an object', (it: object) => !Array.isArray(it), 'object']);
  const names = Object.keys(fields).map((name) => name.replace('?', ''));
  for (const name of Object.keys(value as object)) {
    if (names.includes(name)) continue;
    throw new TypeError(
      `${subject} has an unknown field ${show(name)}; the fields are ${names.join(', ')}`,
    );
  }
  for (const [key, requirement] of Object.entries(fields)) {
    const name = key.replace('?', '');
    const field = (value as Record<string, unknown>)[name];
    if (field === undefined && key.endsWith('?')) continue;
    if (field === undefined) throw new TypeError(`${subject}.${name} is missing`);
    if (requirement !== null) ensure(`${subject}.${name}`, field, requirement);
  }
}
