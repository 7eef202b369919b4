import type { CircuitBreakerOptions } from '../../src/index.ts';

/** What the clock on the wall says at the beginning. */
export const START = 1_000;

/** What can be done with a call that was let in. */
export type Ending = 'value' | 'error' | 'complete' | 'ignore' | 'unsubscribe';

export const told = (error: unknown): string =>
  error instanceof Error ? error.name : String(error);

/** The options with a record of what `retryTimeout` was told. */
export function recording(options: CircuitBreakerOptions, into: string[]): CircuitBreakerOptions {
  const { retryTimeout } = options;
  if (typeof retryTimeout !== 'function') return options;
  return {
    ...options,
    retryTimeout: (context) => {
      const { attempt, error, snapshot } = context;
      into.push(JSON.stringify([attempt, error, snapshot]));
      return retryTimeout(context);
    },
  };
}
