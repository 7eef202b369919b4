/** How a call ended, by its code: 1 for a failure and 2 for slow, added. */
const letters = 'sfSF';

/** The outcomes of the last calls, by the number of the call: call n lies at n modulo `size`. */
export class CallRing {
  private readonly codes: Uint8Array;

  constructor(size: number) {
    this.codes = new Uint8Array(size);
  }

  get size(): number {
    return this.codes.length;
  }

  /** Stores the code of a call in the place of the call `size` before it, whose code it returns. */
  push(call: number, code: number): number {
    const place = call % this.codes.length;
    const replaced = this.codes[place] as number;
    this.codes[place] = code;
    return replaced;
  }

  /** Turns the success of a call into a failure. */
  amend(call: number): void {
    (this.codes[call % this.codes.length] as number)++;
  }

  /** The outcomes of a range of calls as letters; see `WindowSnapshot`. */
  outcomes(from: number, to: number): string {
    let outcomes = '';
    for (let call = from; call < to; call++) {
      outcomes += letters[this.codes[call % this.codes.length] as number];
    }
    return outcomes;
  }

  /** The code that a letter stands for. */
  static codeOf(letter: string): number {
    return letters.indexOf(letter);
  }
}
