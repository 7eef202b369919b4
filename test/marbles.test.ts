import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { assertMarble } from '../src/testing/index.ts';

const root = new URL('../marbles/', import.meta.url);
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.marble'))
  .sort();

describe('marbles', () => {
  for (const file of files) {
    const text = readFileSync(new URL(file, root), 'utf8');
    it(`${file.replace('.marble', '')}: ${text.split(/\r?\n\r?\n/, 1)[0]?.replace(/\s+/g, ' ')}`, () => {
      assertMarble(text, { file: `marbles/${file}` });
    });
  }
});
