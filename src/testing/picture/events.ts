import type { Frame } from './frame.js';
import { text } from './svg.js';

/** The letters of the events below the milliseconds in which the breaker tells the events. */
export function drawEvents(frame: Frame): string[] {
  if (!frame.has('events')) return [];
  const letters = new Map<number, string>();
  for (const { frame: at, letter } of frame.of('event')) {
    letters.set(Math.floor(at), (letters.get(Math.floor(at)) ?? '') + letter);
  }
  return frame.timeline.columns
    .filter(({ from, folded }) => !folded && letters.has(from))
    .map(({ x, width, from }) =>
      text(frame.start + x + width / 2, frame.eventsY, 'ink mid code', letters.get(from) as string),
    );
}
