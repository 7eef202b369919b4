import { circuitBreaker } from '../../src/index.ts';

/** What another breaker, which is isolated, answered to a call. */
export const refusalOfAnother: unknown = (() => {
  const other = circuitBreaker({ name: 'another' });
  other.isolate();
  try {
    return other.acquire();
  } catch (refusal) {
    return refusal;
  }
})();
