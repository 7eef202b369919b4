/** Milliseconds in words: `350 ms`, `2.5 s`, `3 min 20 s`, `2 h 5 min`. */
export function inWords(ms: number): string {
  if (ms === Infinity) return 'for ever';
  if (ms < 1_000) return `${round(ms)} ms`;
  // rounded first, so that no part of the result reads 60
  const seconds = ms < 60_000 ? round(ms / 1_000) : Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(`${minutes} min`, Math.round(seconds % 60), 's');
  const whole = Math.round(seconds / 60);
  return joined(`${Math.floor(whole / 60)} h`, whole % 60, 'min');
}

function joined(first: string, rest: number, unit: string): string {
  return rest === 0 ? first : `${first} ${rest} ${unit}`;
}

/** A number with three digits that count, or all of its whole digits. */
export function round(value: number): number {
  return Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(3));
}

/** `1 call`, `2 calls`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
