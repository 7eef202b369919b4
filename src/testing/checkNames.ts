import { show } from '../core/index.js';

/** Throws a TypeError unless `value` is an object that has no other members than the known ones. */
export function checkNames(subject: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${subject} must be an object, got ${show(value)}`);
  }
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(`${subject} have no ${show(unknown)}: known are ${known.join(', ')}`);
}
