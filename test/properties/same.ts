/** Throws, with both, where the breaker and what it should be differ. */
export function same(what: string, got: string, wanted: string): void {
  if (got !== wanted) fail(`${what}\n   the model: ${wanted}\n  the breaker: ${got}`);
}

export function fail(why: string): never {
  throw new Error(why);
}
