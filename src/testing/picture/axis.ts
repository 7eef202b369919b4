import type { Frame } from './frame.js';
import { widthOf } from './measure.js';
import { el, line, round, text } from './svg.js';
import type { Column } from './timeline.js';

interface Label {
  readonly x: number;
  readonly width: number;
  readonly strong: boolean;
  readonly words: string;
}

/** The time: a tick for each millisecond, a pill for a fold, a bracket for a millisecond of several slots. */
export function drawAxis(frame: Frame): string[] {
  const { axisY, timeline } = frame;
  const changes = new Set(frame.of('state').map(({ frame: at }) => Math.floor(at)));
  const marks = timeline.columns.map((column) => {
    const x = frame.start + column.x;
    return column.folded ? pill(column, x, axisY) : tick(column, x, axisY);
  });
  const labels = timeline.columns
    .filter(({ folded }) => !folded)
    .map(({ from, slots, x, width }): Label => {
      const words = from.toLocaleString('en').replaceAll(',', '\u2009');
      const strong = slots > 1 || changes.has(from);
      const middle = frame.start + x + width / 2;
      return { x: middle, width: widthOf(words, 'small') + 6, strong, words };
    });
  const placed = thinned(labels).map(({ x, strong, words }) =>
    text(x, axisY + 16, `${strong ? 'ink' : 'muted'} mid small`, words),
  );
  return [line('axis', frame.start, axisY, frame.end, axisY), ...marks, ...placed];
}

function pill({ milliseconds, width }: Column, x: number, axisY: number): string {
  const words = spoken(milliseconds);
  const wide = widthOf(words, 'small') + 14;
  const middle = x + width / 2;
  const box = { x: middle - wide / 2, y: axisY - 9, width: wide, height: 18, rx: 9 };
  return el('rect', { class: 'pill', ...box }) + text(middle, axisY + 3.8, 'ink mid small', words);
}

function tick({ slots, width }: Column, x: number, axisY: number): string {
  if (slots === 1) return line('axis', x + width / 2, axisY, x + width / 2, axisY + 3);
  const [a, b] = [round(x + 5), round(x + width - 5)];
  return el('path', { class: 'bracket', d: `M${a} ${round(axisY - 4)}v4H${b}v-4` });
}

/** The labels that have room: those of changes first, then the round ones, in reading order. */
function thinned(labels: readonly Label[]): Label[] {
  const placed: Label[] = [];
  const round = ({ words }: Label): boolean => /[05]$/.test(words);
  for (const wanted of [
    ...labels.filter(({ strong }) => strong),
    ...labels.filter((label) => !label.strong && round(label)),
  ]) {
    const room = placed.every(
      (other) => Math.abs(other.x - wanted.x) > (other.width + wanted.width) / 2,
    );
    if (room) placed.push(wanted);
  }
  return placed.sort((a, b) => a.x - b.x);
}

/** The length of a fold in the unit that people use. */
function spoken(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (Math.round(seconds) >= 3600) return `${round(seconds / 3600)} h`;
  if (Math.round(seconds) >= 120) return `${round(seconds / 60)} min`;
  return seconds >= 1 ? `${round(seconds)} s` : `${milliseconds} ms`;
}
