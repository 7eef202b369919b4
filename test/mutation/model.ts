import { test } from 'vitest';
import fc from '../fastCheck.ts';
import { choices } from '../properties/choices.ts';
import { Run } from '../properties/script.ts';
import { plans } from '../properties/steps.ts';

// test/properties in short: enough to notice a mutant, and not shrunk, for nobody reads it.
test('breaker and model agree', () => {
  const property = fc.property(choices, plans(60), (choice, plan) => {
    const run = new Run(choice);
    for (const [step, look] of plan) run.step(step, look);
    run.finish();
  });
  fc.assert(property, { seed: 1, numRuns: 400, endOnFailure: true });
});
