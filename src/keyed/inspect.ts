type Inspect = (value: unknown, options: object) => string;

/** Node's `console.log` and REPL show `target` as a map with another name: `Name(1) { 'key' => 'value' }`. */
export function shownInNode(
  target: object,
  name: string,
  entries: () => (readonly [key: string, value: string])[],
): void {
  const value = (_depth: number, options: object, inspect: Inspect): string =>
    inspect(new Map(entries()), options).replace('Map', name);
  Object.defineProperty(target, Symbol.for('nodejs.util.inspect.custom'), { value });
}
