import { callCircle, refusal } from './disc.js';
import type { Frame } from './frame.js';
import { el, line, round } from './svg.js';

/** The ways of the calls: to the band, and behind the band to the results. */
export function drawWays(frame: Frame): string[] {
  const { callY, bandY, r } = frame;
  const from = callY + r;
  const refused = frame.refused.map((moment) =>
    line('way', frame.x(moment), from, frame.x(moment), bandY - 2 * r - 1),
  );
  const admitted = frame.lanes.map(({ row, start, marks }) => {
    const taken = marks.some((mark) => mark.x === start);
    const x = frame.start + start;
    const y = frame.laneY(row) - (taken ? r + 1.5 : 2);
    const d = `M${round(x - 4)} ${round(y - 6.5)}L${round(x + 4)} ${round(y - 6.5)}L${round(x)} ${round(y)}Z`;
    return line('way', x, from, x, y - 5) + el('path', { class: 'head', d });
  });
  return [...refused, ...admitted];
}

/** A circle for each call, and a no-entry sign for each refusal. */
export function drawCalls(frame: Frame): string[] {
  const { callY, bandY, r } = frame;
  const made = frame.run.trace.filter(
    ({ type, letter }) => type === 'admitted' || (type === 'result' && letter === 'o'),
  );
  return [
    ...made.map((moment) => callCircle(frame.x(moment), callY, r, moment.kind)),
    ...frame.refused.map((moment) => refusal(frame.x(moment), bandY - r - 1, r)),
  ];
}
