import { test } from 'vitest';
import { type Choice, plainly, tripRules } from './options.ts';
import { Run, type Step } from './script.ts';

const THROWS_AT_TWO_CALLS = tripRules.findIndex(({ text }) => text.includes('calls === 2'));

/** What a long run found, kept for good: random seeds of the test command may never meet it again. */
const found: readonly {
  readonly what: string;
  readonly choice: Choice;
  readonly steps: readonly Step[];
}[] = [
  {
    what: 'an expired probe that answers after all can make two more expiries needed for a place',
    choice: plainly({ failureThreshold: 1, successThreshold: 2 }, 10),
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
  {
    what: 'a call that is a success at an age becomes one after configure(), too',
    choice: { ...plainly({ successOn: { after: 5 } }), other: plainly({}) },
    steps: [{ do: 'acquire' }, { do: 'configure' }, { do: 'wait', ms: 5 }],
  },
  {
    what: 'a call that is a success at an age is late at that age after reset()',
    choice: plainly({ successOn: { after: 5 } }),
    steps: [{ do: 'acquire' }, { do: 'reset' }, { do: 'wait', ms: 5 }],
  },
  {
    what: 'a breaker that was restored after its open time was never open itself',
    choice: plainly({}, 5),
    steps: [
      { do: 'trip', what: '' },
      { do: 'restart', away: 1_000 },
    ],
  },
  {
    what: 'rounds begin anew where configure() brings them',
    choice: {
      ...plainly({ successThreshold: 3, probeFailureThreshold: 3 }, 5),
      other: plainly({}, 5),
    },
    steps: [
      { do: 'trip', what: '' },
      { do: 'wait', ms: 5 },
      { do: 'at once', what: '#f' },
      { do: 'configure' },
      { do: 'at once', what: 'g|' },
    ],
  },
  {
    what: 'a slow probe opens at its limit, with the open time of that instant',
    choice: plainly({ slowCallDuration: 3 }),
    steps: [
      { do: 'trip', what: '' },
      { do: 'wait', ms: 1_000 },
      { do: 'subscribe' },
      { do: 'wait', ms: 40 },
    ],
  },
  {
    what: 'a call that was a success by its age is not judged again',
    choice: { ...plainly({ successOn: { after: 5 } }), classifyError: true },
    steps: [{ do: 'subscribe' }, { do: 'wait', ms: 5 }, { do: 'error', which: 0, what: 't' }],
  },
  {
    what: 'a probe is slow for its own age only',
    choice: {
      ...plainly(
        {
          excessFailureThreshold: 1,
          slowCallDuration: 3,
          probeFailureThreshold: 2,
          successOn: { after: 5 },
        },
        1,
      ),
      other: plainly({}, 5),
    },
    steps: [
      { do: 'at once', what: '#f' },
      { do: 'wait', ms: 1 },
      { do: 'subscribe' },
      { do: 'wait', ms: 5 },
      { do: 'configure' },
      { do: 'at once', what: 'g|' },
    ],
  },
  {
    what: 'a call that was slow and then fails makes the row of failures longer',
    choice: plainly(
      { excessFailureThreshold: 2, consecutiveFailureThreshold: 1, slowCallDuration: 3 },
      20,
    ),
    steps: [{ do: 'acquire' }, { do: 'wait', ms: 4 }, { do: 'error', which: 0, what: 'f' }],
  },
  {
    what: 'a success that a predicate turns into a failure is bad at its own time',
    choice: { ...plainly({ rollingWindow: { calls: 2 } }, 20), tripWhen: THROWS_AT_TWO_CALLS },
    steps: [
      { do: 'at once', what: 'g|' },
      { do: 'wait', ms: 3 },
      { do: 'at once', what: 'g|' },
    ],
  },
  {
    what: 'a window of calls keeps the number of ignored calls, through configure() and a restart',
    choice: {
      ...plainly({ rollingWindow: { calls: 3 }, minimumCalls: 3 }, 20),
      other: plainly({ rollingWindow: { calls: 4 }, minimumCalls: 3 }, 20),
    },
    steps: [
      { do: 'at once', what: 'g|' },
      { do: 'acquire' },
      { do: 'ignore', which: 0 },
      { do: 'configure' },
      { do: 'look' },
      { do: 'restart', away: 5 },
    ],
  },
];

test.each(found)('$what', ({ choice, steps }) => {
  const run = new Run(choice);
  for (const step of steps) run.step(step, false);
  run.step({ do: 'look' });
  run.finish();
});
