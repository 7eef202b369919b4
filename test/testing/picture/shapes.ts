import { JSDOM } from 'jsdom';

/** A rectangle in a picture. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** An element of a picture with its place; `order` grows from back to front. */
export interface Shape extends Box {
  readonly tag: string;
  readonly classes: readonly string[];
  readonly text: string;
  readonly order: number;
}

/** A picture as a program sees it. */
export interface Picture {
  readonly box: Box;
  readonly label: string;
  readonly desc: string;
  readonly shapes: readonly Shape[];
  /** The drawing without its words for people who cannot see it. */
  readonly drawing: string;
}

const { window } = new JSDOM();

/** Reads well-formed XML; throws for any other text. */
export function readXml(xml: string): Element {
  const document = new window.DOMParser().parseFromString(xml, 'image/svg+xml');
  const [error] = document.getElementsByTagName('parsererror');
  if (error) throw new Error(`not well-formed: ${error.textContent}`);
  return document.documentElement;
}

export function readPicture(svg: string): Picture {
  const root = readXml(svg);
  const [left = 0, top = 0, width = 0, height = 0] = numbers(root.getAttribute('viewBox') ?? '');
  const stray = [...root.childNodes].find((node) => node.nodeType === 3 && node.nodeValue?.trim());
  if (stray) throw new Error(`text outside of any element: ${stray.nodeValue}`);
  const drawn = [...root.children].filter(({ tagName }) => !/title|desc|style/.test(tagName));
  const child = (name: string): string => root.getElementsByTagName(name)[0]?.textContent ?? '';
  return {
    box: { left, top, right: left + width, bottom: top + height },
    label: root.getAttribute('aria-label') ?? '',
    desc: child('desc'),
    shapes: drawn.map(shapeOf),
    drawing: drawn.map((element) => element.outerHTML).join('\n'),
  };
}

function shapeOf(element: Element, order: number): Shape {
  const classes = (element.getAttribute('class') ?? '').split(' ');
  const text = element.tagName === 'text' ? (element.textContent ?? '') : '';
  return { tag: element.tagName, classes, text, order, ...boxOf(element, classes, text) };
}

function boxOf(element: Element, classes: readonly string[], text: string): Box {
  const at = (name: string): number => Number(element.getAttribute(name));
  switch (element.tagName) {
    case 'rect':
      return {
        left: at('x'),
        top: at('y'),
        right: at('x') + at('width'),
        bottom: at('y') + at('height'),
      };
    case 'circle': {
      const [x, y, r] = [at('cx'), at('cy'), at('r')];
      return { left: x - r, top: y - r, right: x + r, bottom: y + r };
    }
    case 'text': {
      const size = sizeOf(element, classes);
      const width = widthOf(text, size, classes);
      const shift = classes.includes('right')
        ? 1
        : /mid|letter|word/.test(classes.join())
          ? 0.5
          : 0;
      const left = at('x') - shift * width;
      return {
        left,
        top: at('y') - 0.72 * size,
        right: left + width,
        bottom: at('y') + 0.2 * size,
      };
    }
    default: {
      const points = pointsOf(element.getAttribute('d') ?? '');
      const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
      return {
        left: Math.min(...xs),
        top: Math.min(...ys),
        right: Math.max(...xs),
        bottom: Math.max(...ys),
      };
    }
  }
}

function numbers(text: string): number[] {
  return [...text.matchAll(/-?[\d.]+/g)].map(([number]) => Number(number));
}

/** The corners of a path of the commands M, L, l, H, v and Z. */
function pointsOf(d: string): [number, number][] {
  const points: [number, number][] = [];
  let [x, y] = [0, 0];
  for (const [, command = '', rest = ''] of d.matchAll(/([A-Za-z])([^A-Za-z]*)/g)) {
    const [a = 0, b = 0] = numbers(rest);
    if (command === 'Z') continue;
    if (command === 'H') x = a;
    else if (command === 'v') y += a;
    else if (command === 'l') [x, y] = [x + a, y + b];
    else [x, y] = [a, b];
    points.push([x, y]);
  }
  return points;
}

function sizeOf(element: Element, classes: readonly string[]): number {
  const own = /font-size:([\d.]+)px/.exec(element.getAttribute('style') ?? '')?.[1];
  if (own !== undefined) return Number(own);
  return classes.includes('small') ? 10.5 : classes.includes('code') ? 11 : 12;
}

// The widths of Helvetica in thousandths of its size; other fonts of pages are up to an eighth wider.
const helvetica: readonly (readonly [characters: string, width: number])[] = [
  ["ijl'", 222],
  [' !,./:;[]\\ftI|', 278],
  ['-()r{}`', 333],
  ['*', 389],
  ['Jckvsxyz', 500],
  ['FTZ', 611],
  ['&ABEKPSVXY', 667],
  ['CDHNRUw', 722],
  ['GOQ', 778],
  ['Mm%', 833],
  ['W', 944],
];
const WIDER = 1.125;

function widthOf(text: string, size: number, classes: readonly string[]): number {
  if (classes.includes('code')) return [...text].length * size * 0.602;
  const bold = classes.includes('word') || classes.includes('letter') ? 1.06 : 1;
  const spacing = classes.includes('word') ? 0.3 : 0;
  const widths = [...text].map((char) => {
    const width = helvetica.find(([characters]) => characters.includes(char))?.[1] ?? 556;
    return (width / 1000) * size * WIDER * bold + spacing;
  });
  return widths.reduce((sum, width) => sum + width, 0);
}
