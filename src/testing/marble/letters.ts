import type { CircuitState } from '../../index.js';

/** The letters that mean the same in every marble text, each with its word. */
type Letters<Word extends string = string> = { readonly [letter: string]: Word };

/** The letters of the row `state`. */
export const states: Letters<CircuitState> = {
  C: 'closed',
  O: 'open',
  H: 'half-open',
  I: 'isolated',
  D: 'disabled',
};

/** The letters of the row `events` beside those of the states: an event's letter and its type. */
export const events: Letters = {
  s: 'success',
  x: 'failure',
  i: 'ignored',
  c: 'cancelled',
  o: 'rejected',
  l: 'late',
  e: 'probe-expired',
  r: 'reset',
};

/** The letters of the row `control`. A small letter unsubscribes the oldest handle of its capital. */
export const controls: Letters = {
  I: 'isolate()',
  i: 'isolate lifted',
  D: 'disable()',
  d: 'disable lifted',
  R: 'reset()',
  T: 'trip()',
  H: 'halfOpen()',
};

/** The letter of a word in a table. Every word of the breaker's stands in its table. */
export function letterOf(letters: Letters, word: string): string {
  return Object.keys(letters).find((letter) => letters[letter] === word) as string;
}

/** A table as a sentence of a message shows it: `C (closed), O (open)`. */
export function legend(letters: Letters): string {
  return Object.entries(letters)
    .map(([letter, word]) => `${letter} (${word})`)
    .join(', ');
}
