import type { Frame } from './frame.js';
import { PILL_ROW } from './pills.js';
import { el, line, text } from './svg.js';

const HEIGHT = 18;

/** The stems, to be drawn below everything else. */
export function drawStems({ pills, bandY }: Frame): string[] {
  return pills.map(({ x, row }) => line('way stem', x, pillY(row) + HEIGHT, x, bandY - 1));
}

/** The deeds by hand, each in a pill. */
export function drawControl({ pills }: Frame): string[] {
  return pills.map(
    ({ from, width, row, word }) =>
      el('rect', { class: 'pill', x: from, y: pillY(row), width, height: HEIGHT, rx: HEIGHT / 2 }) +
      text(from + width / 2, pillY(row) + 12.8, 'ink mid small', word),
  );
}

function pillY(row: number): number {
  return 10 + row * PILL_ROW;
}
