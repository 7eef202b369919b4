import { disc } from './disc.js';
import type { Frame } from './frame.js';
import type { Lane, LaneMark } from './lanes.js';
import { el, line, round } from './svg.js';

/** The results of the callers: one lane for each call that runs at the same time. */
export function drawResults(frame: Frame): string[] {
  // all bars lie below all discs
  return [
    ...frame.lanes.flatMap((lane) => bar(frame, lane)),
    ...frame.lanes.flatMap((lane) => lane.marks.map((mark) => drawMark(frame, lane, mark))),
  ];
}

/** The time that the call takes; an open arrow for a call that still runs at the end. */
function bar(frame: Frame, { row, start, end }: Lane): string[] {
  const y = frame.laneY(row);
  const [from, to] = [frame.start + start, end === undefined ? frame.end : frame.start + end];
  const drawn: string[] = [];
  if (to > from) drawn.push(line('bar', from, y, to - (end === undefined ? 3 : 0), y));
  if (end === undefined) {
    drawn.push(el('path', { class: 'way', d: `M${round(to - 6)} ${round(y - 4)}l6 4l-6 4` }));
  }
  return drawn;
}

const signs = { value: 'letter', error: 'cross', cancel: 'dash' } as const;

function drawMark(frame: Frame, lane: Lane, mark: LaneMark): string {
  const { r } = frame;
  const { what, letter, counted, good } = mark;
  const [x, y] = [frame.start + mark.x, frame.laneY(lane.row)];
  if (what !== 'end') return disc(x, y, r, { counted, good, sign: signs[what], letter });
  const beside = lane.marks.some((other) => other.x === mark.x && other.what === 'value');
  const at = x + (beside ? r + 2.5 : 0);
  return line('end', at, y - r - 2.5, at, y + r + 2.5);
}
