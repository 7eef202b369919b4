import { draw } from '../picture/draw.js';
import { assertRun } from './assert.js';
import { label, type Row, rowNames } from './claim.js';
import { checkMarbleOptions, type MarbleOptions } from './marbleOptions.js';
import { pick, show } from './matches.js';
import { parseMarble } from './parse.js';
import { printRows } from './print.js';
import { setUp } from './setup.js';
import { runClaim, type Watching } from './stage.js';
import { rowOf } from './trace.js';

const both: Watching = ['state$', 'events$'];

/**
 * Runs a marble text on virtual time. Throws a `MarbleError` if a row differs from the run; the message
 * shows the expected row and the real row as aligned marbles.
 *
 * The text is run twice: with a subscriber to the breaker, and without one. `assertMarble` works in any test
 * runner. Do not call it inside `TestScheduler.run()`.
 *
 * @param text a marble text; its format is described in `marbles/README.md`
 * @throws MarbleError for a text that cannot be read (with line and column), and for a claim that does not hold
 * @throws TypeError for a `text` that is no string, or for wrong `options`
 *
 * @example
 * ```ts
 * it('stops calling a service that is down', () => {
 *   assertMarble(`
 *     Five failures in a row are enough
 *
 *       calls  -fffffs-
 *       state  C----O--
 *   `, { breaker: { consecutiveFailureThreshold: 5 } });
 * });
 * ```
 */
export function assertMarble(text: string, options: MarbleOptions = {}): void {
  checkMarbleOptions('assertMarble', options);
  const claim = parseMarble(text, options.file);
  const asserts = claim.rows.some(({ name }) => !rowNames[name].input);
  if (!asserts && claim.reasons === null && claim.looks.size === 0) {
    const place = claim.rows[0]?.place ?? { line: 1, column: 1 };
    claim.text.fail(place, 'nothing is asserted: add a row results, source, state or events');
  }
  const { make } = setUp(claim, options);
  const told = claim.reasons !== null || claim.rows.some(({ name }) => name === 'events');
  const watched: Watching = told ? both : ['state$'];
  assertRun(claim, runClaim(claim, make, ...watched), true);
  assertRun(claim, runClaim(claim, make), false);
}

/**
 * The rows of a marble text as they happen, with `source`, `results` and `state` added if the text has no such
 * row. The author of a new claim writes the inputs, then checks and adopts the printed rows.
 *
 * @throws MarbleError for a text that cannot be read (with line and column)
 * @throws TypeError for a `text` that is no string, or for wrong `options`
 *
 * @example
 * ```ts
 * const inputs = 'One failure is enough\n\n  calls  -f-s';
 * console.log(printMarble(inputs, { breaker: { failureThreshold: 1 } }));
 * //   calls    -f-s
 * //   source   -f--
 * //   results  -x-o
 * //   state    CO--
 * ```
 */
export function printMarble(text: string, options: MarbleOptions = {}): string {
  checkMarbleOptions('printMarble', options);
  const claim = parseMarble(text, options.file);
  const run = runClaim(claim, setUp(claim, options).make, ...both);
  const rows: Pick<Row, 'name' | 'kind'>[] = [...claim.rows];
  for (const name of ['source', 'results', 'state'] as const) {
    if (!rows.some((row) => label(row) === name)) rows.push({ name, kind: null });
  }
  const actual = rows.map((row) => ({ label: label(row), marks: rowOf(run, row) }));
  const lines = printRows(actual, claim.horizon).flat();
  if (claim.reasons !== null) lines.push(`reasons  ${run.reasons.join(', ')}`);
  for (const [letter, { expected }] of claim.looks) {
    for (const seen of run.looks.get(letter) as readonly unknown[]) {
      lines.push(`look ${letter} = ${show(pick(expected, seen))}`);
    }
  }
  return lines.map((line) => `  ${line}`).join('\n');
}

/**
 * The picture of a marble text's run: an SVG for light and dark pages. The same text gives the same
 * bytes. The picture shows the options, the letters of the calls and the findings of the looks below the
 * marbles.
 *
 * @throws MarbleError for a text that cannot be read (with line and column)
 * @throws TypeError for a `text` that is no string, or for wrong `options`
 *
 * @example
 * ```ts
 * writeFileSync('payments.svg', drawMarble(text, { breaker: paymentOptions }));
 * ```
 */
export function drawMarble(text: string, options: MarbleOptions = {}): string {
  checkMarbleOptions('drawMarble', options);
  const claim = parseMarble(text, options.file);
  const setup = setUp(claim, options);
  return draw(claim, runClaim(claim, setup.make, ...both), setup);
}
