import type { Claim } from '../marble/claim.js';
import type { Setup } from '../marble/setup.js';
import type { Run } from '../marble/trace.js';
import { drawAxis } from './axis.js';
import { drawBand, drawGuides } from './band.js';
import { drawCalls, drawWays } from './calls.js';
import { drawControl, drawStems } from './control.js';
import { describe } from './describe.js';
import { drawEvents } from './events.js';
import { BAND, Frame } from './frame.js';
import { drawLookLines, drawLooks } from './looks.js';
import { drawNotes } from './notes.js';
import { drawRestored } from './restored.js';
import { drawResults } from './results.js';
import { el, escapeXml, text } from './svg.js';
import { styleFor } from './theme.js';

const RIGHT = 16;

/** The picture of a claim's run: an SVG for light pages and dark ones. */
export function draw(claim: Claim, run: Run, setup: Setup): string {
  const frame = new Frame(claim, run, setup);
  const notes = drawNotes(frame);
  const pills = frame.pills.map(({ from, width }) => from + width);
  const size = {
    width: Math.ceil(Math.max(...pills, frame.end, notes.right, 314) + RIGHT),
    height: Math.ceil(notes.bottom + 4),
  };
  const paper = { x: 0.5, y: 0.5, width: size.width - 1, height: size.height - 1, rx: 8 };
  // from back to front: a line lies below the discs that it leads to
  const inside = [
    el('rect', { class: 'paper frame', ...paper }),
    ...drawGuides(frame),
    ...drawLookLines(frame),
    ...drawStems(frame),
    ...drawAxis(frame),
    ...drawWays(frame),
    ...drawRestored(frame),
    ...drawBand(frame),
    ...drawCalls(frame),
    ...drawControl(frame),
    ...drawResults(frame),
    ...drawEvents(frame),
    ...drawLooks(frame),
    ...rowNames(frame),
    ...notes.drawn,
  ].join('\n');
  const head = {
    xmlns: 'http://www.w3.org/2000/svg',
    class: 'marble',
    role: 'img',
    'aria-label': claim.title,
    ...size,
    viewBox: `0 0 ${size.width} ${size.height}`,
  };
  const about = [
    el('title', {}, escapeXml(claim.title)),
    el('desc', {}, escapeXml(describe(frame))),
    `<style>\n${styleFor(inside)}\n</style>`,
    inside,
  ];
  return `${el('svg', head, `\n${about.join('\n')}\n`)}\n`;
}

function rowNames(frame: Frame): string[] {
  const at = (y: number, words: string): string =>
    text(frame.left - 12, y + 4, 'muted right', words);
  const drawn = [
    at(frame.callY, 'calls'),
    at(frame.bandY + BAND / 2, 'breaker'),
    at(frame.axisY + 12, 'ms'),
  ];
  // beside the facts of a snapshot the results need no name
  if (frame.restored === null) drawn.push(at(frame.laneY(0), 'results'));
  if (frame.has('events')) drawn.push(at(frame.eventsY - 4, 'events'));
  if (frame.pills.length > 0) drawn.push(at(19, 'control'));
  return drawn;
}
