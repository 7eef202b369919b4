import { events } from '../marble/letters.js';
import { show } from '../marble/matches.js';
import { callCircle, disc, lookBox, refusal } from './disc.js';
import type { Frame } from './frame.js';
import { kindInWords } from './kinds.js';
import type { LaneMark } from './lanes.js';
import { charactersIn, type TextStyle, widthOf } from './measure.js';
import { codeLines, wrapCode } from './options.js';
import { line, text } from './svg.js';

/** A sign with its words, or words alone. */
interface Item {
  readonly sign: ((x: number, y: number) => string) | null;
  readonly words: string;
  readonly style: TextStyle;
  /** The item begins a line; any other item stands beside the one before if there is room. */
  readonly fresh: boolean;
}

/** Items under one name. */
interface Section {
  readonly name: string;
  readonly items: readonly Item[];
}

interface Notes {
  readonly drawn: readonly string[];
  /** The right end of the longest line. */
  readonly right: number;
  readonly bottom: number;
}

const LINE = 20;
const CODE = 16;
/** The room for a sign before its words. */
const SIGN = 22;
/** Notes may be as wide as this beside a narrower timeline. */
const LEAST = 446;

/** Below the axis: the options, the meaning of the letters and signs, and the findings of the looks. */
export function drawNotes(frame: Frame): Notes {
  const { left } = frame;
  const width = Math.max(LEAST, frame.end - left);
  const drawn: string[] = [];
  let y = frame.bottom + 6;
  let right = left;
  for (const { name, items } of sections(frame, width)) {
    if (items.length === 0) continue;
    y += 12;
    drawn.push(text(left - 12, y + 4, 'muted right', name));
    let x = left;
    for (const [i, item] of items.entries()) {
      const wide = (item.sign === null ? 0 : SIGN) + widthOf(item.words, item.style);
      const full = i > 0 && (item.fresh || x + wide > left + width);
      if (full) {
        x = left;
        y += item.sign === null ? CODE : LINE;
      }
      drawn.push(...(item.sign === null ? [] : [item.sign(x + 8, y)]), words(item, x, y));
      right = Math.max(right, x + wide);
      x += wide + 18;
    }
    y += 10;
  }
  const top = frame.bottom + 3;
  const rule = line('axis', 16, top, Math.max(right, frame.end), top);
  return { drawn: drawn.length > 0 ? [rule, ...drawn] : [], right, bottom: y };
}

function words({ sign, words, style }: Item, x: number, y: number): string {
  const kind = style === 'code' ? 'ink code' : 'ink small';
  return text(x + (sign === null ? 0 : SIGN), y + 3.8, kind, words);
}

function sections(frame: Frame, width: number): Section[] {
  const { code } = frame.setup;
  const columns = charactersIn(width, 'code');
  const options = code === null ? [] : codeLines(code, columns).map((line) => plain(line, true));
  return [
    { name: 'options', items: options },
    { name: 'key', items: [...kinds(frame, width), ...signs(frame)] },
    { name: 'looks', items: looks(frame, columns) },
    { name: 'events', items: told(frame) },
  ];
}

function plain(words: string, fresh: boolean): Item {
  return { sign: null, words, style: 'code', fresh };
}

function kinds(frame: Frame, width: number): Item[] {
  const columns = charactersIn(width - SIGN, 'small');
  const used = new Set(frame.of('call').map(({ letter }) => letter));
  return [...frame.claim.kinds.values()]
    .filter(({ letter }) => used.has(letter))
    .flatMap((kind) =>
      wrapWords(kindInWords(kind), columns).map((words, i) => ({
        sign: (x, y) => (i === 0 ? callCircle(x, y, 7.5, kind.letter) : ''),
        words,
        style: 'small',
        fresh: false,
      })),
    );
}

/** Breaks a sentence between words into lines of at most `columns` characters, if its words are short enough. */
function wrapWords(sentence: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** The signs of the picture that differ from a plain value, error or completion. */
function signs(frame: Frame): Item[] {
  const items = new Map<string, Item>();
  const add = (words: string, sign: Item['sign']): void => {
    if (!items.has(words)) items.set(words, { sign, words, style: 'small', fresh: false });
  };
  if (frame.refused.length > 0) add('refused', (x, y) => refusal(x, y, 7.5));
  for (const { outcome, marks } of frame.lanes) {
    for (const mark of marks.filter(({ what }) => what !== 'end')) {
      const meaning = meaningOf(mark, outcome.ending);
      if (meaning !== null) add(meaning, (x, y) => disc(x, y, 7.5, lookOf(mark)));
    }
  }
  return [...items.values()];
}

const uncounted: { readonly [ending: string]: string } = {
  i: 'ignored: not counted',
  c: 'given up: not counted',
  l: 'late: not counted',
  running: 'still running: not counted yet',
};

function meaningOf({ what, counted, good }: LaneMark, ending: string): string | null {
  if (!counted) {
    const ended = what === 'error' ? 'failed' : 'given up';
    return uncounted[ending] ?? `${ended} after it was counted`;
  }
  if (what === 'cancel') return `given up: counts as a ${good ? 'success' : 'failure'}`;
  if (what === 'value') return good ? null : 'a value that counts as a failure';
  return good ? 'an error that counts as a success' : null;
}

/** A disc of the key has no letter: it stands for all discs of its look. */
function lookOf({ what, counted, good }: LaneMark) {
  const sign = what === 'cancel' ? 'dash' : what === 'error' ? 'cross' : 'letter';
  return { counted, good, sign, letter: '' } as const;
}

function looks(frame: Frame, columns: number): Item[] {
  return [...frame.claim.looks].flatMap(([letter, { expected }]) => {
    const found = show(expected).replace(/^\{ | \}$/g, '');
    return wrapCode(found, columns - 4).map(
      (words, i): Item => ({
        sign: (x, y) => (i === 0 ? lookBox(x - 1, y, letter) : ''),
        words,
        style: 'code',
        fresh: true,
      }),
    );
  });
}

function told(frame: Frame): Item[] {
  if (!frame.has('events')) return [];
  const used = new Set(frame.of('event').map(({ letter }) => letter));
  return Object.entries(events)
    .filter(([letter]) => used.has(letter))
    .map(([letter, word]) => plain(`${letter} ${word}`, false));
}
