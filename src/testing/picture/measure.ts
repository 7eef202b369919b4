/** The styles of text in a picture: the width of a character in pixels, rounded up over the usual fonts. */
const advances = {
  /** 12 px */
  plain: 6.4,
  /** 10.5 px */
  small: 5.8,
  /** 12 px, bold, spaced */
  word: 7.2,
  /** 11 px, monospaced */
  code: 6.65,
};

export type TextStyle = keyof typeof advances;

/** The width of a text, as no browser is there to measure it. */
export function widthOf(words: string, style: TextStyle): number {
  return [...words].length * advances[style];
}

/** The number of characters that fit into a width. */
export function charactersIn(width: number, style: TextStyle): number {
  return Math.floor(width / advances[style]);
}
