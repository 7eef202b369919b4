/** Where the command writes to. */
export interface Output {
  /** Standard output. */
  out(text: string): void;
  /** Standard error. */
  error(text: string): void;
  /** Whether standard error is a terminal, on which a progress bar can move. */
  readonly moves: boolean;
  /** Writes a file. */
  file(path: string, text: string): void;
}

const WIDTH = 30;
/** Milliseconds of work before a bar appears. */
const PATIENCE = 500;

/** A bar on standard error that moves with the work; nothing where there is no terminal. */
export class Progress {
  private readonly output: Output;
  private readonly began = performance.now();
  private shown = -1;

  constructor(output: Output) {
    this.output = output;
  }

  /** Shows that a fraction of the work is done. */
  readonly move = (done: number): void => {
    const percent = Math.floor(done * 100);
    if (!this.output.moves || percent === this.shown) return;
    if (performance.now() - this.began < PATIENCE) return;
    this.shown = percent;
    const full = Math.round(done * WIDTH);
    this.output.error(`\r[${'#'.repeat(full)}${' '.repeat(WIDTH - full)}] ${percent} %`);
  };

  /** Takes the bar away. */
  clear(): void {
    if (this.shown >= 0) this.output.error(`\r${' '.repeat(WIDTH + 10)}\r`);
  }
}
