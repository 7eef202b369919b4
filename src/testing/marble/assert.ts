import { type Claim, label, type Row, rowNames } from './claim.js';
import { MarbleError, type Place } from './marbleError.js';
import { matches, pick, show } from './matches.js';
import { duration, type PrintedRow, printRows } from './print.js';
import type { Mark } from './strip.js';
import { type Run, rowOf } from './trace.js';

/** Throws a `MarbleError` that shows the expected rows and the real ones, unless the claim holds. */
export function assertRun(claim: Claim, run: Run, watched: boolean): void {
  const wrong = differences(claim, run, watched);
  const [first] = wrong;
  if (first === undefined) return;
  const how = watched ? '' : '\n\n  (while nobody subscribes to state$ or events$)';
  const message = `${claim.title}${how}\n\n${diff(claim, run, wrong)}\n\n  ${first.words}\n`;
  throw new MarbleError(claim.text.file, first.place, message);
}

interface Difference {
  /** The row, or the name of the line, that differs. */
  readonly row: string;
  readonly place: Place;
  readonly words: string;
}

function differences({ rows, looks, reasons }: Claim, run: Run, watched: boolean): Difference[] {
  const wrong: Difference[] = [];
  for (const row of rows) {
    const ofState = row.name === 'state' || row.name === 'events';
    if (rowNames[row.name].input || (ofState && !watched)) continue;
    const difference = firstDifference(row, rowOf(run, row));
    if (difference !== null) wrong.push(difference);
  }
  if (watched && reasons !== null && reasons.words.join() !== run.reasons.join()) {
    const words = `the reasons are ${run.reasons.join(', ') || 'none'}`;
    wrong.push({ row: 'reasons', place: reasons.place, words });
  }
  for (const [letter, { place, expected }] of looks) {
    const seen = run.looks.get(letter) as readonly unknown[];
    if (seen.every((look) => matches(expected, look))) continue;
    wrong.push({ row: `look ${letter}`, place, words: `look ${letter} found something else` });
  }
  return wrong;
}

function firstDifference(row: Row, actual: readonly Mark[]): Difference | null {
  const length = Math.max(row.marks.length, actual.length);
  for (const i of Array(length).keys()) {
    const expected = row.marks[i];
    const [wanted, got] = [say(expected), say(actual[i])];
    if (wanted === got) continue;
    const words = `${label(row)}: expected ${wanted}, got ${got}`;
    return { row: label(row), place: expected ?? row.marks.at(-1) ?? row.place, words };
  }
  return null;
}

/** In rows of single kinds `#` means `x`. */
function normal({ letter }: Mark): string {
  return letter === '#' ? 'x' : letter;
}

function say(mark: Mark | undefined): string {
  return mark === undefined ? 'nothing more' : `${normal(mark)} at ${mark.frame} ms`;
}

/** All rows; a row that differs stands there twice, as expected and as it happened. */
function diff(claim: Claim, run: Run, wrong: readonly Difference[]): string {
  const isWrong = (name: string): boolean => wrong.some(({ row }) => row === name);
  const rows: (PrintedRow & { readonly sign: string })[] = [];
  for (const row of claim.rows) {
    const name = label(row);
    const marks = row.marks.map((mark) => ({ ...mark, letter: normal(mark) }));
    rows.push({ label: name, marks, sign: isWrong(name) ? '-' : ' ' });
    if (isWrong(name)) rows.push({ label: name, marks: rowOf(run, row), sign: '+' });
  }
  const lines = printRows(rows, claim.horizon).flatMap((printed, i) =>
    printed.map((line) => `${(rows[i] as { readonly sign: string }).sign} ${line}`),
  );
  const { reasons, looks } = claim;
  if (reasons && isWrong('reasons')) {
    lines.push(`- reasons  ${reasons.words.join(', ')}`, `+ reasons  ${run.reasons.join(', ')}`);
  }
  for (const [letter, { expected }] of looks) {
    if (!isWrong(`look ${letter}`)) continue;
    lines.push(`- look ${letter} = ${show(expected)}`);
    for (const seen of run.looks.get(letter) as readonly unknown[]) {
      lines.push(`+ look ${letter} = ${show(pick(expected, seen))}`);
    }
  }
  lines.push('', `- expected, + what happened in these ${duration(claim.horizon)}`);
  return lines.map((line) => `  ${line}`.trimEnd()).join('\n');
}
