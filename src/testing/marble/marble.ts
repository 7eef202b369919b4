import type { SchedulerLike } from 'rxjs';
import { type CircuitBreaker, type CircuitBreakerOptions, circuitBreaker } from '../../index.js';
import { draw } from '../picture/draw.js';
import { assertRun } from './assert.js';
import { type Claim, label, type Row, rowNames } from './claim.js';
import { evaluate } from './evaluate.js';
import { pick, show } from './matches.js';
import { parseMarble } from './parse.js';
import { printRows } from './print.js';
import { type MakeBreaker, rowOf, runClaim } from './stage.js';

/** What a marble text does not say itself. */
export interface MarbleOptions {
  /**
   * The breaker that the text is about, where the text has no line `circuitBreaker(...)`: its options, or
   * a function that makes it. It is made in virtual time, anew for every run.
   */
  readonly breaker?: CircuitBreakerOptions | ((scheduler: SchedulerLike) => CircuitBreaker);
  /**
   * Where the text is from, for messages.
   * @default 'marble'
   */
  readonly file?: string;
}

/**
 * Runs a marble text and throws unless what it claims is what happens, with both in the message as
 * aligned marbles.
 *
 * Works in any test runner: it needs none. Do not call it inside `TestScheduler.run()`.
 *
 * @example
 * ```ts
 * it('stops calling a service that is down', () => {
 *   assertMarble(`
 *     Five failures in a row are enough
 *
 *       calls  -fffffs-
 *       state  C----O--
 *   `, { breaker: paymentOptions });
 * });
 * ```
 */
export function assertMarble(text: string, options: MarbleOptions = {}): void {
  const claim = parseMarble(text, options.file);
  const asserts = claim.rows.some(({ name }) => !rowNames[name].input);
  if (!asserts && claim.reasons === null && claim.looks.size === 0) {
    const place = claim.rows[0]?.place ?? { line: 1, column: 1 };
    claim.text.fail(place, 'nothing is asserted: add a row results, source, state or events');
  }
  const make = maker(claim, options);
  for (const watched of [true, false]) assertRun(claim, runClaim(claim, make, watched), watched);
}

/** How to make the breaker of a claim. */
function maker(claim: Claim, { breaker }: MarbleOptions): MakeBreaker {
  const { text, options } = claim;
  if (options === null) {
    const place = claim.rows[0]?.place ?? { line: 1, column: 1 };
    if (breaker === undefined) {
      text.fail(place, 'no breaker: add a line circuitBreaker({ ... }) above the rows');
    }
    if (typeof breaker !== 'function') return () => circuitBreaker(breaker);
    if ('state$' in breaker) {
      text.fail(place, 'the breaker given goes by another clock: give its options, or a function');
    }
    return breaker;
  }
  const { place, code } = options;
  if (breaker !== undefined) {
    text.fail(place, 'this line makes a breaker and another one was given: leave one out');
  }
  return () => evaluate(text, place, code) as CircuitBreaker;
}

/**
 * The rows of a marble text as they really are, `source`, `results` and `state` added where they are
 * missing: for the author of a new claim, who writes what is done, and checks and adopts what happens.
 */
export function printMarble(text: string, options: MarbleOptions = {}): string {
  const claim = parseMarble(text, options.file);
  const run = runClaim(claim, maker(claim, options), true);
  const rows: Pick<Row, 'name' | 'kind'>[] = [...claim.rows];
  for (const name of ['source', 'results', 'state'] as const) {
    if (!rows.some((row) => label(row) === name)) rows.push({ name, kind: null });
  }
  const actual = rows.map((row) => ({ label: label(row), marks: rowOf(run, row) }));
  const lines = printRows(actual, claim.horizon).flat();
  if (claim.reasons !== null) lines.push(`reasons  ${run.reasons.join(', ')}`);
  for (const [letter, { expected }] of claim.looks) {
    for (const seen of run.looks.get(letter) ?? []) {
      lines.push(`look ${letter} = ${show(pick(expected, seen))}`);
    }
  }
  return lines.map((line) => `  ${line}`).join('\n');
}

/**
 * The picture of what really happens in a marble text: an SVG, good on a light page and on a dark one.
 * The same text gives the same bytes.
 */
export function drawMarble(text: string, options: MarbleOptions = {}): string {
  const claim = parseMarble(text, options.file);
  return draw(claim, runClaim(claim, maker(claim, options), true));
}
