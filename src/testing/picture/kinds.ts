import type { Kind } from '../marble/claim.js';
import { show } from '../marble/matches.js';

/** A kind of call in words: the words of the text, else the meaning of the marbles; then values and options. */
export function kindInWords({ marks, given, callOptions, comment }: Kind): string {
  const values = [...given].map(([letter, value]) =>
    letter === '#' ? `error: ${shown(value)}` : `${letter}: ${shown(value)}`,
  );
  const options = callOptions === null ? [] : [callOptions.code];
  return [comment === '' ? marblesInWords(marks) : comment, ...values, ...options].join(', ');
}

function marblesInWords(marks: Kind['marks']): string {
  const last = marks.at(-1);
  if (last === undefined) return 'hangs';
  const when = last.frame === 0 ? 'at once' : `after ${last.frame} ms`;
  const values = marks.filter(({ letter }) => !'|#'.includes(letter));
  const [first] = values;
  if (first === undefined) return last.letter === '#' ? `fails ${when}` : `completes ${when}`;
  if (values.length === 1 && last.letter === '|' && first.frame === last.frame) {
    return `succeeds ${when}`;
  }
  const emitted = `emits ${values.map(({ letter }) => letter).join(', ')}`;
  if (last.letter === '|') return `${emitted}, completes ${when}`;
  return last.letter === '#' ? `${emitted}, fails ${when}` : `${emitted}, never ends`;
}

function shown(value: unknown): string {
  return value instanceof Error ? `${value.name}(${show(value.message)})` : show(value);
}
