import type { Place, Text } from './marbleError.js';
import type { PlacedMark, Strip } from './strip.js';

/** The rows, what they mean, and the letters that are the same in every claim. */
export const rowNames = {
  calls: { input: true, letters: 'kinds' },
  cancel: { input: true, letters: 'kinds' },
  control: { input: true, letters: 'IiDdR' },
  look: { input: true, letters: 'looks' },
  source: { input: false, letters: 'kinds' },
  results: { input: false, letters: 'values' },
  state: { input: false, letters: 'COHID' },
  events: { input: false, letters: 'sxicoleCOHID' },
} as const;

export type RowName = keyof typeof rowNames;

/** A row of marbles; rows of the same name in the text are one row here. */
export interface Row {
  readonly name: RowName;
  /** The kind whose calls alone the row is about. */
  readonly kind: string | null;
  readonly place: Place;
  readonly marks: readonly PlacedMark[];
}

/** What the source of a call does. */
export interface Kind extends Strip {
  readonly letter: string;
  readonly place: Place | null;
  /** What stands for the value letters, and for `#`, where the text says it. */
  readonly given: ReadonlyMap<string, unknown>;
}

/** What a look is to find. */
export interface Look {
  readonly place: Place;
  readonly expected: unknown;
}

/** A marble text, read. */
export interface Claim {
  readonly text: Text;
  /** The claim in one sentence: the name of the test, the text of the picture. */
  readonly title: string;
  readonly prose: readonly string[];
  readonly options: { readonly code: string; readonly place: Place } | null;
  readonly rows: readonly Row[];
  readonly reasons: { readonly words: readonly string[]; readonly place: Place } | null;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly looks: ReadonlyMap<string, Look>;
  /** The length of the longest row, in milliseconds. */
  readonly horizon: number;
}

/** A row's name as it is written. */
export function label({ name, kind }: Pick<Row, 'name' | 'kind'>): string {
  return kind === null ? name : `${name} ${kind}`;
}
