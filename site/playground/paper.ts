/** The colours of the page, as its style sheet has them. */
export type Colours = Readonly<
  Record<
    | 'ink'
    | 'muted'
    | 'faint'
    | 'card'
    | 'good'
    | 'bad'
    | 'bad-wash'
    | 'closed'
    | 'open'
    | 'half-open'
    | 'half-ink',
    string
  >
>;

const names = [
  'ink',
  'muted',
  'faint',
  'card',
  'good',
  'bad',
  'bad-wash',
  'closed',
  'open',
  'half-open',
  'half-ink',
];

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  return Object.fromEntries(
    names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as Colours;
}

/** A canvas to draw on, in the pixels of the style sheet. */
export interface Paper {
  readonly pen: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
}

export const FONT =
  'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif';

/** Clears the canvas and fits it to its place on the page and to the pixels of the screen. */
export function paperOf(canvas: HTMLCanvasElement): Paper | null {
  const { clientWidth: width, clientHeight: height } = canvas;
  const pen = canvas.getContext('2d');
  if (width === 0 || pen === null) return null;
  const scale = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.lineCap = 'round';
  pen.textBaseline = 'middle';
  return { pen, width, height };
}
