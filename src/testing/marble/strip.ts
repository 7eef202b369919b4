import type { Place, Text } from './marbleError.js';

/** One thing that happens, at a virtual millisecond. */
export interface Mark {
  readonly frame: number;
  readonly letter: string;
}

/** A mark with its place in the text. */
export interface PlacedMark extends Mark, Place {}

/** The contents of a line of marbles. */
export interface Strip {
  readonly marks: readonly PlacedMark[];
  /** Milliseconds from its beginning to its end. */
  readonly width: number;
}

const units: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000 };

/** Reads the marbles that begin at `place`: the syntax of `TestScheduler.run`, with an error for every slip. */
export function readStrip(text: Text, place: Place, marbles: string): Strip {
  const { line } = place;
  const marks: PlacedMark[] = [];
  let frame = 0;
  let group: number | null = null;
  for (let at = 0; at < marbles.length; at++) {
    const column = place.column + at;
    const letter = marbles[at] as string;
    const fail = (message: string): never => text.fail({ line, column }, message);
    const time = timeAt(marbles, at);
    if (/\s/.test(letter)) continue;
    if (time !== null) {
      if (group !== null) fail('a group is one millisecond: no time can pass in it');
      if (!time.apart) fail(`put a space before and after the time ${time.text}`);
      frame += time.milliseconds;
      at += time.text.length - 1;
      continue;
    }
    if (letter === '(') {
      if (group !== null) fail('a group in a group; close the first with ) before');
      group = at;
    } else if (letter === ')') {
      if (group === null) return fail('a ) without its (');
      if (!marks.some((mark) => mark.frame === frame)) fail('an empty group');
      frame += at - group + 1;
      group = null;
    } else if (letter === '-') {
      if (group !== null) fail('a group is one millisecond: no time can pass in it');
      frame++;
    } else {
      marks.push({ frame, letter, line, column });
      if (group === null) frame++;
    }
  }
  if (group !== null) {
    text.fail({ line, column: place.column + group }, 'this group is not closed: a ) is missing');
  }
  return { marks, width: frame };
}

/** The time at this place, such as `30s`; `apart` if it has a space on both sides, as a time needs. */
function timeAt(marbles: string, at: number) {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)(?![a-z])/.exec(marbles.slice(at));
  if (match === null) return null;
  const [, number, unit] = match as unknown as readonly [all: string, number: string, unit: string];
  const text = number + unit;
  const before = at === 0 || /\s/.test(marbles[at - 1] as string);
  const after = /^(\s|$)/.test(marbles.slice(at + text.length));
  const apart = before && after;
  // `-1s-` may be a value and a call side by side, `-30s-` and `-9ms-` are slips
  if (!apart && number.length < 2 && unit !== 'ms') return null;
  return { text, apart, milliseconds: Number(number) * (units[unit] as number) };
}
