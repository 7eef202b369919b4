import { expect, test } from 'vitest';
import { assertMarble } from '../../src/testing/index.ts';
import { claim } from './claim.ts';
import type { Choice } from './options.ts';
import { Run, type Step } from './script.ts';

const choice: Choice = {
  plain: {
    failureThreshold: 2,
    rollingWindow: { duration: 30, buckets: 3 },
    successThreshold: 1,
    probeTimeout: 4,
  },
  tripWhen: undefined,
  retryTimeout: 5,
  classifyError: false,
  classifyValue: false,
};

const wait: Step = { do: 'wait', ms: 1 };
const fails: readonly Step[] = [
  { do: 'subscribe' },
  wait,
  { do: 'error', which: 0, what: 'f' },
  wait,
];
const plan: readonly Step[] = [
  wait,
  ...fails,
  ...fails,
  { do: 'subscribe' },
  { do: 'wait', ms: 20 },
  { do: 'subscribe' },
  wait,
  { do: 'cancel', which: 0 },
  wait,
  { do: 'isolate' },
];

test('a run is told as a marble text that can be read and holds', () => {
  const run = new Run(choice);
  for (const step of plan) run.step(step);
  const text = claim(choice, run);
  expect(text).toBe(`The breaker does as the design says

  circuitBreaker({
    failureThreshold: 2,
    rollingWindow: { duration: 30, buckets: 3 },
    successThreshold: 1,
    probeTimeout: 4,
    retryTimeout: 5,
  })

  calls    -a-b-s---- 15ms c--
  cancel   ---------- 15ms -c-
  control  ---------- 15ms --I
  state    C---O----H 15ms --I

  a = -#
  a # = 'f'
  b = -#
  b # = 'f'
  c = -`);
  assertMarble(text);
});
