import { controls, events, states } from './letters.js';
import type { Place, Text } from './marbleError.js';
import type { PlacedMark, Strip } from './strip.js';

/** The letters of a row: letters that the text defines, or letters that are the same in every text. */
interface RowRule {
  /** An input row is done to the breaker; an output row is asserted. */
  readonly input: boolean;
  readonly letters: 'kinds' | 'looks' | 'values' | readonly string[];
}

export type RowName =
  | 'calls'
  | 'cancel'
  | 'control'
  | 'look'
  | 'source'
  | 'results'
  | 'state'
  | 'events';

/** The rows of a marble text. */
export const rowNames: { readonly [name in RowName]: RowRule } = {
  calls: { input: true, letters: 'kinds' },
  cancel: { input: true, letters: 'kinds' },
  control: { input: true, letters: Object.keys(controls) },
  look: { input: true, letters: 'looks' },
  source: { input: false, letters: 'kinds' },
  results: { input: false, letters: 'values' },
  state: { input: false, letters: Object.keys(states) },
  events: { input: false, letters: [...Object.keys(events), ...Object.keys(states)] },
};

/** A row of marbles; rows of the same name in the text are one row here. */
export interface Row {
  readonly name: RowName;
  /** The kind whose calls alone the row is about. */
  readonly kind: string | null;
  readonly place: Place;
  readonly marks: readonly PlacedMark[];
}

/** A kind of call: the deeds of its source, and the options of the call. */
export interface Kind extends Strip {
  readonly letter: string;
  /** `null` for the kinds `s` and `f`, which every text has. */
  readonly place: Place | null;
  /** The values that stand for the letters, and the error that stands for `#`, if the text gives them. */
  readonly given: ReadonlyMap<string, unknown>;
  /** The call options `{ ... }` after the marbles, as code; `null` without. */
  readonly callOptions: CallCode | null;
  /** The words after the marbles, for readers only; empty without. */
  readonly comment: string;
}

/** Call options as the text writes them, and their value. */
interface CallCode {
  readonly code: string;
  readonly value: object;
}

/** The expected finding of a look. */
export interface Look {
  readonly place: Place;
  readonly expected: unknown;
}

/**
 * The content of a marble text, as `parseMarble` reads the text.
 *
 * @example
 * ```ts
 * const claim: Claim = parseMarble(text);
 * console.log(claim.title, claim.horizon); // Five failures in a row are enough 8
 * ```
 */
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
