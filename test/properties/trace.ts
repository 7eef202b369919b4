import { callKinds } from './calls.ts';

/** Something at a time: a letter of a row. */
export interface Mark {
  readonly frame: number;
  readonly letter: string;
}

// `o`, `x`, `s` and `f` mean something already
const LETTERS = 'abcdeghijklmnpqrtuvwyz';

/** What was done in one run, as marbles have it: rows, and what each call's source did. */
export class Trace {
  readonly calls: Mark[] = [];
  readonly cancel: Mark[] = [];
  readonly controls: Mark[] = [];
  /** By letter: what the source did, in milliseconds after the call, and the error it ended with. */
  readonly kinds = new Map<
    string,
    { readonly from: number; readonly marks: Mark[]; error?: string }
  >();
  /** What no marble can say. */
  readonly remarks: string[] = [];

  /** A call; it has no number when it was refused. */
  call(frame: number, number: number | undefined, kind: number): void {
    if (kind > 0) this.remark(frame, `a call is made with ${callKinds[kind]?.text}`);
    const letter = number === undefined ? 's' : letterOf(number);
    this.calls.push({ frame, letter });
    if (number !== undefined) this.kinds.set(letter, { from: frame, marks: [] });
  }

  end(frame: number, number: number, how: string, what: string): void {
    const letter = letterOf(number);
    const kind = this.kinds.get(letter);
    if (kind === undefined) return;
    if (how === 'cancel' || how === 'ignore') {
      this.cancel.push({ frame, letter });
      return;
    }
    if (how === 'error') kind.error = what;
    const mark = how === 'value' ? what : how === 'error' ? '#' : '|';
    kind.marks.push({ frame: frame - kind.from, letter: mark });
  }

  control(frame: number, letter: string): void {
    this.controls.push({ frame, letter });
  }

  /** Something that no marble can say. */
  remark(frame: number, what: string): void {
    this.remarks.push(`At ${frame} ${what}, which no marble can say.`);
  }
}

function letterOf(number: number): string {
  return LETTERS[number % LETTERS.length] as string;
}
