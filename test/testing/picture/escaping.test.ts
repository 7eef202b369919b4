import { describe, expect, it } from 'vitest';
import { drawMarble } from '../../../src/testing/index.ts';
import { escapeXml } from '../../../src/testing/picture/svg.ts';
import fc from '../../fastCheck.ts';
import { readPicture, readXml } from './shapes.ts';

/** Texts of all kinds of code units: markup, control characters, halves of pairs, non-characters. */
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }))
    .map((codes) => codes.map((code) => String.fromCharCode(code)).join('')),
  fc.string({
    unit: fc.constantFrom('<', '>', '&', '"', "'", ']]>', '&amp;', '\0', '\x1b', '\n', '\t', 'a'),
  }),
);

describe('the escaping of texts in a picture', () => {
  it('gives well-formed XML for any text, in elements and in attributes', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const root = readXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`);
        expect(root.textContent).toBe(root.getAttribute('b'));
        expect(root.textContent).toHaveLength(text.length);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps what XML can say', () => {
    const plain = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text));
    fc.assert(
      fc.property(plain, (text) => {
        expect(readXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`).textContent).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  it('shows the picture of a control character, and U+FFFD for what has no picture', () => {
    expect(escapeXml('\0\t\n\x1f\x7f')).toBe('\u2400\u2409\u240a\u241f\u2421');
    expect(escapeXml('\x80\x9f\ud800\udc00\ud800 \udc00\ufffe\uffff')).toBe(
      '\ufffd\ufffd\u{10000}\ufffd \ufffd\ufffd\ufffd',
    );
    expect(escapeXml(`<a b="c">&'`)).toBe("&lt;a b=&quot;c&quot;&gt;&amp;'");
  });

  it('makes a picture well-formed whatever the title, the names and the texts say', () => {
    const code = texts.filter(Boolean).map((text) => JSON.stringify(text));
    fc.assert(
      fc.property(texts, code, (text, string) => {
        const line = text.replace(/[\r\n]/g, '');
        const svg = drawMarble(
          [
            `Of ${line}`,
            '',
            `  circuitBreaker({ failureThreshold: 1, name: ${string} })`,
            '',
            '  calls  -p',
            '  look   -1',
            `  p = --#  a call ${line}`,
            `  p # = { message: ${string} }`,
            `  look 1 = { name: ${string} }`,
          ].join('\n'),
        );
        expect(readPicture(svg).shapes.length).toBeGreaterThan(10);
      }),
      { numRuns: 60 },
    );
  });
});
