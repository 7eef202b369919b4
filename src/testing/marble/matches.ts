/** True if a value is as expected. Of an object only the expected members are compared. */
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

/** The members of `actual` that `expected` has too, for a message that shows both. */
export function pick(expected: unknown, actual: unknown): unknown {
  const plain = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!plain(expected) || !plain(actual)) return actual;
  return Object.fromEntries(
    Object.entries(expected).map(([key, value]) => [key, pick(value, actual[key])]),
  );
}

/** A value as a developer writes it in JavaScript, on one line; a function is shown by its name. */
export function show(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'function') return value.name === '' ? 'a function' : value.name;
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, member]) => {
      const name = /^[\w$]+$/.test(key) ? key : quoted(key);
      return `${name}: ${show(member)}`;
    });
    return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
  }
  return String(value);
}

/** A string between single quotes. Control characters and line breaks are escaped. */
function quoted(value: string): string {
  const inside = JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inside}'`;
}
