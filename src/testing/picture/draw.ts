import { type Claim, label } from '../marble/claim.js';
import { show } from '../marble/matches.js';
import { type Moment, type Run, rowOf } from '../marble/stage.js';
import { type Lane, layLanes } from './lanes.js';
import { el, escapeXml, line, round, text } from './svg.js';
import { styleFor } from './theme.js';
import { layOut, type Spot, type Timeline } from './timeline.js';

const SPACE = 744; // of the 830 pixels that a README is wide
const LEFT = 70;
const RIGHT = 16;
const BAND = 28;
const LANE = 26;

const words: { readonly [letter: string]: string } = {
  C: 'closed',
  O: 'open',
  H: 'half-open',
  I: 'isolated',
  D: 'disabled',
};

const controls: { readonly [letter: string]: string } = {
  I: 'isolate()',
  i: 'lifted',
  D: 'disable()',
  d: 'lifted',
  R: 'reset()',
};

const events: { readonly [letter: string]: string } = {
  s: 'success',
  x: 'failure',
  i: 'ignored',
  c: 'cancelled',
  o: 'rejected',
  l: 'late',
  e: 'probe-expired',
};

/** The picture of a claim's run: an SVG that goes with a light page and a dark one. */
export function draw(claim: Claim, run: Run): string {
  return new Picture(claim, run).toString();
}

class Picture {
  private readonly claim: Claim;
  private readonly run: Run;
  private readonly timeline: Timeline;
  private readonly lanes: readonly Lane[];
  /** The radius of discs. */
  private readonly r: number;
  private readonly callY: number;
  private readonly bandY: number;
  private readonly lanesEnd: number;
  private readonly axisY: number;

  constructor(claim: Claim, run: Run) {
    this.claim = claim;
    this.run = run;
    this.timeline = layOut(run.trace, claim.horizon, SPACE);
    this.lanes = layLanes(run.trace, this.timeline);
    this.r = Math.min(9, this.timeline.unit * 0.42);
    this.callY = this.of('control').length > 0 ? 48 : 24;
    this.bandY = this.callY + 40;
    const rows = Math.max(1, ...this.lanes.map(({ row }) => row + 1));
    this.lanesEnd = this.bandY + BAND + 14 + rows * LANE;
    this.axisY = this.lanesEnd + (this.has('events') ? 26 : 4) + 4;
  }

  toString(): string {
    const { claim, timeline } = this;
    const notes = this.notes();
    const height = this.axisY + 26 + notes.length * 18 + 4;
    const pill = this.pills().at(-1);
    const width = Math.max(
      (pill?.from ?? 0) + (pill?.width ?? 0) + RIGHT,
      LEFT + timeline.width + RIGHT,
      330,
      LEFT + RIGHT + longest(notes) * 6.8,
    );
    const size = { width: Math.ceil(width), height: Math.ceil(height) };
    const box = { x: 0.5, y: 0.5, width: size.width - 1, height: size.height - 1, rx: 8 };
    const drawn = [
      el('rect', { class: 'paper frame', ...box }),
      ...this.guides(),
      ...this.axis(),
      ...this.ways(),
      ...this.band(),
      ...this.calls(),
      ...this.control(),
      ...this.lanes.flatMap((lane) => this.lane(lane)),
      ...this.events(),
      ...this.looks(),
      ...this.labels(),
      ...notes.map((note, i) => text(LEFT, this.axisY + 38 + i * 18, 'muted code', note)),
    ];
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
      el('desc', {}, escapeXml(this.description())),
      `<style>\n${styleFor(drawn.join(''))}\n</style>`,
    ];
    return `${el('svg', head, `\n${[...about, ...drawn].join('\n')}\n`)}\n`;
  }

  private of(type: Moment['type']): Moment[] {
    return this.run.trace.filter((moment) => moment.type === type);
  }

  private has(row: string): boolean {
    return this.claim.rows.some((candidate) => label(candidate) === row);
  }

  private x(moment: Moment): number {
    return LEFT + this.timeline.x(this.timeline.spot(moment) as Spot);
  }

  private get end(): number {
    return LEFT + this.timeline.width;
  }

  private laneY(row: number): number {
    return this.bandY + BAND + 14 + row * LANE + LANE / 2;
  }

  /** From what a state change is to when it was. */
  private guides(): string[] {
    return this.of('state')
      .slice(1)
      .map((moment) =>
        line('guide', this.x(moment), this.bandY + BAND, this.x(moment), this.axisY),
      );
  }

  /** The ways of the calls: to the band, and behind it to their lanes. */
  private ways(): string[] {
    const from = this.callY + this.r;
    const refused = this.refused().map((moment) =>
      line('way', this.x(moment), from, this.x(moment), this.bandY - 2 * this.r - 1),
    );
    const admitted = this.lanes.map(({ row, start, marks }) => {
      const taken = marks.some((mark) => mark.x === start);
      const [x, y] = [LEFT + start, this.laneY(row) - (taken ? this.r + 1.5 : 2)];
      const head = el('path', {
        class: 'head',
        style: 'stroke:none',
        d: `M${round(x - 4)} ${round(y - 6.5)}L${round(x + 4)} ${round(y - 6.5)}L${round(x)} ${round(y)}Z`,
      });
      return line('way', x, from, x, y - 5) + head.replace(' style="stroke:none"', '');
    });
    return [...refused, ...admitted];
  }

  private refused(): Moment[] {
    return this.of('result').filter(({ letter }) => letter === 'o');
  }

  private calls(): string[] {
    const { r, callY, bandY } = this;
    const came = this.run.trace.filter(
      ({ type, letter }) => type === 'admitted' || (type === 'result' && letter === 'o'),
    );
    const letters = came.map((moment) => {
      const x = this.x(moment);
      return (
        el('circle', { class: 'call', cx: x, cy: callY, r }) +
        this.letter(x, callY, 'ink', moment.kind)
      );
    });
    const signs = this.refused().map((moment) => {
      const [x, y] = [this.x(moment), bandY - r - 1];
      const bar = line('stroke', x - r * 0.55, y, x + r * 0.55, y);
      return el('circle', { class: 'sign', cx: x, cy: y, r }) + bar;
    });
    return [...letters, ...signs];
  }

  private letter(x: number, y: number, kind: string, letter: string): string {
    const size = Math.min(12, this.r * 1.35);
    const place = {
      class: `letter ${kind}`,
      x,
      y: y + size * 0.35,
      style: `font-size:${round(size)}px`,
    };
    return el('text', place, escapeXml(letter));
  }

  private band(): string[] {
    const { bandY, timeline } = this;
    const states = this.of('state');
    const folds = timeline.columns
      .filter(({ folded }) => folded)
      .map(({ x, width }) => LEFT + x + width / 2);
    const pieces = states.map((moment, i) => {
      const following = states[i + 1];
      const from = this.x(moment);
      const to = following === undefined ? this.end : this.x(following);
      const box = {
        x: from + (i > 0 ? 1 : 0),
        y: bandY,
        width: to - from - (i > 0 ? 1 : 0),
        height: BAND,
      };
      const breaks = folds.filter((fold) => fold > from && fold < to);
      const word = this.word(moment.letter, from, to, breaks);
      return el('rect', { class: `band${moment.letter}`, ...box, rx: 3 }) + word;
    });
    const breaks = folds.flatMap((x) =>
      [-4, 4].map((dx) => line('break', x + dx - 4, bandY + BAND + 1, x + dx + 4, bandY - 1)),
    );
    return [...pieces, ...breaks];
  }

  /** The state's name in the widest place where no fold is; its letter where there is no room. */
  private word(letter: string, from: number, to: number, breaks: readonly number[]): string {
    const edges = [from, ...breaks.flatMap((x) => [x - 10, x + 10]), to];
    let [a, b] = [0, 0];
    for (let i = 0; i < edges.length; i += 2) {
      const [start, end] = [edges[i] as number, edges[i + 1] as number];
      if (end - start > b - a) [a, b] = [start, end];
    }
    const word = words[letter] as string;
    const fits = b - a >= word.length * 7 + 8;
    return text(
      (a + b) / 2,
      this.bandY + BAND / 2 + 4.2,
      `word word${letter}`,
      fits ? word : letter,
    );
  }

  private lane({ row, start, end, marks }: Lane): string[] {
    const y = this.laneY(row);
    const x = LEFT + start;
    const drawn: string[] = [];
    const to = end === undefined ? this.end : LEFT + end;
    if (to > x) drawn.push(line('bar', x, y, to - (end === undefined ? 3 : 0), y));
    if (end === undefined) {
      drawn.push(el('path', { class: 'end way', d: `M${round(to - 6)} ${y - 4}l6 4l-6 4` }));
    }
    for (const mark of marks) {
      const beside =
        mark.what === '|' && marks.some(({ x, what }) => x === mark.x && what === 'value');
      drawn.push(this.mark(mark, LEFT + mark.x + (beside ? this.r + 2.5 : 0), y));
    }
    return drawn;
  }

  private mark({ what, letter }: Lane['marks'][number], x: number, y: number): string {
    const { r } = this;
    if (what === '|') return line('end', x, y - r - 2.5, x, y + r + 2.5);
    if (what === 'cancel') {
      const [d, ring] = [r * 0.4, r * 0.75];
      return (
        el('circle', { class: 'gone', cx: x, cy: y, r: ring }) + line('way', x - d, y, x + d, y)
      );
    }
    const kind = what === 'value' ? 'value' : 'failed';
    const disc = el('circle', { class: kind, cx: x, cy: y, r });
    if (what === 'value') return disc + this.letter(x, y, 'on', letter);
    const d = r * 0.38;
    return (
      disc + line('mark', x - d, y - d, x + d, y + d) + line('mark', x - d, y + d, x + d, y - d)
    );
  }

  private control(): string[] {
    return this.pills().map(({ x, from, width, word }) =>
      [
        line('way', x, 28, x, this.bandY - 1),
        el('rect', { class: 'pill', x: from, y: 10, width, height: 18, rx: 9 }),
        text(from + width / 2, 22.8, 'ink mid small', word),
      ].join(''),
    );
  }

  /** What is done by hand, in words that do not overlap. */
  private pills() {
    let free = 0;
    return this.of('control').map((moment) => {
      const word = controls[moment.letter] as string;
      const x = this.x(moment);
      const from = Math.max(x - 9, free);
      const width = word.length * 6.4 + 14;
      free = from + width + 4;
      return { x, from, width, word };
    });
  }

  private events(): string[] {
    if (!this.has('events')) return [];
    const frames = new Map<number, string>();
    for (const { frame, letter } of this.of('event')) {
      frames.set(Math.floor(frame), (frames.get(Math.floor(frame)) ?? '') + letter);
    }
    return this.timeline.columns
      .filter(({ from, folded }) => !folded && frames.has(from))
      .map(({ x, width, from }) =>
        text(LEFT + x + width / 2, this.lanesEnd + 16, 'ink mid code', frames.get(from) as string),
      );
  }

  private looks(): string[] {
    return this.of('look').map((moment) => {
      const x = this.x(moment);
      const y = this.callY;
      return [
        line('look', x, y + 9, x, this.bandY - 1),
        line('look', x, this.bandY + BAND + 1, x, this.axisY),
        el('rect', {
          class: 'look',
          style: 'stroke-dasharray:none',
          x: x - 7,
          y: y - 8,
          width: 14,
          height: 16,
          rx: 3,
        }),
        text(x, y + 4, 'lookink mid small', moment.letter),
      ].join('');
    });
  }

  private axis(): string[] {
    const { axisY, timeline } = this;
    const drawn = [line('axis', LEFT, axisY, this.end, axisY)];
    const changes = new Set(this.of('state').map(({ frame }) => Math.floor(frame)));
    const labels: { x: number; width: number; kind: string; words: string }[] = [];
    for (const { from, milliseconds, folded, x, width } of timeline.columns) {
      const middle = LEFT + x + width / 2;
      if (folded) {
        const words = spoken(milliseconds);
        const pill = words.length * 6.2 + 14;
        const box = { x: middle - pill / 2, y: axisY - 9, width: pill, height: 18, rx: 9 };
        drawn.push(el('rect', { class: 'pill', ...box }));
        drawn.push(text(middle, axisY + 3.8, 'ink mid small', words));
        continue;
      }
      // several things in one millisecond: a bracket holds them together
      const wide = width > timeline.unit;
      if (wide) {
        const [a, b] = [LEFT + x + 5, LEFT + x + width - 5];
        drawn.push(
          el('path', { class: 'bracket', d: `M${round(a)} ${axisY - 4}v4H${round(b)}v-4` }),
        );
      } else drawn.push(line('axis', middle, axisY, middle, axisY + 3));
      const words = from.toLocaleString('en').replaceAll(',', '\u2009');
      const kind = wide || changes.has(from) ? 'ink' : 'muted';
      labels.push({ x: middle, width: words.length * 6.4 + 6, kind, words });
    }
    const placed: typeof labels = [];
    const fifth = ({ words }: { words: string }): boolean => /[05]$/.test(words);
    for (const wanted of [
      ...labels.filter(({ kind }) => kind === 'ink'),
      ...labels.filter((entry) => entry.kind !== 'ink' && fifth(entry)),
    ]) {
      const room = placed.every(
        (other) => Math.abs(other.x - wanted.x) > (other.width + wanted.width) / 2,
      );
      if (room) placed.push(wanted);
    }
    placed.sort((a, b) => a.x - b.x);
    for (const { x, kind, words } of placed)
      drawn.push(text(x, axisY + 16, `${kind} mid small`, words));
    return drawn;
  }

  private labels(): string[] {
    const at = (y: number, words: string): string => text(LEFT - 12, y + 4, 'muted right', words);
    const drawn = [
      at(this.callY, 'calls'),
      at(this.bandY + BAND / 2, 'breaker'),
      at(this.laneY(0), 'results'),
      at(this.axisY + 12, 'ms'),
    ];
    if (this.has('events')) drawn.push(at(this.lanesEnd + 12, 'events'));
    if (this.of('control').length > 0) drawn.push(at(19, 'control'));
    return drawn;
  }

  /** What the picture cannot show by itself. */
  private notes(): string[] {
    const notes: string[] = [];
    for (const [letter, { expected }] of this.claim.looks) {
      notes.push(...wrap(`${letter}: ${show(expected).replace(/^\{ | \}$/g, '')}`));
    }
    if (this.has('events')) {
      const used = new Set(
        rowOf(this.run, { name: 'events', kind: null }).map(({ letter }) => letter),
      );
      const told = Object.keys(events).filter((letter) => used.has(letter));
      if (told.length > 0)
        notes.push(told.map((letter) => `${letter} ${events[letter]}`).join(', '));
    }
    return notes;
  }

  /** The picture in words, for those who cannot see it. */
  private description(): string {
    const states = this.of('state').map(({ frame, letter }, i) =>
      i === 0 ? words[letter] : `${words[letter]} at ${frame} ms`,
    );
    const [all, refused] = [this.of('call').length, this.refused().length];
    return `The breaker is ${states.join(', ')}. Of ${all} calls, ${refused} are refused.`;
  }
}

/** Breaks a note at commas into lines that fit. */
function wrap(note: string): string[] {
  const lines: string[] = [];
  for (const part of note.split(/(?<=,) /)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + part.length > 100) lines.push(part);
    else lines[lines.length - 1] = `${last} ${part}`;
  }
  return lines.map((line, i) => (i === 0 ? line : `\u00a0\u00a0\u00a0${line}`));
}

function longest(notes: readonly string[]): number {
  return Math.max(0, ...notes.map((note) => note.length));
}

/** How long a fold is, as people say it. */
function spoken(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (Math.round(seconds) >= 3600) return `${round(seconds / 3600)} h`;
  if (Math.round(seconds) >= 120) return `${round(seconds / 60)} min`;
  return seconds >= 1 ? `${round(seconds)} s` : `${milliseconds} ms`;
}
