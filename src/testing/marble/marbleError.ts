/** A place in a marble text; line and column count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * A marble text that cannot be read, or a claim that does not hold. The message begins with `file:line:column`.
 *
 * @example
 * ```ts
 * try {
 *   assertMarble(text, { file: 'payments.marble' });
 * } catch (error) {
 *   if (error instanceof MarbleError) console.log(error.file, error.line); // payments.marble 4
 * }
 * ```
 */
export class MarbleError extends Error {
  override readonly name = 'MarbleError';
  readonly file: string;
  readonly line: number;
  readonly column: number;

  constructor(file: string, { line, column }: Place, message: string) {
    super(`${file}:${line}:${column}: ${message}`);
    this.file = file;
    this.line = line;
    this.column = column;
  }
}

/** The lines of a marble text, and errors that show a place in them. */
export class Text {
  readonly file: string;
  readonly lines: readonly string[];

  constructor(text: string, file: string) {
    this.file = file;
    this.lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  }

  /** Throws an error that shows the place. */
  fail(place: Place, message: string): never {
    const line = (this.lines[place.line - 1] as string).replaceAll('\t', ' ');
    const excerpt = `\n\n  ${line}\n  ${' '.repeat(place.column - 1)}^\n`;
    throw new MarbleError(this.file, place, message + excerpt);
  }
}
