import { el, escapeXml, line, round } from './svg.js';

/** A letter in the middle of a disc of this radius. */
function letter(x: number, y: number, r: number, kind: string, word: string): string {
  const size = Math.min(12, r * 1.35);
  const place = {
    class: `letter ${kind}`,
    x,
    y: y + size * 0.35,
    style: `font-size:${round(size)}px`,
  };
  return el('text', place, escapeXml(word));
}

/** The look of a disc. A counted disc is solid, any other is hollow with a broken edge. */
interface DiscLook {
  readonly counted: boolean;
  readonly good: boolean;
  readonly sign: 'letter' | 'cross' | 'dash';
  readonly letter: string;
}

/** A result: blue is good, red is bad; a letter is a value, a cross an error, a dash a call given up. */
export function disc(x: number, y: number, r: number, look: DiscLook): string {
  const { counted, sign } = look;
  const colour = look.good ? 'good' : 'bad';
  const neutral = sign === 'dash' && !counted;
  const kind = counted ? `solid ${colour}` : `hollow ${neutral ? 'gone' : colour}`;
  // the edge of a hollow disc lies inside the same radius
  const circle = el('circle', { class: kind, cx: x, cy: y, r: counted ? r : r - 0.8 });
  if (sign === 'letter') {
    return circle + letter(x, y, r, counted ? 'on' : `ink-${colour}`, look.letter);
  }
  const mark = counted ? 'mark' : `mark ${neutral ? 'gone' : colour}`;
  return circle + strokes[sign](mark, x, y, r);
}

const strokes = {
  cross(kind: string, x: number, y: number, r: number): string {
    const d = r * 0.38;
    return line(kind, x - d, y - d, x + d, y + d) + line(kind, x - d, y + d, x + d, y - d);
  },
  dash(kind: string, x: number, y: number, r: number): string {
    const d = r * 0.45;
    return line(kind, x - d, y, x + d, y);
  },
};

/** The circle of a call with the letter of its kind. */
export function callCircle(x: number, y: number, r: number, kind: string): string {
  return el('circle', { class: 'call', cx: x, cy: y, r }) + letter(x, y, r, 'ink', kind);
}

/** A no-entry sign: the call is refused. It is hollow, for a refusal counts nothing. */
export function refusal(x: number, y: number, r: number): string {
  const sign = el('circle', { class: 'refused', cx: x, cy: y, r: r - 1 });
  return sign + line('stroke', x - r * 0.45, y, x + r * 0.45, y);
}

/** The box of a look with its letter. */
export function lookBox(x: number, y: number, word: string): string {
  const box = { class: 'look box', x: x - 7, y: y - 8, width: 14, height: 16, rx: 3 };
  return el('rect', box) + el('text', { class: 'lookink mid small', x, y: y + 4 }, escapeXml(word));
}
