/** Bytes that an import may cost: minified and gzipped, with rxjs left out. The one place to set it. */
export const budget = {
  '{ circuitBreaker }': 13_800,
  '{ isCircuitOpenError }': 700,
};
