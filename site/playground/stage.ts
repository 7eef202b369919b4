import type { CircuitState } from 'rxjs-circuit-breaker';
import { type Colours, FONT, type Paper } from './paper.ts';
import { BIN, type Play, type Track } from './play.ts';
import type { Mood } from './scenario.ts';
import { countdown, plural } from './words.ts';

/** Pixels that a dot travels in a second. */
const SPEED = 300;
/** The closest distance of two dots; closer calls are drawn as a ribbon. */
const CLOSEST = 5;
const TOP = 42;
const BOTTOM = 86;
/** Half of the length of the switch. */
const ARM = 24;

/** How far ahead of the play the picture looks, in real milliseconds. */
export const AHEAD = 2_000;

/** What the picture of a lane shows. */
export interface Scene {
  readonly play: Play;
  readonly track: Track;
  readonly now: number;
  readonly speed: number;
  /** A picture without dots that fly, for people who asked their system for less motion. */
  readonly still: boolean;
  /** The angle of the switch in the picture before; the caller keeps it. */
  angle: number;
}

const moodWords: Readonly<Record<Mood, string>> = {
  well: 'well',
  errors: 'errors',
  hang: 'hangs',
  slow: 'slow',
};

const angles: Readonly<Record<CircuitState, number>> = {
  closed: 0,
  disabled: 0,
  'half-open': -0.32,
  open: -0.75,
  isolated: -0.75,
};

/** Draws the callers, the switch and the service. */
export function drawStage({ pen, width }: Paper, colours: Colours, scene: Scene): void {
  const { play, track, now, speed, still } = scene;
  const phone = width < 480;
  const box = { width: phone ? 104 : 156, left: width - (phone ? 105 : 157) };
  const x0 = phone ? 2 : 62;
  const at = box.left - ARM - (phone ? 30 : 70);
  const breaker = track.lane.breakers[0];
  const state = breaker?.state ?? 'closed';
  const mood = play.moodAt(now);
  const { rate } = play.scenario;
  const wire = (from: number, to: number, y: number): void => {
    pen.beginPath();
    pen.moveTo(from, y);
    pen.lineTo(to, y);
    pen.stroke();
  };
  pen.strokeStyle = colours.faint;
  pen.lineWidth = 2;
  wire(x0, at - ARM, TOP);
  wire(at + ARM, box.left, TOP);
  wire(x0, box.left, BOTTOM);
  if (!phone) {
    pen.fillStyle = colours.muted;
    pen.font = `13px ${FONT}`;
    pen.textAlign = 'left';
    pen.fillText('Callers', 2, (TOP + BOTTOM) / 2);
  }
  const peak = play.scenario.pattern === 'bursts' ? rate * 3 : rate;
  const flow = { x0, at, service: box.left, pace: SPEED / (1_000 * speed) };
  if (still || speed > 10 || SPEED / (peak * speed) < CLOSEST)
    ribbons(pen, colours, scene, flow, peak);
  else dots(pen, colours, scene, flow, Math.min(6.5, Math.max(2.6, SPEED / (peak * speed) / 2.2)));
  drawSwitch(pen, colours, scene, at, state);
  pill(pen, colours, state, at, track.lane.breakers[0]?.retryAfter ?? 0);
  service(pen, colours, box, mood, track.inside, phone);
}

interface Flow {
  readonly x0: number;
  readonly at: number;
  readonly service: number;
  /** Pixels for each virtual millisecond. */
  readonly pace: number;
}

function dots(
  pen: CanvasRenderingContext2D,
  colours: Colours,
  { play, track, now }: Scene,
  { x0, at, service, pace }: Flow,
  radius: number,
): void {
  pen.lineWidth = radius > 4 ? 2 : 1.5;
  const disc = (x: number, y: number): void => {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
  };
  // on their way to the switch
  for (let n = play.arrivals.length - 1; n >= 0; n--) {
    const due = play.arrivals[n] as number;
    if (due <= now) break;
    const x = at - ARM - (due - now) * pace;
    if (x < x0 + radius) continue;
    disc(x, TOP);
    pen.fillStyle = colours.card;
    pen.strokeStyle = colours.muted;
    pen.fill();
    pen.stroke();
  }
  for (let n = track.passings.length - 1; n >= 0; n--) {
    const passing = track.passings[n] as Track['passings'][number];
    const way = (now - passing.at) * pace;
    if (way > service - x0 + 60) break;
    if (passing.kind === 'in') {
      const x = at - ARM + way;
      if (x > service - radius) continue;
      disc(x, TOP);
      pen.fillStyle = colours.card;
      pen.strokeStyle = colours.muted;
      pen.fill();
      pen.stroke();
    } else if (passing.kind === 'refused') {
      // from the switch down to the wire back, and home
      const drop = BOTTOM - TOP;
      const y = TOP + Math.min(drop, way * 1.2);
      const x = at - ARM - 4 - Math.max(0, way - drop / 1.2);
      if (x < x0 + radius) continue;
      disc(x, y);
      pen.fillStyle = colours.card;
      pen.strokeStyle = colours.bad;
      pen.fill();
      pen.stroke();
      pen.beginPath();
      pen.moveTo(x - radius * 0.5, y);
      pen.lineTo(x + radius * 0.5, y);
      pen.stroke();
    } else {
      const x = service - radius - way;
      if (x < x0 + radius) continue;
      disc(x, BOTTOM);
      pen.fillStyle = passing.kind === 'good' ? colours.good : colours.bad;
      pen.fill();
      if (passing.kind === 'bad' && radius > 4) {
        pen.strokeStyle = colours.card;
        pen.beginPath();
        const cross = radius * 0.42;
        pen.moveTo(x - cross, BOTTOM - cross);
        pen.lineTo(x + cross, BOTTOM + cross);
        pen.moveTo(x + cross, BOTTOM - cross);
        pen.lineTo(x - cross, BOTTOM + cross);
        pen.stroke();
      }
    }
  }
}

/** The thickest ribbon, in pixels. */
const THICKEST = 20;
const COLUMN = 3;

function ribbons(
  pen: CanvasRenderingContext2D,
  colours: Colours,
  { play, track, now }: Scene,
  { x0, at, service, pace }: Flow,
  peak: number,
): void {
  const span = Math.max(COLUMN / pace, BIN * 2);
  const thickness = (perSecond: number): number =>
    Math.min(THICKEST, (THICKEST * perSecond) / (peak * 1.3));
  const block = (x: number, y: number, height: number, colour: string): void => {
    if (height <= 0.2) return;
    pen.fillStyle = colour;
    pen.fillRect(x, y, COLUMN + 0.3, height);
  };
  const { answered, failed, refused } = track.bins;
  // to the switch: the calls that come, by looking ahead
  let next = play.arrivals.length - 1;
  for (let x = x0; x < at - ARM; x += COLUMN) {
    const from = now + (at - ARM - x) / pace;
    let calls = 0;
    while (next >= 0 && (play.arrivals[next] as number) > from + span) next--;
    for (let n = next; n >= 0 && (play.arrivals[n] as number) > from; n--) calls++;
    const height = thickness((calls * 1_000) / span);
    pen.globalAlpha = 0.55;
    block(x, TOP - height / 2, height, colours.muted);
    pen.globalAlpha = 1;
  }
  for (let x = at + ARM; x < service; x += COLUMN) {
    const ago = now - (x - at) / pace;
    const height = thickness(perSecond(answered, ago, span) + perSecond(failed, ago, span));
    pen.globalAlpha = 0.55;
    block(x, TOP - height / 2, height, colours.muted);
    pen.globalAlpha = 1;
  }
  for (let x = x0; x < service; x += COLUMN) {
    const ago = now - (service - x) / pace;
    const good = thickness(perSecond(answered, ago, span));
    const bad = thickness(perSecond(failed, ago, span));
    const back =
      x < at - ARM ? thickness(perSecond(refused, now - (at - ARM - x) / pace, span)) : 0;
    let y = BOTTOM - (good + bad + back) / 2;
    block(x, y, good, colours.good);
    y += good;
    block(x, y, bad, colours.bad);
    y += bad;
    pen.globalAlpha = 0.3;
    block(x, y, back, colours.bad);
    pen.globalAlpha = 1;
  }
}

/** Calls a second in the stretch that ends at an instant. */
function perSecond(bins: readonly number[], at: number, span: number): number {
  if (at < 0) return 0;
  const last = Math.floor(at / BIN);
  const many = Math.max(1, Math.round(span / BIN));
  let sum = 0;
  for (let n = Math.max(0, last - many + 1); n <= last; n++) sum += bins[n] ?? 0;
  return (sum * 1_000) / (many * BIN);
}

function drawSwitch(
  pen: CanvasRenderingContext2D,
  colours: Colours,
  scene: Scene,
  at: number,
  state: CircuitState,
): void {
  const wanted = angles[state];
  scene.angle = scene.still ? wanted : scene.angle + (wanted - scene.angle) * 0.35;
  const colour = colourOf(colours, state);
  const [left, right] = [at - ARM, at + ARM];
  pen.strokeStyle = colour;
  pen.lineWidth = 6;
  pen.beginPath();
  pen.moveTo(left, TOP);
  pen.lineTo(left + 2 * ARM * Math.cos(scene.angle), TOP + 2 * ARM * Math.sin(scene.angle));
  pen.stroke();
  pen.lineWidth = 3;
  for (const x of [left, right]) {
    pen.beginPath();
    pen.arc(x, TOP, 5.5, 0, 2 * Math.PI);
    pen.fillStyle = colours.card;
    pen.fill();
    pen.stroke();
  }
}

export function colourOf(colours: Colours, state: CircuitState): string {
  if (state === 'half-open') return colours['half-open'];
  return state === 'closed' || state === 'disabled' ? colours.closed : colours.open;
}

function pill(
  pen: CanvasRenderingContext2D,
  colours: Colours,
  state: CircuitState,
  at: number,
  retryAfter: number,
): void {
  const left =
    state === 'open' && retryAfter > 0 && retryAfter < Infinity ? ` ${countdown(retryAfter)}` : '';
  const words = `${state.toUpperCase()}${left}`;
  pen.font = `600 12px ${FONT}`;
  pen.textAlign = 'center';
  const width = pen.measureText(words).width + 20;
  pen.fillStyle = colourOf(colours, state);
  pen.beginPath();
  pen.roundRect(at - width / 2, 103, width, 22, 11);
  pen.fill();
  pen.fillStyle = state === 'half-open' ? colours['half-ink'] : '#fff';
  pen.fillText(words, at, 114.5);
}

function service(
  pen: CanvasRenderingContext2D,
  colours: Colours,
  box: { readonly left: number; readonly width: number },
  mood: Mood,
  inside: number,
  phone: boolean,
): void {
  const colour =
    mood === 'well' ? colours.closed : mood === 'slow' ? colours['half-open'] : colours.open;
  pen.strokeStyle = colour;
  pen.fillStyle = colours.card;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.roundRect(box.left, 20, box.width, 88, 10);
  pen.fill();
  pen.stroke();
  const x = box.left + (phone ? 10 : 16);
  pen.textAlign = 'left';
  pen.fillStyle = colours.ink;
  pen.font = `600 14px ${FONT}`;
  pen.fillText('Service', x, 42);
  pen.font = `600 ${phone ? 11.5 : 13}px ${FONT}`;
  pen.fillStyle = mood === 'slow' ? colours.ink : colour;
  pen.fillText(moodWords[mood], x, 64);
  pen.font = `${phone ? 11.5 : 12.5}px ${FONT}`;
  pen.fillStyle = colours.muted;
  pen.fillText(phone ? `${inside} inside` : `${plural(inside, 'call')} inside`, x, 86);
}
