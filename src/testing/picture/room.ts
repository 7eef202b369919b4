import { states } from '../marble/letters.js';
import type { Moment } from '../marble/trace.js';
import { widthOf } from './measure.js';

/** A part of the band with one state. */
export interface Stay {
  readonly letter: string;
  /** Indexes of cells; `to` is excluded. */
  readonly from: number;
  readonly to: number;
}

/** The smallest drawn unit: a slot of a millisecond, or a fold. */
export interface Cell {
  readonly frame: number;
  readonly slot: number;
  readonly folded: boolean;
  width: number;
}

/** The width of a fold. */
export const FOLD = 54;
/** The free space on each side of the two strokes that show a fold. */
const BREAK = 10;

/** Widens a part of the band until the state's whole word fits between two folds. */
export function makeRoomForWord({ letter, from, to }: Stay, cells: readonly Cell[]): void {
  let last: Cell[] = [];
  const runs = [last];
  for (const cell of cells.slice(from, to)) {
    if (cell.folded) {
      last = [];
      runs.push(last);
    } else last.push(cell);
  }
  const room = (run: readonly Cell[], i: number): number => {
    const sides = (i > 0 ? 1 : 0) + (i < runs.length - 1 ? 1 : 0);
    return total(run) + sides * (FOLD / 2 - BREAK);
  };
  const rooms = runs.map(room);
  const widest = rooms.indexOf(Math.max(...rooms));
  const run = runs[widest] as Cell[];
  const missing = widthOf(states[letter] as string, 'word') + 12 - (rooms[widest] as number);
  for (const cell of run) cell.width += Math.max(0, missing) / run.length;
}

/** Widens a millisecond until the letters of its events fit below it. */
export function makeRoomForEvents(trace: readonly Moment[], cells: readonly Cell[]): void {
  const letters = new Map<number, string>();
  for (const { type, frame, letter } of trace) {
    const whole = Math.floor(frame);
    if (type === 'event') letters.set(whole, (letters.get(whole) ?? '') + letter);
  }
  for (const [frame, text] of letters) {
    const own = cells.filter((cell) => cell.frame === frame && !cell.folded);
    const missing = widthOf(text, 'code') + 6 - total(own);
    for (const cell of own) cell.width += Math.max(0, missing) / own.length;
  }
}

export function total(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}
