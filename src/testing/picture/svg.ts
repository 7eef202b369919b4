type Attributes = { readonly [name: string]: string | number };

/** An SVG element as text. Numbers are rounded: the same picture is the same bytes on every machine. */
export function el(name: string, attributes: Attributes, content?: string): string {
  const written = Object.entries(attributes)
    .map(
      ([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeXml(value)}"`,
    )
    .join('');
  return content === undefined ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

export function text(x: number, y: number, kind: string, words: string): string {
  return el('text', { class: kind, x, y }, escapeXml(words));
}

export function line(kind: string, x1: number, y1: number, x2: number, y2: number): string {
  return el('path', { class: kind, d: `M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}` });
}

/**
 * Text for an element or an attribute of XML. XML has no control characters, not even escaped ones: their
 * pictures of Unicode (U+2400 to U+2421) stand for them, and U+FFFD stands for half a surrogate pair.
 */
export function escapeXml(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/\p{Cc}/gu, pictureOf)
    .replace(/[\p{Surrogate}\ufffe\uffff]/gu, '\ufffd');
}

function pictureOf(control: string): string {
  const code = control.charCodeAt(0);
  if (code === 0x7f) return '\u2421';
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
