import { type Claim, label, type Row, rowNames } from './claim.js';
import { controls, events, legend, states } from './letters.js';

/** Throws if a row uses a letter without a meaning, or if a kind or a look is defined and not used. */
export function checkLetters(claim: Claim): void {
  const { text, rows, kinds, looks } = claim;
  const used = new Set<string>();
  for (const row of rows) {
    if (row.kind !== null && !kinds.has(row.kind)) {
      text.fail(row.place, `no kind ${row.kind}: define it below the rows, as ${row.kind} = --|`);
    }
    for (const mark of row.marks) {
      const problem = complaint(claim, row, mark.letter);
      if (problem !== null) text.fail(mark, problem);
      used.add(`${row.name} ${mark.letter}`);
    }
  }
  for (const { letter, place, marks } of kinds.values()) {
    if (place === null) continue;
    if (!used.has(`calls ${letter}`)) text.fail(place, `no call is of the kind ${letter}`);
    const end = marks.findIndex((mark) => mark.letter === '|' || mark.letter === '#');
    const after = marks[end + 1];
    if (end >= 0 && after !== undefined)
      text.fail(after, 'nothing can come after the end (a text needs two spaces before it)');
    for (const mark of marks) {
      if (!/[a-zA-Z0-9|#]/.test(mark.letter) || 'xo'.includes(mark.letter)) {
        text.fail(mark, `a kind is made of values (letters but o and x, digits), | and #`);
      }
    }
  }
  for (const [letter, { place }] of looks) {
    if (!used.has(`look ${letter}`)) text.fail(place, `look ${letter} is in no row look`);
  }
}

/** The fault of a letter in a row; `null` for a good letter. */
function complaint({ kinds, looks }: Claim, row: Row, letter: string): string | null {
  const { letters } = rowNames[row.name];
  const name = label(row);
  if (row.name === 'source' && row.kind !== null) {
    return '^!'.includes(letter) ? null : `the row ${name} is made of ^ and !, not '${letter}'`;
  }
  if (letters === 'looks') {
    return looks.has(letter) ? null : `add a line: look ${letter} = { what the look finds }`;
  }
  if (letters === 'kinds') {
    if (kinds.has(letter)) return null;
    return /[a-np-wyz]/.test(letter)
      ? `no kind ${letter}: define it below the rows, as ${letter} = ---(${letter}|)`
      : `the row ${name} is made of the letters of kinds, not '${letter}'`;
  }
  if (letters === 'values') {
    const end = row.kind === null ? '' : ' and |';
    if (letter === 'o' || letter === 'x' || (row.kind !== null && '|#'.includes(letter)))
      return null;
    if (letter === '|') return `completion is shown in rows like 'results s' only`;
    if (letter === '#') return `an error is an x in results`;
    const values = [...kinds.values()]
      .filter((kind) => row.kind === null || kind.letter === row.kind)
      .flatMap(({ marks }) => marks.map((mark) => mark.letter));
    return values.includes(letter)
      ? null
      : `no call gives the value '${letter}'; ${name} is made of values, x (failed), o (refused)${end}`;
  }
  return letters.includes(letter)
    ? null
    : `the row ${name} is made of ${legends[row.name]}, not '${letter}'`;
}

const legends: { readonly [name: string]: string } = {
  control: legend(controls),
  state: legend(states),
  events: `${legend(events)} and the letters of states`,
};
