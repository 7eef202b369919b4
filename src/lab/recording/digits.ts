/** A whole number of `count` digits at `at`; NaN for anything else. */
export function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let n = at; n < at + count; n++) {
    const digit = text.charCodeAt(n) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
