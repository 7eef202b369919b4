/**
 * Mean number of calls until an excess of `n` is met, where each call fails with probability `p`:
 * N(p) = n / (p - q) - q / (p - q)^2 (1 - (q / p)^n) with q = 1 - p, and N(1/2) = n (n + 1).
 */
export function meanCallsToOpen(p: number, n: number): number {
  const q = 1 - p;
  if (p === q) return n * (n + 1);
  return n / (p - q) - (q / (p - q) ** 2) * (1 - (q / p) ** n);
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
