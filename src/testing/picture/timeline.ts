import type { Moment } from '../marble/trace.js';
import { type Cell, FOLD, makeRoomForEvents, makeRoomForWord, type Stay, total } from './room.js';
import { placeMoments, type Slots, type Spot } from './slots.js';

/** A stretch of the timeline: one millisecond, or a fold of many in which nothing happens. */
export interface Column {
  readonly from: number;
  readonly milliseconds: number;
  readonly folded: boolean;
  /** The parts of the millisecond: more than one if several things happen in it. */
  readonly slots: number;
  readonly x: number;
  readonly width: number;
}

/** The drawn time. */
export interface Timeline {
  readonly columns: readonly Column[];
  /** The smallest width of a slot. */
  readonly unit: number;
  readonly width: number;
  /** The position of a moment that is drawn. */
  x(moment: Moment): number;
}

type Stretch = Pick<Column, 'from' | 'milliseconds' | 'folded'>;

const WIDEST = 26;
const NARROWEST = 15;

/** Lays out a run on a line of at most `space` pixels, if the run fits. */
export function layOut(trace: readonly Moment[], horizon: number, space: number): Timeline {
  const placed = placeMoments(trace, horizon);
  let best: Timeline | undefined;
  // the first layout that fits has the fewest folds and the widest slots
  for (const longest of [20, 14, 10, 7, 5, 4]) {
    const stretches = fold([...placed.slots.keys()], horizon, longest);
    const folds = stretches.some(({ folded }) => folded);
    for (let unit = WIDEST; unit >= NARROWEST; unit--) {
      best = lay(trace, placed, stretches, unit);
      if (best.width <= space && (unit >= 20 || !folds)) return best;
    }
  }
  return best as Timeline;
}

function lay(
  trace: readonly Moment[],
  { spots, slots }: Slots,
  stretches: readonly Stretch[],
  unit: number,
): Timeline {
  const cells = stretches.flatMap(({ from, folded }): Cell[] =>
    Array.from({ length: folded ? 1 : (slots.get(from) ?? 1) }, (_, slot) => ({
      frame: from,
      slot,
      folded,
      width: folded ? FOLD : unit,
    })),
  );
  const index = new Map(cells.map(({ frame, slot }, i) => [`${frame} ${slot}`, i]));
  const cellOf = ({ frame, slot }: Spot): number => index.get(`${frame} ${slot}`) ?? 0;
  makeRoomForEvents(trace, cells);
  for (const stay of staysOf(trace, cells.length, (moment) => spots.get(moment) as Spot, cellOf)) {
    makeRoomForWord(stay, cells);
  }
  const starts: number[] = [];
  let width = 0;
  for (const cell of cells) {
    starts.push(width);
    width += cell.width;
  }
  let at = 0;
  const columns = stretches.map((stretch): Column => {
    const own = cells.slice(at, at + (stretch.folded ? 1 : (slots.get(stretch.from) ?? 1)));
    const x = starts[at] as number;
    at += own.length;
    return { ...stretch, slots: own.length, x, width: total(own) };
  });
  return {
    columns,
    unit,
    width,
    x(moment) {
      const spot = spots.get(moment) as Spot;
      const cell = cellOf(spot);
      const offset = spot.edge === 'middle' ? 0.5 : spot.edge === 'start' ? 0 : 1;
      return (starts[cell] as number) + offset * (cells[cell] as Cell).width;
    },
  };
}

function staysOf(
  trace: readonly Moment[],
  cells: number,
  spotOf: (moment: Moment) => Spot,
  cellOf: (spot: Spot) => number,
): Stay[] {
  const changes = trace.filter(({ type }) => type === 'state');
  const starts = changes.map((moment) => {
    const spot = spotOf(moment);
    return cellOf(spot) + (spot.edge === 'end' ? 1 : 0);
  });
  return changes.map(({ letter }, i) => ({
    letter,
    from: starts[i] as number,
    to: starts[i + 1] ?? cells,
  }));
}

/**
 * Divides the time into single milliseconds and folds of more than `longest` quiet milliseconds. `busy` holds the
 * milliseconds in which something happens, in order.
 */
function fold(busy: readonly number[], horizon: number, longest: number): Stretch[] {
  const stretches: Stretch[] = [];
  let at = 0;
  for (const frame of [...busy, horizon]) {
    const quiet = frame - at;
    if (quiet > longest) {
      // one millisecond stays on both sides, so that no moment touches the fold
      stretches.push({ from: at, milliseconds: 1, folded: false });
      stretches.push({ from: at + 1, milliseconds: quiet - 2, folded: true });
      at = frame - 1;
    }
    for (; at < Math.min(frame + 1, horizon); at++) {
      stretches.push({ from: at, milliseconds: 1, folded: false });
    }
  }
  return stretches;
}
