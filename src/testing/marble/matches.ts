/** Whether a value is as expected; of an object, only the members that are expected are compared. */
export function matches(expected: unknown, actual: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return Object.is(expected, actual);
  if (typeof actual !== 'object' || actual === null) return false;
  if (Array.isArray(expected)) {
    const list = Array.isArray(actual) ? actual : [];
    return expected.length === list.length && expected.every((item, i) => matches(item, list[i]));
  }
  return Object.entries(expected).every(([key, value]) =>
    matches(value, (actual as Record<string, unknown>)[key]),
  );
}

/** What there is of the members that are expected, to be shown beside them. */
export function pick(expected: unknown, actual: unknown): unknown {
  const plain = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!plain(expected) || !plain(actual)) return actual;
  return Object.fromEntries(
    Object.entries(expected).map(([key, value]) => [key, pick(value, actual[key])]),
  );
}

/** A value as one writes it in JavaScript. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${key}: ${show(member)}`);
    return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
  }
  return String(value);
}
