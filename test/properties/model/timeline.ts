/** What can be done to a breaker in a timeline: the model has it, and so has a real one. */
export interface Side {
  advance(milliseconds: number): void;
  /** The number of the call, or undefined where it was refused. */
  call(): number | undefined;
  end(call: number, how: 'value' | 'error' | 'complete', what: string): void;
}

/** What a source does, and how long after its subscription. */
export type Source = readonly (readonly [
  at: number,
  how: 'value' | 'error' | 'complete',
  what: string,
])[];

/** The letters of the trip rules' marbles. */
export const letters: Readonly<Record<string, Source>> = {
  s: [[0, 'complete', '']],
  f: [[0, 'error', 'f']],
  n: [[0, 'error', 'n']],
  v: [
    [1, 'value', 'b'],
    [1, 'complete', ''],
  ],
  h: [],
  p: [[5, 'complete', '']],
  q: [[5, 'error', 'f']],
  P: [[7, 'complete', '']],
  Q: [[7, 'error', 'f']],
};

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

interface Deed {
  readonly at: number;
  readonly act: (side: Side) => void;
}

/** Plays a row of calls: a column is a millisecond, ` 993ms ` so many. */
export function playRow(row: string, side: Side): void {
  const deeds: Deed[] = [];
  let end = 0;
  for (const word of row.split(' ')) {
    const [, number, unit = ''] = /^(\d+)(ms|s|m)$/.exec(word) ?? [];
    if (number !== undefined) {
      end += Number(number) * (UNITS[unit] ?? 0);
      continue;
    }
    for (const letter of word) {
      const source = letters[letter];
      if (source !== undefined) deeds.push(...deedsOf(source, end));
      else if (letter !== '-') throw new Error(`no call is written ${letter}`);
      end++;
    }
  }
  deeds.sort((a, b) => a.at - b.at);
  let now = 0;
  for (const { at, act } of deeds) {
    side.advance(at - now);
    now = at;
    act(side);
  }
  if (end - 1 > now) side.advance(end - 1 - now);
}

function deedsOf(source: Source, at: number): Deed[] {
  let call: number | undefined;
  const start: Deed = {
    at,
    act: (side) => {
      call = side.call();
    },
  };
  const ends = source.map(
    ([after, how, what]): Deed => ({
      at: at + after,
      act: (side) => {
        if (call !== undefined) side.end(call, how, what);
      },
    }),
  );
  return [start, ...ends];
}
