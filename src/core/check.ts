/** What a value has to be: in words, as a predicate (which is shown what it stands beside), and its type. */
export type Rule = readonly [
  words: string,
  holds: (value: never, beside: never) => unknown,
  type?: 'number' | 'string' | 'function' | 'object',
];

export const fraction: Rule = ['in (0, 1]', (value: number) => value > 0 && value <= 1];

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0;
export const count: Rule = ['a whole number from 1 on', isCount];
/** The length of a ring: that is an array, and arrays end. */
export const places: Rule = [
  'a whole number from 1 to 16777216',
  (value: number) => isCount(value) && value <= 2 ** 24,
];

/** Milliseconds; `Infinity` means never. */
export const delay: Rule = ['a number of milliseconds, 0 or more', (value: number) => value >= 0];

/** Milliseconds, and some; `Infinity` means never. */
export const duration: Rule = [
  'a number of milliseconds, more than 0',
  (value: number) => value > 0,
];

export const text: Rule = ['a string that is not empty', Boolean, 'string'];
export const callback: Rule = ['a function', Boolean, 'function'];
export const object: Rule = ['an object', Boolean, 'object'];

/** Throws, naming the subject, the rule and the value, unless the value obeys the rule. */
export function ensure(subject: string, value: unknown, rule: Rule, beside?: object): void {
  const [words, holds, type = 'number'] = rule;
  const typed = value !== null && typeof value === type;
  if (typed && holds(value as never, beside as never)) return;
  const isPercent = typed && rule === fraction && (value as number) > 1 && (value as number) <= 100;
  const hint = isPercent ? `; did you mean ${(value as number) / 100}?` : '';
  const Kind = typed ? RangeError : TypeError;
  throw new Kind(`${subject} must be ${words}, got ${show(value)}${hint}`);
}

/** A value as a developer would write it, on one line. */
export function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  try {
    if (typeof value !== 'number') return JSON.stringify(value) ?? String(value);
  } catch {
    // a bigint, or an object with a circle in it
  }
  return String(value);
}
