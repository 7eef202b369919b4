/** What the screen needs of `process.stdout`. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Lines that stay and, on a terminal, one line below them that is kept up to date. */
export interface Screen {
  print(line: string): void;
  /** Takes the live line away. */
  close(): void;
}

const CLEAR_LINE = '\r\x1b[2K';

/** @param status what the live line says now */
export function openScreen(out: Output, status: () => string): Screen {
  if (!out.isTTY) {
    return { print: (line) => out.write(`${line}\n`), close: () => {} };
  }
  const draw = (): void => {
    const width = out.columns || 80; // some terminals say 0
    // a line that wraps could not be cleared
    out.write(`${CLEAR_LINE}${status().slice(0, width - 1)}`);
  };
  const timer = setInterval(draw, 100);
  draw();
  return {
    print(line) {
      out.write(`${CLEAR_LINE}${line}\n`);
      draw();
    },
    close() {
      clearInterval(timer);
      out.write(CLEAR_LINE);
    },
  };
}
