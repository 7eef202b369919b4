import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { claimFiles, names, picture, withGallery } from '../marbles/gallery.ts';
import { assertMarble } from '../src/testing/index.ts';

const marbles = new URL('../marbles/', import.meta.url);
const files = claimFiles();

describe('what the marbles claim', () => {
  for (const { name, text } of files) {
    const claim = text.split(/\r?\n\r?\n/, 1)[0]?.replace(/\s+/g, ' ');
    it(`${name.replace(/\/.*/, '')}: ${claim}`, () => {
      assertMarble(text, { file: `marbles/${name}.marble` });
    });
  }
});

// When one of these fails, `npm run marbles` mends it.
describe('the pictures of the marbles', () => {
  for (const file of files) {
    it(`${file.name}.svg is as drawn now`, () => {
      expect(readFileSync(new URL(`${file.name}.svg`, marbles), 'utf8')).toBe(picture(file));
    });
  }

  it('are of claims that exist', () => {
    expect(names('.svg')).toEqual(files.map(({ name }) => name));
  });

  it('are all in the gallery', () => {
    const readme = readFileSync(new URL('README.md', marbles), 'utf8');
    expect(readme === withGallery(readme, files)).toBe(true);
  });
});
