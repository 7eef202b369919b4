import { show } from '../../core/index.js';
import { bracketedLength, openBrackets } from './brackets.js';
import { checkLetters } from './checkLetters.js';
import { type Claim, type Kind, type Look, type Row, type RowName, rowNames } from './claim.js';
import { evaluate } from './evaluate.js';
import { type Place, Text } from './marbleError.js';
import { checkFile } from './marbleOptions.js';
import { type PlacedMark, readStrip } from './strip.js';

/**
 * Reads a marble text without running it.
 *
 * @param file the origin of the text, for messages
 * @throws MarbleError with line and column, for a text that cannot be read
 * @throws TypeError for a `source` or a `file` that is no string
 *
 * @example
 * ```ts
 * const { title, rows } = parseMarble(readFileSync('claim.marble', 'utf8'), 'claim.marble');
 * console.log(title, rows.length); // Five failures in a row are enough 4
 * ```
 */
export function parseMarble(source: string, file = 'marble'): Claim {
  if (typeof source !== 'string') {
    throw new TypeError(`a marble text must be a string, got ${show(source)}`);
  }
  checkFile(file);
  return new Parser(new Text(source, file)).parse();
}

interface OpenRow extends Row {
  readonly marks: PlacedMark[];
}

const rowLine = /^\s*[a-z]+(?: (\S))?(?:\s\s+(\S.*?))?\s*$/;
const kindLine = /^(\s*)(\S+) = \s*(.*?)\s*$/;
const givenLine = /^(\s*)(\S+) (\S) = \s*(.*?)\s*$/;
const machineWords = /^\s*(circuitBreaker\s*\(|([a-z]+)( \S)?( {2}|$)|\S( \S)? = )/;

/** The groups of a match, none of which is optional. */
type Groups = readonly [all: string, ...groups: [string, string, string, string]];

class Parser {
  private readonly text: Text;
  /** The line that is being read, counted from 0. */
  private at = 0;
  /** How far the whole text is indented, as it is in a test. */
  private base = 0;
  private options: Claim['options'] = null;
  private reasons: Claim['reasons'] = null;
  private horizon = 0;
  private readonly rows: OpenRow[] = [];
  private readonly kinds = new Map<string, Kind & { readonly given: Map<string, unknown> }>();
  private readonly looks = new Map<string, Look>();

  constructor(text: Text) {
    this.text = text;
    this.given('s', '(s|)');
    this.given('f', '#');
  }

  parse(): Claim {
    const { text, kinds, looks, rows } = this;
    const first = text.lines.findIndex((line) => line.trim() !== '');
    this.base = text.lines[first]?.search(/\S/) ?? 0;
    const [title, ...prose] = this.readProse();
    if (title === undefined) {
      const place = { line: Math.max(first, 0) + 1, column: 1 };
      return this.text.fail(place, 'begin with the claim: one sentence, then an empty line');
    }
    for (; this.at < text.lines.length; this.at++) this.readLine();
    const { options, reasons, horizon } = this;
    for (const row of rows) row.marks.sort((a, b) => a.frame - b.frame);
    const claim: Claim = { text, title, prose, options, rows, reasons, kinds, looks, horizon };
    checkLetters(claim);
    return claim;
  }

  /** Paragraphs, up to the first line that the program reads. */
  private readProse(): string[] {
    const lines: string[] = [];
    for (; this.at < this.text.lines.length; this.at++) {
      const line = this.text.lines[this.at] as string;
      if (line.search(/\S/) > this.base || this.isRow(line)) break;
      lines.push(line.trim());
    }
    const paragraphs = lines.join('\n').trim().split(/\n\n+/);
    return paragraphs.filter((text) => text !== '').map((text) => text.replaceAll('\n', ' '));
  }

  /** True if a line is a row, options or a definition, although it is not indented. */
  private isRow(line: string): boolean {
    const match = machineWords.exec(line);
    if (match === null) return false;
    const name = match[2];
    return name === undefined || isRowName(name) || name === 'reasons';
  }

  private readLine(): void {
    const line = this.text.lines[this.at] as string;
    if (line.trim() === '') return;
    if (/^\s*circuitBreaker\b/.test(line)) this.readOptions(line);
    else if (givenLine.test(line)) this.readGiven(givenLine.exec(line) as RegExpExecArray);
    else if (kindLine.test(line)) this.readKind(kindLine.exec(line) as RegExpExecArray);
    else this.readRow(line);
  }

  private readOptions(line: string): void {
    const place = this.place(line.search(/\S/));
    if (this.options !== null) this.text.fail(place, 'one breaker a claim: this is the second');
    const lines = [line];
    while (openBrackets(lines.join('\n')) > 0) {
      const next = this.text.lines[this.at + 1];
      if (next === undefined) this.text.fail(place, 'the options do not end: a ) is missing');
      lines.push(next);
      this.at++;
    }
    this.options = { code: lines.join('\n').trim(), place };
  }

  private readRow(line: string): void {
    const place = this.place(line.search(/\S/));
    const name = firstWord(line);
    const match = rowLine.exec(line);
    const marbles = match?.[2];
    const kind = match?.[1] ?? null;
    if (name === 'reasons') {
      this.readReasons(place, marbles);
      return;
    }
    if (!isRowName(name)) this.refuseLine(line, place);
    if (marbles === undefined) {
      this.text.fail(place, `the row ${name} needs two spaces after its name, and then marbles`);
    }
    if (kind !== null && name !== 'results' && name !== 'source') {
      this.text.fail(place, `${name} has no rows of single kinds: only results and source have`);
    }
    const { marks, width } = readStrip(this.text, this.placeOfEnd(line, marbles), marbles);
    this.horizon = Math.max(this.horizon, width);
    const same = this.rows.find((row) => row.name === name && row.kind === kind);
    if (same) same.marks.push(...marks);
    else this.rows.push({ name, kind, place, marks: [...marks] });
  }

  private refuseLine(line: string, place: Place): never {
    const word = firstWord(line);
    const near = Object.keys(rowNames).find((name) => isNear(name, word));
    if (/^\S( \S)? ?=/.test(line.trim())) {
      this.text.fail(place, 'put a space before and after the =');
    }
    if (/^circuit-?breaker/i.test(word)) {
      this.text.fail(place, 'did you mean circuitBreaker({ ... })?');
    }
    if (line.search(/\S/) <= this.base) {
      this.text.fail(
        place,
        'text belongs above the options; or is this a row, and its name is wrong?',
      );
    }
    const known = `${Object.keys(rowNames).join(', ')} or reasons`;
    const hint = near === undefined ? `a row is ${known}` : `did you mean ${near}?`;
    this.text.fail(place, `no row is called '${word}'; ${hint}`);
  }

  private readReasons(place: Place, text: string | undefined): void {
    if (text === undefined) {
      this.text.fail(place, 'the row reasons needs two spaces, and then reasons');
    }
    const words = text.split(',').map((word) => word.trim());
    this.reasons = { words: [...(this.reasons?.words ?? []), ...words], place };
  }

  private readKind(match: RegExpExecArray): void {
    const [line, indent, name, rest] = match as unknown as Groups;
    const place = this.place(indent.length);
    if (!/^[a-z]$/.test(name) || name === 'o' || name === 'x') {
      this.text.fail(
        place,
        `a kind is called by one small letter other than o and x, not '${name}'`,
      );
    }
    const known = this.kinds.get(name);
    if (known && known.place !== null) this.text.fail(place, `the kind ${name} is defined twice`);
    const marbles = rest.split(/\s\s/, 1)[0] as string;
    const after = rest.slice(marbles.length).trim();
    if (marbles === '') this.text.fail(place, `the kind ${name} needs marbles, such as --(s|)`);
    const strip = readStrip(this.text, this.placeOfEnd(line, rest), marbles);
    const { callOptions, comment } = this.readCallOptions(this.placeOfEnd(line, after), after);
    this.kinds.set(name, { letter: name, place, ...strip, given: new Map(), callOptions, comment });
  }

  /** Splits the text after a kind's marbles into call options `{ ... }` and a comment. */
  private readCallOptions(place: Place, after: string): Pick<Kind, 'callOptions' | 'comment'> {
    if (!after.startsWith('{')) return { callOptions: null, comment: after };
    const end = bracketedLength(after);
    if (end === null) this.text.fail(place, 'the call options do not end: a } is missing');
    const code = after.slice(0, end);
    const value = evaluate(this.text, place, code) as object;
    return { callOptions: { code, value }, comment: after.slice(end).trim() };
  }

  private readGiven(match: RegExpExecArray): void {
    const [line, indent, name, key, code] = match as unknown as Groups;
    const place = this.place(indent.length);
    const value = evaluate(this.text, this.placeOfEnd(line, code), code);
    if (name === 'look') {
      if (this.looks.has(key)) this.text.fail(place, `look ${key} is defined twice`);
      this.looks.set(key, { place, expected: value });
      return;
    }
    const kind = this.kinds.get(name);
    if (kind === undefined) {
      this.text.fail(place, `no kind ${name} before this line: define it first, as ${name} = --|`);
    }
    if (!kind.marks.some(({ letter }) => letter === key)) {
      this.text.fail(this.place(indent.length + name.length + 1), `the kind ${name} has no ${key}`);
    }
    kind.given.set(key, value);
  }

  private given(letter: string, marbles: string): void {
    const strip = readStrip(this.text, this.place(0), marbles);
    const kind = { letter, place: null, ...strip, given: new Map(), callOptions: null };
    this.kinds.set(letter, { ...kind, comment: '' });
  }

  private place(index: number): Place {
    return { line: this.at + 1, column: index + 1 };
  }

  /** The place of the piece that ends the line. */
  private placeOfEnd(line: string, piece: string): Place {
    return this.place(line.trimEnd().length - piece.length);
  }
}

function isNear(name: string, word: string): boolean {
  const [stem, given] = [name.replace(/s$/, ''), word.toLowerCase()];
  return given.length > 2 && (stem.startsWith(given) || given.startsWith(stem));
}

function firstWord(line: string): string {
  return line.trim().split(/\s/, 1)[0] as string;
}

function isRowName(word: string): word is RowName {
  return Object.hasOwn(rowNames, word);
}
