import type { Moment } from '../marble/stage.js';

/** Where on the drawn timeline something is. */
export interface Spot {
  readonly frame: number;
  /** Which part of its millisecond, for what happens one after the other in it. */
  readonly slot: number;
  /** `start` and `end` are the edges of the slot: states change between what happens. */
  readonly edge: 'start' | 'middle' | 'end';
}

/** A stretch of the timeline: one millisecond, or many in which nothing happens, folded. */
interface Column {
  readonly from: number;
  readonly milliseconds: number;
  readonly folded: boolean;
  readonly x: number;
  readonly width: number;
}

/** What is drawn where. */
export interface Timeline {
  readonly columns: readonly Column[];
  readonly unit: number;
  readonly width: number;
  /** Where this moment is; undefined for those that are not drawn. */
  spot(moment: Moment): Spot | undefined;
  x(spot: Spot): number;
}

const FOLD_WIDTH = 54;
const WIDEST = 30;
const NARROWEST = 15;

/** Lays out a run on a line that is to be `space` pixels long. */
export function layOut(trace: readonly Moment[], horizon: number, space: number): Timeline {
  const { spots, slots } = place(trace);
  let columns: Column[] = [];
  let unit = NARROWEST;
  // folds no more than is needed to fit
  for (const longest of [20, 14, 10, 7, 5, 4]) {
    const stretches = fold([...slots.keys()], horizon, longest);
    const units = stretches.reduce((n, s) => n + (s.folded ? 0 : (slots.get(s.from) ?? 1)), 0);
    const folds = stretches.filter(({ folded }) => folded).length;
    unit = Math.min(WIDEST, Math.floor((space - folds * FOLD_WIDTH) / units));
    const fits = unit >= NARROWEST;
    unit = Math.max(unit, NARROWEST);
    let x = 0;
    columns = stretches.map((stretch) => {
      const width = stretch.folded ? FOLD_WIDTH : unit * (slots.get(stretch.from) ?? 1);
      x += width;
      return { ...stretch, x: x - width, width };
    });
    if (fits && (unit >= 20 || folds === 0)) break;
  }
  const last = columns.at(-1);
  const starts = new Map(columns.map((column) => [column.from, column]));
  return {
    columns,
    unit,
    width: last === undefined ? 0 : last.x + last.width,
    spot: (moment) => spots.get(moment),
    x({ frame, slot, edge }) {
      const offset = edge === 'middle' ? 0.5 : edge === 'start' ? 0 : 1;
      return (starts.get(frame)?.x ?? 0) + (slot + offset) * unit;
    },
  };
}

/** One millisecond while it is being filled. */
interface Filling {
  slot: number;
  /** Whose places in the slot are taken: calls, events, ... */
  readonly taken: Set<string>;
  /** A state has changed at the end of the slot: what comes next belongs into another. */
  closed: boolean;
  changed: boolean;
}

/** Gives every moment its spot: side by side where things happen one after the other in a millisecond. */
function place(trace: readonly Moment[]) {
  const spots = new Map<Moment, Spot>();
  const fillings = new Map<number, Filling>();
  /** Where the source of a call last did something; the caller hears of it at the same spot. */
  const last = new Map<number, Spot>();
  for (const moment of trace) {
    const frame = Math.floor(moment.frame);
    const filling = fillings.get(frame) ?? {
      slot: 0,
      taken: new Set(),
      closed: false,
      changed: false,
    };
    fillings.set(frame, filling);
    const { type, call, letter } = moment;
    if (type === 'state') {
      spots.set(moment, { frame, ...change(filling) });
      continue;
    }
    const heard = last.get(call);
    if ((type === 'result' && letter !== 'o') || type === 'left') {
      if (heard?.frame === frame) {
        spots.set(moment, heard);
        continue;
      }
    }
    const key = keyOf(moment);
    if (key === null) continue;
    const follows = letter === '|' && heard?.frame === frame; // an end needs no place of its own
    if (!follows && (filling.closed || filling.taken.has(key))) next(filling);
    filling.taken.add(key);
    const spot = { frame, slot: filling.slot, edge: 'middle' } as const;
    spots.set(moment, follows ? heard : spot);
    if (call >= 0) last.set(call, follows ? heard : spot);
  }
  const slots = new Map([...fillings].map(([frame, { slot }]) => [frame, slot + 1]));
  return { spots, slots };
}

/** What cannot share a slot with its like; null for what is not drawn. */
function keyOf({ type, call, letter }: Moment): string | null {
  if (type === 'admitted' || (type === 'result' && letter === 'o')) return 'call';
  if (type === 'control') return type;
  if (type === 'look') return 'call'; // it stands in their row
  return type === 'emits' || type === 'cancel' || type === 'result' ? `lane of ${call}` : null;
}

function change(filling: Filling): Omit<Spot, 'frame'> {
  // two changes in a row: the state between them gets a slot of its own
  const second = filling.closed;
  if (second) next(filling);
  const first = !second && filling.taken.size === 0 && !filling.changed;
  filling.changed = true;
  if (!first) filling.closed = true;
  return { slot: filling.slot, edge: first ? 'start' : 'end' };
}

function next(filling: Filling): void {
  filling.slot++;
  filling.taken.clear();
  filling.closed = false;
  filling.changed = false;
}

/** Divides the time into single milliseconds and folds of more than `longest` quiet ones. */
function fold(busy: number[], horizon: number, longest: number) {
  const stretches: Pick<Column, 'from' | 'milliseconds' | 'folded'>[] = [];
  let at = 0;
  for (const frame of [...busy.sort((a, b) => a - b), horizon]) {
    const quiet = frame - at;
    if (quiet > longest) {
      // a millisecond is left on both sides, so that what happens does not touch the fold
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
