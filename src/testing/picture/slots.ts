import type { Moment } from '../marble/trace.js';

/** The place of a moment in the drawn time. */
export interface Spot {
  readonly frame: number;
  /** The part of the millisecond: moments that follow one another within it stand side by side. */
  readonly slot: number;
  /** `start` and `end` are the edges of the slot: the state changes between two moments. */
  readonly edge: 'start' | 'middle' | 'end';
}

/** The spots of a trace. */
export interface Slots {
  readonly spots: ReadonlyMap<Moment, Spot>;
  /** The number of slots of each millisecond in which something happens. */
  readonly slots: ReadonlyMap<number, number>;
}

/** One millisecond while it is being filled. */
interface Filling {
  slot: number;
  /** The rows that already have a moment in the slot. */
  readonly taken: Set<string>;
  /** The state changed at the end of the slot: the next moment opens another slot. */
  closed: boolean;
  changed: boolean;
}

/** Gives every moment its spot. */
export function placeMoments(trace: readonly Moment[], horizon: number): Slots {
  const spots = new Map<Moment, Spot>();
  const fillings = new Map<number, Filling>();
  /** The last spot of each call's source; the caller hears of it at the same spot. */
  const heardAt = new Map<number, Spot>();
  /** The spots of each call's last disc: an error after a value of the same millisecond stands beside it. */
  const discs = new Map<number, Spot>();
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
    const heard = heardAt.get(call);
    if (type === 'result' || type === 'left') {
      const isDisc = type === 'result';
      if (heard?.frame === frame && !(isDisc && discs.get(call) === heard)) {
        spots.set(moment, heard);
        discs.set(call, heard);
        continue;
      }
    }
    const key = rowOfSlot(moment);
    if (key === null) continue;
    const follows = letter === '|' && heard?.frame === frame; // a completion stands beside the last value
    if (!follows && (filling.closed || filling.taken.has(key))) next(filling);
    filling.taken.add(key);
    const spot = { frame, slot: filling.slot, edge: 'middle' } as const;
    spots.set(moment, follows ? heard : spot);
    heardAt.set(call, follows ? heard : spot);
  }
  const slots = new Map([...fillings].map(([frame, { slot }]) => [frame, slot + 1]));
  // a state that begins at the end of the last millisecond has a slot to be seen in
  const last = horizon - 1;
  if (fillings.get(last)?.closed) slots.set(last, (slots.get(last) as number) + 1);
  return { spots, slots };
}

/** The row of a moment, which holds one moment per slot; `null` for a moment that is not drawn. */
function rowOfSlot({ type, call, letter }: Moment): string | null {
  if (type === 'admitted' || (type === 'result' && letter === 'o')) return 'call';
  // the stem of a control and the line of a look pass through the row of the calls
  if (type === 'control' || type === 'look') return 'call';
  return type === 'emits' || type === 'cancel' || type === 'result' ? `lane of ${call}` : null;
}

function change(filling: Filling): Omit<Spot, 'frame'> {
  // the state between two changes in a row has a slot of its own
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
}
