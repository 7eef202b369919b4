import { controls } from '../marble/letters.js';
import { widthOf } from './measure.js';

/** A deed by hand: its words in a pill, on a stem that leads to the band. */
export interface Pill {
  /** The stem. */
  readonly x: number;
  readonly from: number;
  readonly width: number;
  /** 0 is the upper row. */
  readonly row: number;
  readonly word: string;
}

/** The distance from one row of pills to the next. */
export const PILL_ROW = 21;

/** The least distance of a stem from the ends of its pill, which are round, and from other pills. */
const END = 8;
const APART = 4;

/** Gives every pill a place that holds its own stem and touches no other pill and no other stem. */
export function layPills(
  deeds: readonly { readonly x: number; readonly letter: string }[],
  left: number,
): Pill[] {
  const pills: Pill[] = [];
  for (const { x, letter } of deeds) {
    const word = controls[letter] as string;
    const width = widthOf(word, 'small') + 14;
    for (let row = 0; ; row++) {
      // the stems of the rows above pass through this row, and this stem passes through the rows below
      const before = pills
        .filter((pill) => pill.row <= row)
        .map((pill) => (pill.row === row ? pill.from + pill.width : pill.x) + APART);
      const from = Math.max(x - width / 2, left, ...before);
      const crossed = pills.some((pill) => pill.row > row && pill.from + pill.width + APART > x);
      if (from > x - END || crossed) continue;
      pills.push({ x, from, width, row, word });
      break;
    }
  }
  return pills;
}
