/** A rule: its wording in messages, its predicate (value, whole options object), the required `typeof`. */
export type Rule = readonly [
  words: string,
  holds: (value: never, beside: never) => unknown,
  type?: 'number' | 'string' | 'function' | 'object' | 'boolean',
];

export const fraction: Rule = ['in (0, 1]', (value: number) => value > 0 && value <= 1];

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0;
export const count: Rule = ['a whole number from 1 on', isCount];
/** The length of a ring. A ring is an array, and the length of an array has a limit. */
export const ringSize: Rule = [
  'a whole number from 1 to 16777216',
  (value: number) => isCount(value) && value <= 2 ** 24,
];

/** Milliseconds from 0 on; `Infinity` means never. */
export const delay: Rule = ['a number of milliseconds, 0 or more', (value: number) => value >= 0];

/** Milliseconds above 0; `Infinity` means never. */
export const duration: Rule = [
  'a number of milliseconds, more than 0',
  (value: number) => value > 0,
];

export const text: Rule = ['a string that is not empty', Boolean, 'string'];
export const callback: Rule = ['a function', Boolean, 'function'];
export const boolean: Rule = ['true or false', () => true, 'boolean'];
export const object: Rule = ['an object', (value: object) => !Array.isArray(value), 'object'];

/** Throws an error with subject, rule and value, unless the value obeys the rule: TypeError by type, else RangeError. */
export function ensure(subject: string, value: unknown, rule: Rule, beside?: object): void {
  const [words, holds, type = 'number'] = rule;
  const typed = value !== null && typeof value === type;
  if (typed && holds(value as never, beside as never)) return;
  const isPercent = typed && rule === fraction && (value as number) > 1 && (value as number) <= 100;
  const hint = isPercent ? `; did you mean ${(value as number) / 100}?` : '';
  const Kind = typed ? RangeError : TypeError;
  throw new Kind(`${subject} must be ${words}, got ${show(value)}${hint}`);
}

/** Throws unless `rules` has each name of `given`, and each value obeys its rules. */
export function check(
  path: string,
  given: object,
  rules: Readonly<Record<string, readonly Rule[]>>,
): void {
  const names = Object.keys(rules);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) throw unknownOption(path, name, names, given[name as keyof object]);
  }
  for (const name of names) {
    const value: unknown = given[name as keyof object];
    if (value === undefined) continue;
    for (const rule of rules[name] as Rule[]) ensure(path + name, value, rule, given);
  }
}

/** The error for an unknown option, with a similar name as a hint. */
export function unknownOption(
  path: string,
  name: string,
  known: readonly string[],
  value: unknown,
): TypeError {
  let hint = '';
  let best = 0.8; // below 0.8 the options of other breakers get misleading hints
  for (const candidate of name.length > 100 ? [] : known) {
    const similarity = likeness(name.toLowerCase(), candidate.toLowerCase());
    if (similarity < best) continue;
    best = similarity;
    hint = `; did you mean ${show(path + candidate)}?`;
  }
  return new TypeError(`unknown option ${show(path + name)}, got ${show(value)}${hint}`);
}

/** 2 * length of the longest common subsequence / (length of a + length of b). */
function likeness(a: string, b: string): number {
  const row = Array<number>(b.length + 1).fill(0);
  for (const letter of a) {
    let diagonal = 0;
    for (let at = 1; at <= b.length; at++) {
      const above = row[at] as number;
      row[at] = letter === b[at - 1] ? diagonal + 1 : Math.max(above, row[at - 1] as number);
      diagonal = above;
    }
  }
  return (2 * (row[b.length] as number)) / (a.length + b.length);
}

/** A value as a developer would write it: on one line, at most 100 characters, without control characters. */
export function show(value: unknown): string {
  let shown: string;
  try {
    if (typeof value === 'function') return 'a function';
    shown = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  } catch {
    shown = typeof value === 'bigint' ? String(value) : 'an object'; // a circular object, or a toJSON that throws
  }
  if (shown.length > 100) shown = `${shown.slice(0, 97)}...`;
  return shown.replace(/[\p{Cc}\u2028\u2029]/gu, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
