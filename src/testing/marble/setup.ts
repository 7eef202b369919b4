import type { SchedulerLike } from 'rxjs';
import type { CircuitBreaker, CircuitSnapshot } from '../../index.js';
import { isBreaker, makeBreaker } from '../breakerInput.js';
import type { Claim } from './claim.js';
import { evaluate } from './evaluate.js';
import type { MarbleOptions } from './marbleOptions.js';
import { show } from './matches.js';

/** Makes the breaker that a claim is about. Every run calls it once, in virtual time. */
export type MakeBreaker = (scheduler: SchedulerLike) => CircuitBreaker;

/** The breaker of a claim. */
export interface Setup {
  readonly make: MakeBreaker;
  /** The options as code, for readers; `null` for a breaker that a function makes. */
  readonly code: string | null;
  /** The snapshot that the breaker starts from; `null` without. */
  readonly restored: CircuitSnapshot | null;
}

/** Finds the breaker of a claim: the line `circuitBreaker(...)` of the text, or the given breaker. */
export function setUp(claim: Claim, { breaker }: MarbleOptions): Setup {
  const { text, options } = claim;
  if (options !== null) {
    const { place, code } = options;
    if (breaker !== undefined) {
      text.fail(place, 'this line makes a breaker, and another breaker was given: leave one out');
    }
    const make: MakeBreaker = () => {
      const made = evaluate(text, place, code);
      return isBreaker(made)
        ? made
        : text.fail(place, 'this line must be one call of circuitBreaker');
    };
    const given = evaluate(text, place, code, { circuitBreaker: (it: unknown) => it });
    return { make, code, restored: restoredBy(given) };
  }
  if (breaker === undefined) {
    const place = claim.rows[0]?.place ?? { line: 1, column: 1 };
    return text.fail(place, 'no breaker: add a line circuitBreaker({ ... }) above the rows');
  }
  const make: MakeBreaker = (scheduler) => makeBreaker(breaker, scheduler);
  if (typeof breaker === 'function') return { make, code: null, restored: null };
  return { make, code: `circuitBreaker(${show(breaker)})`, restored: restoredBy(breaker) };
}

function restoredBy(options: unknown): CircuitSnapshot | null {
  return (options as { readonly restore?: CircuitSnapshot } | undefined)?.restore ?? null;
}
