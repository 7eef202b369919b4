import { expect, test } from 'vitest';
import { type Plain, plainly } from './options.ts';
import { Run, type Step } from './script.ts';

/** What can be done next; `call` counts the running calls, oldest first. */
type Letter =
  | 'call'
  | 'succeed'
  | 'fail'
  | 'cancel'
  | 'last succeeds'
  | 'tick'
  | 'due'
  | 'hold'
  | 'lift'
  | 'reset';

interface Scope {
  readonly what: string;
  readonly options: Plain & { readonly retryTimeout: number };
  /** What is done before every sequence. */
  readonly begin?: readonly Step[];
  readonly letters: readonly Letter[];
  readonly length: number;
  /** So many sequences at least, so that a scope that shrinks to nothing fails. */
  readonly sequences: number;
}

const calls = ['call', 'succeed', 'fail', 'cancel', 'tick', 'due'] as const;

const scopes: readonly Scope[] = [
  {
    what: 'one failure opens, two probes close',
    options: {
      failureThreshold: 1,
      rollingWindow: Number.POSITIVE_INFINITY,
      retryTimeout: 2,
      successThreshold: 2,
    },
    letters: [...calls, 'last succeeds'],
    length: 7,
    sequences: 9000,
  },
  {
    what: 'a window of time, two failures open, two failed probes re-open, probes expire',
    options: {
      failureThreshold: 2,
      rollingWindow: { duration: 4, buckets: 2 },
      retryTimeout: 3,
      probeFailureThreshold: 2,
      maxProbes: 2,
      probeTimeout: 2,
    },
    letters: calls,
    length: 7,
    sequences: 29000,
  },
  {
    what: 'slow calls, half of the last two',
    options: {
      slowCallDuration: 1,
      slowCallRateThreshold: 0.5,
      failureRateThreshold: 1,
      minimumCalls: 2,
      rollingWindow: { calls: 2 },
      retryTimeout: 1,
    },
    letters: calls,
    length: 7,
    sequences: 15000,
  },
  {
    what: 'an excess of two failures for two milliseconds',
    options: { excessFailureThreshold: 2, excessDuration: 2, retryTimeout: 2 },
    letters: ['call', 'succeed', 'fail', 'cancel', 'tick', 'due'],
    length: 7,
    sequences: 7900,
  },
  {
    what: 'an excess of two calls that fail or are slow',
    options: {
      excessFailureThreshold: 2,
      excessDuration: 1,
      slowCallDuration: 1,
      retryTimeout: 1,
    },
    letters: ['call', 'succeed', 'fail', 'cancel', 'tick', 'last succeeds'],
    length: 7,
    sequences: 8500,
  },
  {
    what: 'half-open by rounds, opened by hand',
    options: { excessDuration: 0, retryTimeout: 2, probeTimeout: 3 },
    begin: [{ do: 'trip', what: '' }, { do: 'half-open' }],
    letters: ['call', 'succeed', 'fail', 'cancel', 'tick', 'due'],
    length: 7,
    sequences: 8800,
  },
  {
    what: 'half-open by rounds of three, with slow probes',
    options: { slowCallDuration: 1, retryTimeout: Number.POSITIVE_INFINITY },
    begin: [
      { do: 'trip', what: '' },
      { do: 'wait', ms: 5 },
      { do: 'half-open' },
      { do: 'subscribe' },
      { do: 'subscribe' },
      { do: 'complete', which: 0 },
    ],
    letters: ['call', 'succeed', 'fail', 'last succeeds', 'tick'],
    length: 8,
    sequences: 17000,
  },
  {
    what: 'held by hand and reset',
    options: { consecutiveFailureThreshold: 1, retryTimeout: 2 },
    letters: ['call', 'succeed', 'fail', 'due', 'hold', 'lift', 'reset'],
    length: 6,
    sequences: 15000,
  },
];

/** Milliseconds, for machines under load. */
const MOST_TIME = 300_000;

test.each(scopes)(
  'every sequence of events: $what',
  ({ what, options, begin = [], letters, length, sequences }) => {
    const { retryTimeout, ...plain } = options;
    const choice = plainly(plain, retryTimeout);
    let tried = 0;
    const states = new Set<string>();

    const explore = (path: readonly Letter[]): void => {
      const run = new Run(choice);
      for (const step of begin) run.step(step, false);
      // looked at only at its end: what leads there is as lazy as can be
      for (const letter of path) for (const step of stepsOf(letter, run)) run.step(step, false);
      try {
        run.step({ do: 'look' });
      } catch (error) {
        throw new Error(`${path.join(', ')}: ${(error as Error).message}`, { cause: error });
      }
      tried++;
      states.add(run.expected.model.key());
      if (path.length === length) return;
      for (const letter of letters) {
        if (stepsOf(letter, run).length > 0) explore([...path, letter]);
      }
    };

    explore([]);
    console.log(
      `${what}: ${tried} sequences of up to ${length} events, ${states.size} distinct states`,
    );
    expect(tried).toBeGreaterThanOrEqual(sequences);
  },
  MOST_TIME,
);

/** None where there is nothing to do it to. */
function stepsOf(letter: Letter, { expected }: Run): Step[] {
  const { length } = expected.calls;
  const running = expected.calls.flatMap(({ call }, i) => (call.closed ? [] : length - 1 - i));
  const oldest = running[0];
  const newest = running.length > 1 ? running.at(-1) : undefined;
  const end = (how: 'complete' | 'cancel', which: number | undefined): Step[] =>
    which === undefined ? [] : [{ do: how, which }];
  switch (letter) {
    case 'call':
      return [{ do: 'subscribe' }];
    case 'succeed':
      return end('complete', oldest);
    case 'last succeeds':
      return end('complete', newest);
    case 'cancel':
      return end('cancel', oldest);
    case 'fail':
      return oldest === undefined ? [] : [{ do: 'error', which: oldest, what: 'f' }];
    case 'tick':
      return [{ do: 'wait', ms: 1 }];
    case 'due':
      return expected.model.edges().length === 0 ? [] : [{ do: 'due', edge: 0, beyond: 0 }];
    case 'hold':
      return [{ do: expected.holds.length % 2 === 0 ? 'disable' : 'isolate' }];
    case 'lift':
      return expected.holds.length === 0 ? [] : [{ do: 'lift', which: 0 }];
    case 'reset':
      return [{ do: 'reset' }];
  }
}
