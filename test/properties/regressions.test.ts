import { test } from 'vitest';
import { type Plain, plainly } from './options.ts';
import { Run, type Step } from './script.ts';

/** What a long run found, kept for good: random seeds of the test command may never meet it again. */
const found: readonly {
  readonly what: string;
  readonly plain: Plain;
  readonly retryTimeout: number;
  readonly steps: readonly Step[];
}[] = [
  {
    what: 'an expired probe that answers after all can make two more expiries needed for a place',
    plain: { failureThreshold: 1, successThreshold: 2 },
    retryTimeout: 10,
    steps: [
      { do: 'subscribe' },
      { do: 'error', which: 0, what: 'f' },
      { do: 'wait', ms: 10 },
      { do: 'subscribe' },
      { do: 'wait', ms: 1 },
      { do: 'subscribe' },
      { do: 'wait', ms: 9 }, // the first probe expires
      { do: 'subscribe' },
      { do: 'complete', which: 2 }, // and counts still
      { do: 'come back' },
    ],
  },
];

test.each(found)('$what', ({ plain, retryTimeout, steps }) => {
  const run = new Run(plainly(plain, retryTimeout));
  for (const step of steps) run.step(step);
  run.finish();
});
