/** A colour in a light page and in a dark one. */
type Pair = readonly [light: string, dark: string];

const paper: Pair = ['#ffffff', '#0d1117'];
const edge: Pair = ['#d8dee4', '#30363d'];
const ink: Pair = ['#1f2328', '#e6edf3'];
const muted: Pair = ['#59636e', '#9198a1'];
const faint: Pair = ['#c6ced6', '#3d444d'];
const good: Pair = ['#0969da', '#4493f8'];
const bad: Pair = ['#d1242f', '#f85149'];

/** The bands of the states: the fill, and the ink of the word. */
const bands: { readonly [letter: string]: readonly [fill: Pair, word: Pair] } = {
  C: [
    ['#1a7f37', '#238636'],
    ['#ffffff', '#ffffff'],
  ],
  O: [
    ['#d1242f', '#da3633'],
    ['#ffffff', '#ffffff'],
  ],
  H: [
    ['#f5c542', '#e3b341'],
    ['#3b2300', '#271700'],
  ],
  I: [
    ['#424a53', '#6e7681'],
    ['#ffffff', '#ffffff'],
  ],
  D: [
    ['#8250df', '#8957e5'],
    ['#ffffff', '#ffffff'],
  ],
};

const rules: readonly (readonly [selector: string, property: string, colour: Pair])[] = [
  ['.paper', 'fill', paper],
  ['.frame', 'stroke', edge],
  ['.ink', 'fill', ink],
  ['.muted', 'fill', muted],
  ['.way', 'stroke', muted],
  ['.head', 'fill', muted],
  ['.bar', 'stroke', good],
  ['.guide', 'stroke', faint],
  ['.axis', 'stroke', faint],
  ['.bracket', 'stroke', muted],
  ['.pill', 'fill', edge],
  ['.call', 'fill', paper],
  ['.call', 'stroke', muted],
  ['.end', 'stroke', ink],
  ['.solid.good', 'fill', good],
  ['.solid.bad', 'fill', bad],
  ['.hollow', 'fill', paper],
  ['.hollow.good', 'stroke', good],
  ['.hollow.bad', 'stroke', bad],
  ['.hollow.gone', 'stroke', muted],
  ['.ink-good', 'fill', good],
  ['.ink-bad', 'fill', bad],
  ['.on', 'fill', ['#ffffff', '#0d1117']],
  ['.mark', 'stroke', ['#ffffff', '#0d1117']],
  ['.mark.good', 'stroke', good],
  ['.mark.bad', 'stroke', bad],
  ['.mark.gone', 'stroke', muted],
  ['.refused', 'fill', paper],
  ['.refused', 'stroke', bad],
  ['.stroke', 'stroke', bad],
  ['.break', 'stroke', paper],
  ['.look', 'stroke', good],
  ['.box', 'fill', paper],
  ['.lookink', 'fill', good],
  ...Object.entries(bands).flatMap(([letter, [fill, word]]) => [
    [`.band${letter}`, 'fill', fill] as const,
    [`.word${letter}`, 'fill', word] as const,
  ]),
];

const shapes = `
.marble text{font:12px ui-sans-serif,system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}
.marble .mid{text-anchor:middle}
.marble .right{text-anchor:end}
.marble .small{font-size:10.5px}
.marble .letter{font-weight:600;text-anchor:middle}
.marble .word{font-weight:600;text-anchor:middle;letter-spacing:.3px}
.marble .code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:11px}
.marble path{fill:none;stroke-linecap:round}
.marble .way{stroke-width:1.5}
.marble .bar{stroke-width:4;stroke-opacity:.35}
.marble .guide{stroke-dasharray:2 4}
.marble .end,.marble .mark{stroke-width:2}
.marble .stroke{stroke-width:2.6;stroke-linecap:butt}
.marble .call{stroke-width:1.5}
.marble .hollow{stroke-width:1.6;stroke-dasharray:2.6 1.9}
.marble .refused{stroke-width:2}
.marble .before{opacity:.55}
.marble .break{stroke-width:3.5;stroke-linecap:butt}
.marble path.look{stroke-dasharray:1 3}
`.trim();

/** The style sheet of a picture: the rules for its classes. */
export function styleFor(picture: string): string {
  const classes = new Set(
    [...picture.matchAll(/class="([^"]*)"/g)].flatMap((match) => (match[1] as string).split(' ')),
  );
  const uses = (selector: string): boolean =>
    selector.split('.').every((name) => name === '' || classes.has(name));
  const needed = rules.filter(([selector]) => uses(selector));
  const themed = (side: 0 | 1): string[] =>
    needed.map(([selector, property, pair]) => `.marble ${selector}{${property}:${pair[side]}}`);
  const dark = ['@media (prefers-color-scheme:dark){', ...themed(1), '}'];
  return [shapes, ...themed(0), ...dark].join('\n');
}
