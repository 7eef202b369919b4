import { lookBox } from './disc.js';
import { BAND, type Frame } from './frame.js';
import { line } from './svg.js';

/** The lines of the looks, to be drawn below everything else. */
export function drawLookLines(frame: Frame): string[] {
  const { callY, bandY, axisY } = frame;
  return frame.of('look').flatMap((moment) => {
    const x = frame.x(moment);
    return [line('look', x, callY + 9, x, bandY - 1), line('look', x, bandY + BAND + 1, x, axisY)];
  });
}

export function drawLooks(frame: Frame): string[] {
  return frame.of('look').map((moment) => lookBox(frame.x(moment), frame.callY, moment.letter));
}
