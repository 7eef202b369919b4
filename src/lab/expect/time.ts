const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `250ms`, `2.5s`, `1m`, `3h` or `1d` in milliseconds; NaN for anything else. A bare number has no unit, so no. */
export function milliseconds(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)$/.exec(text.trim());
  return found === null ? Number.NaN : Number(found[1]) * (units[found[2] as string] as number);
}
