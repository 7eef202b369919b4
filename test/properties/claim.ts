import { printRows } from '../../src/testing/marble/print.ts';
import { type Choice, optionsOf } from './options.ts';
import type { Run } from './script.ts';

const states = { closed: 'C', open: 'O', 'half-open': 'H', isolated: 'I', disabled: 'D' };

/**
 * A run as a marble text, with the states that the model says: what has to be so. It is ready for
 * `marbles/` but for what marbles cannot say: another order within a millisecond than control, cancel,
 * calls, sources; permits, which are shown as calls; and what a remark says.
 */
export function claim(choice: Choice, { expected, trace, elapsed }: Run): string {
  const options = Object.entries(optionsOf(choice, 'text')).map(
    ([name, value]) => `    ${name}: ${plain(value)},\n`,
  );
  const { model } = expected;
  const state = model.changes.map(({ at, to }) => ({ frame: at, letter: states[to] }));
  const rows = [
    { label: 'calls', marks: trace.calls },
    { label: 'cancel', marks: trace.cancel },
    { label: 'control', marks: trace.controls },
    { label: 'state', marks: state },
  ].filter(({ marks }) => marks.length > 0);
  const kinds = [...trace.kinds].flatMap(([letter, { marks, error }]) => {
    const length = Math.max(1, ...marks.map(({ frame }) => frame + 1));
    const [row] = printRows([{ label: `${letter} =`, marks }], length);
    const lines = (row ?? []).map((line) => line.replace(/\s+/, ' ').replace(/=\s+/, '= '));
    if (lines.length === 0) lines.push(`${letter} = -`);
    return error === undefined ? lines : [...lines, `${letter} # = '${error}'`];
  });
  return [
    'The breaker does as the design says',
    '',
    ...trace.remarks.flatMap((remark) => [remark, '']),
    `  circuitBreaker({\n${options.join('')}  })`,
    '',
    ...printRows(rows, elapsed + 1)
      .flat()
      .map((line) => `  ${line}`),
    '',
    ...kinds.map((line) => `  ${line}`),
  ].join('\n');
}

function plain(value: unknown): string {
  if (value === Number.POSITIVE_INFINITY) return 'Infinity';
  if (typeof value === 'string' && !isCode(value)) return `'${value}'`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value ?? {}).map(([name, part]) => `${name}: ${plain(part)}`);
  return `{ ${entries.join(', ')} }`;
}

/** User code stands in the options as text; other texts are values. */
const isCode = (text: string): boolean => text.includes('(');
