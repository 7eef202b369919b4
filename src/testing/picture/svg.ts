type Attributes = { readonly [name: string]: string | number };

/** An SVG element as text; numbers are rounded, so that the same picture is the same bytes everywhere. */
export function el(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .map(
      ([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeXml(value)}"`,
    )
    .join('');
  return children.length === 0
    ? `<${name}${written}/>`
    : `<${name}${written}>${children.join('')}</${name}>`;
}

export function text(x: number, y: number, kind: string, words: string): string {
  return el('text', { class: kind, x, y }, escapeXml(words));
}

export function line(kind: string, x1: number, y1: number, x2: number, y2: number): string {
  return el('path', { class: kind, d: `M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}` });
}

export function escapeXml(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
