/** Colours by class: in a light page, and in a dark one. */
const colours: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  paper: ['#ffffff', '#0d1117'],
  title: ['#1f2328', '#e6edf3'],
  name: ['#1f2328', '#e6edf3'],
  note: ['#59636e', '#9198a1'],
  best: ['#1a7f37', '#3fb950'],
  answered: ['#0969da', '#4493f8'],
  failed: ['#d1242f', '#f85149'],
  refused: ['#c6ced6', '#59636e'],
  trouble: ['#ffebe9', '#2d1416'],
  closed: ['#1a7f37', '#238636'],
  open: ['#d1242f', '#da3633'],
  'half-open': ['#f5c542', '#e3b341'],
  isolated: ['#424a53', '#6e7681'],
  disabled: ['#8250df', '#8957e5'],
};

const shapes = [
  '.lab text{font:12px ui-sans-serif,system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}',
  '.lab .title{font-weight:600;font-size:13px}',
  '.lab .name{font-weight:600}',
  '.lab .end{text-anchor:end}',
  '.lab .middle{text-anchor:middle}',
];

function escapeXml(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** One decimal, so that the same picture is the same bytes everywhere. */
function short(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A filled rectangle. */
export function rectangle(
  kind: string,
  x: number,
  y: number,
  width: number,
  height: number,
): string {
  return `<rect class="${kind}" x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"/>`;
}

/** Words, of one class or more. */
export function label(x: number, y: number, kind: string, words: string): string {
  return `<text class="${kind}" x="${short(x)}" y="${short(y)}">${escapeXml(words)}</text>`;
}

/** The whole picture, with its words for those who do not see it. */
export function document(
  width: number,
  height: number,
  words: string,
  parts: readonly string[],
): string {
  const themed = (side: 0 | 1): string[] =>
    Object.entries(colours).map(([name, pair]) => `.lab .${name}{fill:${pair[side]}}`);
  const style = [
    ...shapes,
    ...themed(0),
    '@media (prefers-color-scheme:dark){',
    ...themed(1),
    '}',
  ].join('\n');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="lab" role="img" viewBox="0 0 ${width} ${short(height)}" width="${width}">`,
    `<title>${escapeXml(words)}</title>`,
    `<style>${style}</style>`,
    rectangle('paper', 0, 0, width, height),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
