import { word } from './band.js';
import { FACT } from './facts.js';
import { BAND, type Frame } from './frame.js';
import { el, line, text } from './svg.js';

/** The snapshot before the beginning of the time: its state as a pale band, its facts below. */
export function drawRestored(frame: Frame): string[] {
  const { restored, left, bandY } = frame;
  if (restored === null) return [];
  const { letter, lines, width } = restored;
  const box = { x: left, y: bandY, width, height: BAND, rx: 3 };
  const [from, to, y] = [left + width + 4, frame.start - 5, bandY + BAND / 2];
  return [
    text(left, frame.bandY - 10, 'muted small', 'snapshot'),
    el('rect', { class: `before band${letter}`, ...box }),
    word(letter, left + width / 2, bandY),
    line('way', from, y, to - 1, y),
    el('path', { class: 'way', d: `M${to - 5} ${y - 4}l5 4l-5 4` }),
    ...lines.map((words, i) => text(left, bandY + BAND + 18 + i * FACT, 'ink small', words)),
  ];
}
