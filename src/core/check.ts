/** What a value has to be: its type, the rule in words, and the rule. */
export interface Rule {
  readonly type: 'number' | 'string' | 'function' | 'object';
  readonly words: string;
  readonly holds?: (value: never) => boolean;
}

export const fraction: Rule = {
  type: 'number',
  words: 'in (0, 1]',
  holds: (value: number) => value > 0 && value <= 1,
};

export const count: Rule = {
  type: 'number',
  words: 'a whole number from 1 on',
  holds: (value: number) => Number.isSafeInteger(value) && value > 0,
};

/** Milliseconds; `Infinity` means never. */
export const delay: Rule = {
  type: 'number',
  words: 'a number of milliseconds, 0 or more',
  holds: (value: number) => value >= 0,
};

/** Milliseconds, and some; `Infinity` means never. */
export const duration: Rule = {
  type: 'number',
  words: 'a number of milliseconds, more than 0',
  holds: (value: number) => value > 0,
};

export const callback: Rule = { type: 'function', words: 'a function' };

/** Throws, naming the subject, the rule and the value, unless the value obeys the rule. */
export function ensure(subject: string, value: unknown, rule: Rule): void {
  if (value === null || typeof value !== rule.type) {
    throw new TypeError(complaint(subject, value, rule));
  }
  if (rule.holds?.(value as never) === false) {
    const percent = rule === fraction && (value as number) > 1 && (value as number) <= 100;
    const hint = percent ? `; did you mean ${(value as number) / 100}?` : '';
    throw new RangeError(complaint(subject, value, rule) + hint);
  }
}

function complaint(subject: string, value: unknown, rule: Rule): string {
  return `${subject} must be ${rule.words}, got ${show(value)}`;
}

/** A value as a developer would write it, on one line. */
export function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  try {
    return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  } catch {
    return String(value); // a bigint, or an object with a circle in it
  }
}
