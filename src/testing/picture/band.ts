import { states } from '../marble/letters.js';
import { BAND, type Frame } from './frame.js';
import { el, line, text } from './svg.js';

/** The breaker's state as a coloured band, with breaks at the folds. */
export function drawBand(frame: Frame): string[] {
  const { bandY } = frame;
  const changes = frame.of('state');
  const folds = frame.timeline.columns
    .filter(({ folded }) => folded)
    .map(({ x, width }) => frame.start + x + width / 2);
  const pieces = changes.map((moment, i) => {
    const following = changes[i + 1];
    const from = frame.x(moment) + (i > 0 ? 1 : 0);
    const to = following === undefined ? frame.end : frame.x(following);
    const box = { x: from, y: bandY, width: to - from, height: BAND, rx: 3 };
    return (
      el('rect', { class: `band${moment.letter}`, ...box }) +
      word(moment.letter, middleOf(from, to, folds), bandY)
    );
  });
  const breaks = folds.flatMap((x) =>
    [-4, 4].map((dx) => line('break', x + dx - 4, bandY + BAND + 1, x + dx + 4, bandY - 1)),
  );
  return [...pieces, ...breaks];
}

/** Lead from each change of state to its time. */
export function drawGuides(frame: Frame): string[] {
  const changes = frame.of('state').slice(1);
  return changes.map((moment) => {
    const x = frame.x(moment);
    return line('guide', x, frame.bandY + BAND, x, frame.axisY);
  });
}

export function word(letter: string, x: number, bandY: number): string {
  return text(x, bandY + BAND / 2 + 4.2, `word word${letter}`, states[letter] as string);
}

/** The middle of the widest stretch between two folds; folds elsewhere leave stretches of no width. */
function middleOf(from: number, to: number, folds: readonly number[]): number {
  const within = (x: number): number => Math.min(Math.max(x, from), to);
  const starts = [from, ...folds.map((x) => within(x + 10))];
  const ends = [...folds.map((x) => within(x - 10)), to];
  let [a, b] = [0, 0];
  for (const [i, start] of starts.entries()) {
    const end = ends[i] as number;
    if (end - start > b - a) [a, b] = [start, end];
  }
  return (a + b) / 2;
}
