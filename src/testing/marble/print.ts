import type { Mark } from './strip.js';

/** A row to print. */
export interface PrintedRow {
  readonly label: string;
  readonly marks: readonly Mark[];
}

/** The longest quiet stretch in milliseconds that is printed as dashes; a longer one is printed as a time. */
const DASHES = 12;

/**
 * Rows as aligned marbles: one line for each row, or several lines if a group leaves no room for the next mark.
 */
export function printRows(rows: readonly PrintedRow[], horizon: number): string[][] {
  const tracks = rows.map(({ marks }) => lay(marks));
  const busy = new Set<number>();
  for (const line of tracks.flat()) {
    for (const [frame, text] of line) for (let i = 0; i < text.length; i++) busy.add(frame + i);
  }
  const inOrder = [...busy].sort((a, b) => a - b);
  const pieces = [...divide(inOrder, horizon)];
  const width = Math.max(...rows.map(({ label }) => label.length)) + 2;
  return tracks.map((lines, i) =>
    lines.map((line) => (rows[i] as PrintedRow).label.padEnd(width) + write(line, pieces)),
  );
}

/** The text at each millisecond of one line. */
type Line = Map<number, string>;

/** Groups the marks of one millisecond, and moves a group that would overlap to another line. */
function lay(marks: readonly Mark[]): Line[] {
  const letters = new Map<number, string>();
  for (const { frame, letter } of marks) {
    const whole = Math.floor(frame);
    letters.set(whole, (letters.get(whole) ?? '') + letter);
  }
  const lines: { line: Line; free: number }[] = [{ line: new Map(), free: 0 }];
  for (const [frame, all] of letters) {
    const text = all.length > 1 ? `(${all})` : all;
    let room = lines.find(({ free }) => free <= frame);
    if (room === undefined) {
      room = { line: new Map(), free: 0 };
      lines.push(room);
    }
    room.line.set(frame, text);
    room.free = frame + text.length;
  }
  return lines.map(({ line }) => line);
}

/** A stretch of milliseconds, printed as dashes and letters, or (`folded`) as a time. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly folded: boolean;
}

function* divide(busy: readonly number[], horizon: number): Generator<Piece> {
  let from = 0;
  let at = 0;
  for (const frame of [...busy, Math.max(horizon, (busy.at(-1) ?? -1) + 1)]) {
    if (frame - at > DASHES) {
      yield { from, to: at, folded: false };
      yield { from: at, to: frame, folded: true };
      from = frame;
    }
    at = frame + 1;
  }
  yield { from, to: at - 1, folded: false };
}

function write(line: Line, pieces: readonly Piece[]): string {
  let text = '';
  for (const { from, to, folded } of pieces) {
    if (folded) {
      text += ` ${duration(to - from)} `;
      continue;
    }
    for (let at = from; at < to; ) {
      const here = line.get(at) ?? '-';
      text += here;
      at += here.length;
    }
  }
  return text.trim();
}

/** Milliseconds as the marble syntax writes them. */
export function duration(milliseconds: number): string {
  if (milliseconds % 60_000 === 0) return `${milliseconds / 60_000}m`;
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
