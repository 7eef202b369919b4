import type { circuitBreaker } from '../../src/index.ts';
import { claim } from './claim.ts';
import type { Choice } from './options.ts';
import { Run, type Seen, type Step } from './script.ts';

/** Steps, each with whether to look at the breaker after it. */
export type Plan = readonly (readonly [Step, boolean])[];

/** Plays a whole run. What differs is thrown, with the run as a marble text for `marbles/`. */
export function play(choice: Choice, plan: Plan, make?: typeof circuitBreaker): Seen {
  const run = new Run(choice, make);
  try {
    for (const [step, look] of plan) run.step(step, look);
    run.finish();
  } catch (error) {
    run.goOn();
    throw new Error(`${(error as Error).message}\n\n${claim(choice, run)}`, { cause: error });
  }
  return run.seen;
}
