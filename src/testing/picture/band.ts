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
    const inside = folds.filter((fold) => fold > from && fold < to);
    return (
      el('rect', { class: `band${moment.letter}`, ...box }) +
      word(moment.letter, middleOf(from, to, inside), bandY)
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

/** The middle of the widest stretch between two folds. */
function middleOf(from: number, to: number, folds: readonly number[]): number {
  const edges = [from, ...folds.flatMap((x) => [x - 10, x + 10]), to];
  let [a, b] = [0, 0];
  for (let i = 0; i < edges.length; i += 2) {
    const [start, end] = [edges[i] as number, edges[i + 1] as number];
    if (end - start > b - a) [a, b] = [start, end];
  }
  return (a + b) / 2;
}
