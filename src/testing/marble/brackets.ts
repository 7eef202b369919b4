/** A piece of code of the same length, with a space for each character of its strings and comments. */
export function withoutStrings(code: string): string {
  const quiet =
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|\/\/.*|\/\*[\s\S]*?\*\//g;
  return code.replace(quiet, (text) => ' '.repeat(text.length));
}

/** The number of brackets that a piece of code opens and does not close. */
export function openBrackets(code: string): number {
  return [...withoutStrings(code)].reduce((open, char) => open + step(char), 0);
}

/** The length of the bracketed piece that the code begins with; `null` if its bracket does not close. */
export function bracketedLength(code: string): number | null {
  let open = 0;
  for (const [at, char] of withoutStrings(code).split('').entries()) {
    open += step(char);
    if (open === 0) return at + 1;
  }
  return null;
}

/** 1 for a bracket that opens, -1 for a bracket that closes, else 0. */
export function step(char: string): number {
  return '([{'.includes(char) ? 1 : ')]}'.includes(char) ? -1 : 0;
}
