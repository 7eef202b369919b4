/** The letter of each code. code = (failure ? 1 : 0) + (slow ? 2 : 0). */
const letters = 'sfSF';

/** The outcomes of the last `size` calls. Call number n lies at n % size. */
export class CallRing {
  private readonly codes: Uint8Array;

  constructor(size: number) {
    this.codes = new Uint8Array(size);
  }

  /** Stores the code of a call. Returns the replaced code, that of call number n - size. */
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

  /** The code of a letter. */
  static codeOf(letter: string): number {
    return letters.indexOf(letter);
  }
}
