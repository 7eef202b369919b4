/** What the clock on the wall says at the beginning. */
export const START = 1_000;

/** What can be done with a call that was let in. */
export type Ending = 'value' | 'error' | 'complete' | 'ignore' | 'cancel';

/** What a source does at once: `gb|` is two values and the end, `u#f` a value and an error. */
export const deedsOf = (what: string): (readonly [how: Ending, what: string])[] => {
  const [values = '', error] = what.replace('|', '').split('#');
  const deeds = [...values].map((value) => ['value', value] as const);
  return error === undefined ? [...deeds, ['complete', '']] : [...deeds, ['error', error]];
};

export const told = (error: unknown): string =>
  error instanceof Error ? error.name : String(error);

/** Text of anything that was told, with times to a millionth of a millisecond. */
export const plain = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof Error) return part.name;
    if (typeof part !== 'number') return part;
    return Number.isFinite(part) ? Math.round(part * 1e6) / 1e6 : String(part);
  }) ?? 'undefined';

interface Opening {
  readonly attempt: number;
  readonly error: unknown;
  readonly snapshot: { readonly counts: object };
}

/** The options with a record of what `retryTimeout` was told. */
export function recording<O extends object>(options: O, into: string[]): O {
  const { retryTimeout } = options as { retryTimeout?: unknown };
  if (typeof retryTimeout !== 'function') return options;
  return {
    ...options,
    retryTimeout: (context: Opening) => {
      const { attempt, error, snapshot } = context;
      into.push(`${attempt} ${told(error)} ${plain(snapshot.counts)}`);
      return retryTimeout(context);
    },
  };
}

/** Text of an object, whatever the order of its names. */
export function sorted(object: object): string {
  const entries = Object.entries(object).map(([key, value]): [string, unknown] => [
    key,
    typeof value === 'object' && value !== null && !(value instanceof Error)
      ? sorted(value)
      : value,
  ]);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return plain(Object.fromEntries(entries));
}
