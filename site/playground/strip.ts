import type { CircuitState } from 'rxjs-circuit-breaker';
import { type Colours, FONT, type Paper } from './paper.ts';
import { BIN, type Play, type Track } from './play.ts';
import { colourOf } from './stage.ts';

/** Milliseconds that the strip shows, by the speed of the play. */
export function spanOf(speed: number): number {
  if (speed <= 2) return 30_000;
  if (speed <= 5) return 60_000;
  if (speed <= 10) return 120_000;
  return speed <= 30 ? 300_000 : 900_000;
}

const BARS = 74;
const HATCH = 8;
const BAND = 24;
/** The height of the strip with its axis. */
export const STRIP_HEIGHT: number = BARS + HATCH + BAND + 30;

/** Draws what became of the calls, when the service was broken, and the states. */
export function drawStrip(
  { pen, width }: Paper,
  colours: Colours,
  play: Play,
  track: Track,
  now: number,
  speed: number,
): void {
  const span = spanOf(speed);
  const start = Math.max(0, now - span);
  const end = start + span;
  const x = (at: number): number => ((at - start) / span) * width;
  for (const [from, to] of troubles(play, now)) {
    if (to < start) continue;
    pen.fillStyle = colours['bad-wash'];
    pen.fillRect(x(Math.max(from, start)), 0, x(to) - x(Math.max(from, start)), BARS);
    hatch(pen, colours, x(Math.max(from, start)), x(to));
  }
  bars(pen, colours, { play, track, start, end, width, now });
  pen.fillStyle = colours.faint;
  pen.fillRect(0, BARS, width, 1);
  bands(pen, colours, track, start, now, x);
  ticks(pen, colours, start, end, x, width);
}

/** The stretches in which the service was broken. */
function troubles(play: Play, now: number): [from: number, to: number][] {
  const found: [number, number][] = [];
  let since: number | null = null;
  for (const { at, mood } of play.scenario.turns) {
    if (at > now) break;
    if (mood !== 'well') since ??= at;
    else if (since !== null) {
      found.push([since, at]);
      since = null;
    }
  }
  if (since !== null) found.push([since, now]);
  return found;
}

function hatch(pen: CanvasRenderingContext2D, colours: Colours, from: number, to: number): void {
  pen.save();
  pen.beginPath();
  pen.rect(from, BARS + 1, to - from, HATCH - 3);
  pen.clip();
  pen.strokeStyle = colours.bad;
  pen.lineWidth = 2;
  pen.beginPath();
  for (let at = Math.floor(from / 6) * 6 - 6; at < to + 6; at += 6) {
    pen.moveTo(at, BARS + HATCH);
    pen.lineTo(at + HATCH, BARS);
  }
  pen.stroke();
  pen.restore();
}

interface Stretch {
  readonly play: Play;
  readonly track: Track;
  readonly start: number;
  readonly end: number;
  readonly width: number;
  readonly now: number;
}

function bars(
  pen: CanvasRenderingContext2D,
  colours: Colours,
  { play, track, start, end, width, now }: Stretch,
): void {
  const { answered, failed, refused } = track.bins;
  // bins of a bar: so many that a bar is at least five pixels wide
  const many = Math.max(1, Math.ceil((5 * (end - start)) / width / BIN));
  const step = many * BIN;
  const scale = width / (end - start);
  const { rate, pattern } = play.scenario;
  const peak =
    (pattern === 'steady' ? Math.max(rate * 1.6, 4) : rate * (pattern === 'bursts' ? 3.6 : 2.4)) *
    (step / 1_000);
  const highest = Math.max(peak, 3);
  const sum = (bins: readonly number[], from: number): number => {
    let total = 0;
    for (let n = from; n < from + many; n++) total += bins[n] ?? 0;
    return total;
  };
  for (let at = Math.floor(start / step) * step; at < Math.min(end, now); at += step) {
    const bin = at / BIN;
    const left = (at - start) * scale;
    const wide = Math.max(1, step * scale - 1);
    let y = BARS;
    const part = (calls: number): number => Math.min(y - 1, (calls / highest) * (BARS - 4));
    const fill = (calls: number, colour: string): void => {
      if (calls === 0) return;
      const height = part(calls);
      pen.fillStyle = colour;
      pen.fillRect(left, y - height, wide, height);
      y -= height;
    };
    fill(sum(answered, bin), colours.good);
    fill(sum(failed, bin), colours.bad);
    const back = sum(refused, bin);
    if (back === 0) continue;
    const height = part(back);
    if (wide < 3) {
      pen.globalAlpha = 0.4;
      pen.fillStyle = colours.bad;
      pen.fillRect(left, y - height, wide, height);
      pen.globalAlpha = 1;
    } else {
      pen.strokeStyle = colours.bad;
      pen.lineWidth = 1;
      pen.strokeRect(left + 0.5, y - height + 0.5, wide - 1, Math.max(1, height - 1));
    }
  }
}

function bands(
  pen: CanvasRenderingContext2D,
  colours: Colours,
  track: Track,
  start: number,
  now: number,
  x: (at: number) => number,
): void {
  const top = BARS + HATCH + 2;
  let since = 0;
  let state: CircuitState = 'closed';
  const band = (until: number): void => {
    if (until < start || until <= since) return;
    const [left, right] = [x(Math.max(since, start)), x(until)];
    pen.fillStyle = colourOf(colours, state);
    pen.fillRect(left, top, Math.max(right - left, 1.5), BAND);
    pen.font = `600 12px ${FONT}`;
    if (right - left < pen.measureText(state).width + 10) return;
    pen.fillStyle = state === 'half-open' ? colours['half-ink'] : '#fff';
    pen.textAlign = 'center';
    pen.fillText(state, (left + right) / 2, top + BAND / 2 + 0.5);
  };
  for (const { at, event } of track.changes) {
    band(at);
    since = at;
    state = event.to;
  }
  band(Math.max(now, since + 1));
}

const steps = [1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000];

function ticks(
  pen: CanvasRenderingContext2D,
  colours: Colours,
  start: number,
  end: number,
  x: (at: number) => number,
  width: number,
): void {
  const step = steps.find((it) => ((end - start) / it) * 62 < width) ?? 600_000;
  pen.font = `12px ${FONT}`;
  pen.fillStyle = colours.muted;
  pen.textAlign = 'center';
  for (let at = Math.ceil(start / step) * step; at <= end; at += step) {
    const place = x(at);
    if (place < 14 || place > width - 16) continue;
    const words = step >= 60_000 ? `${at / 60_000} min` : `${at / 1_000} s`;
    pen.fillText(words, place, BARS + HATCH + BAND + 16);
  }
}
