import {
  allOf,
  anyOf,
  consecutiveFailures,
  excessFailures,
  exponential,
  failureRate,
  failures,
  type RetryTimeoutContext,
  slowCallRate,
  type TripPredicate,
} from '../../src/index.ts';
import type { CallOptions, Counts, OpenContext, Options } from './model/words.ts';
import { same, type UserCode } from './userCode.ts';

type ModelPredicate = (counts: Counts) => boolean;

const both = (text: string, code: ModelPredicate): UserCode<TripPredicate, ModelPredicate> => ({
  text,
  ours: code as TripPredicate,
  model: code,
});

const excess = (counts: Counts, threshold: number, duration: number): boolean =>
  counts.consecutiveFailures > 0 &&
  counts.excessFailures >= threshold &&
  (counts.troubledFor >= duration || counts.balance <= 0);

export const tripRules: readonly UserCode<TripPredicate, ModelPredicate>[] = [
  {
    text: 'anyOf(failures(2), consecutiveFailures(3))',
    ours: anyOf(failures(2), consecutiveFailures(3)),
    model: (counts) => counts.failures >= 2 || counts.consecutiveFailures >= 3,
  },
  {
    text: 'allOf(failureRate(0.5, 2), consecutiveFailures(2))',
    ours: allOf(failureRate(0.5, 2), consecutiveFailures(2)),
    model: ({ calls, failures, consecutiveFailures }) =>
      calls >= 2 && failures / calls >= 0.5 && consecutiveFailures >= 2,
  },
  {
    text: 'slowCallRate(0.5, 3)',
    ours: slowCallRate(0.5, 3),
    model: ({ calls, slow, slowInFlight }) =>
      calls + slowInFlight >= 3 && slow / (calls + slowInFlight) >= 0.5,
  },
  {
    text: 'excessFailures(2, 5)',
    ours: excessFailures(2, 5),
    model: (counts) => excess(counts, 2, 5),
  },
  {
    text: 'anyOf(excessFailures(3, 0), failureRate(1, 5))',
    ours: anyOf(excessFailures(3, 0), failureRate(1, 5)),
    model: (counts) =>
      excess(counts, 3, 0) || (counts.calls >= 5 && counts.failures === counts.calls),
  },
  both(
    '({ failures, ignored, inFlight }) => failures + ignored + inFlight >= 4',
    ({ failures, ignored, inFlight }) => failures + ignored + inFlight >= 4,
  ),
  both(
    '({ consecutiveSuccesses }) => consecutiveSuccesses >= 3',
    ({ consecutiveSuccesses }) => consecutiveSuccesses >= 3,
  ),
  both("({ calls }) => { if (calls === 2) throw 'tripWhen'; return calls > 3; }", ({ calls }) => {
    if (calls === 2) throw 'tripWhen';
    return calls > 3;
  }),
];

type OpenTime = (context: RetryTimeoutContext) => number;
type ModelOpenTime = (context: OpenContext) => number;

const openTime = (text: string, code: ModelOpenTime): UserCode<OpenTime, ModelOpenTime> => ({
  text,
  ours: code as OpenTime,
  model: code,
});

/** `mayBeNone`: some answers are 0. */
export const openTimes: readonly (UserCode<OpenTime, ModelOpenTime> & {
  readonly mayBeNone?: boolean;
})[] = [
  {
    text: 'exponential({ initial: 5, factor: 2, max: 15 })',
    ours: exponential({ initial: 5, factor: 2, max: 15 }),
    model: ({ attempt }) => Math.min(15, 5 * 2 ** (attempt - 1)),
  },
  {
    ...openTime("({ error }) => (error === 'n' ? 0 : 7)", ({ error }) => (error === 'n' ? 0 : 7)),
    mayBeNone: true,
  },
  openTime("() => { throw 'retryTimeout'; }", () => {
    throw 'retryTimeout';
  }),
  openTime('() => NaN', () => Number.NaN),
  {
    ...openTime(
      '({ snapshot: { counts } }) => counts.failures * 3',
      ({ snapshot: { counts } }) => counts.failures * 3,
    ),
    mayBeNone: true,
  },
];

const classifyError: UserCode<NonNullable<CallOptions['classifyError']>> = same(
  "(error, state) => { if (error === 't') throw 'classifyError'; if (error === 'T') return 'trip'; return error === 'n' ? (state === 'half-open' ? 'success' : 'ignored') : 'failure'; }",
  (error, state) => {
    if (error === 't') throw 'classifyError';
    if (error === 'T') return 'trip';
    if (error === 'n') return state === 'half-open' ? 'success' : 'ignored';
    return 'failure';
  },
);

const classifyValue: UserCode<NonNullable<CallOptions['classifyValue']>> = same(
  "(value) => { if (value === 't') throw 'classifyValue'; if (value === 'T') return 'trip'; return value === 'b' ? 'failure' : value === 'u' ? 'undecided' : 'success'; }",
  (value) => {
    if (value === 't') throw 'classifyValue';
    if (value === 'T') return 'trip';
    return value === 'b' ? 'failure' : value === 'u' ? 'undecided' : 'success';
  },
);

export type Plain = Omit<Options, 'tripWhen' | 'retryTimeout' | 'classifyError' | 'classifyValue'>;

/** Options that can be printed; numbers stand for one of the functions above. */
export interface Choice {
  readonly plain: Plain;
  readonly tripWhen: number | undefined;
  /** Milliseconds from 0 on; below, minus one is the first function. */
  readonly retryTimeout: number | undefined;
  readonly classifyError: boolean;
  readonly classifyValue: boolean;
  /** Other options that a step may change to. */
  readonly other?: Choice | undefined;
  /** A listener of `events$` that acts on the breaker itself. */
  readonly listener?: Listener | undefined;
}

export interface Listener {
  readonly on: 'success' | 'failure' | 'rejected' | 'open' | 'half-open' | 'closed';
  readonly does: 'fail' | 'succeed' | 'acquire' | 'reset' | 'trip' | 'halfOpen';
}

/** The options as our breaker gets them, as the model does, or as text. */
export function optionsOf<K extends 'ours' | 'model' | 'text'>(
  { plain, tripWhen, retryTimeout, ...classify }: Choice,
  kind: K,
): Record<string, unknown> {
  const code = (of: UserCode<unknown> | undefined): unknown => of?.[kind];
  return {
    ...plain,
    ...(tripWhen !== undefined && { tripWhen: code(tripRules[tripWhen]) }),
    ...(retryTimeout !== undefined && {
      retryTimeout: retryTimeout >= 0 ? retryTimeout : code(openTimes[-1 - retryTimeout]),
    }),
    ...(classify.classifyError && { classifyError: code(classifyError) }),
    ...(classify.classifyValue && { classifyValue: code(classifyValue) }),
  };
}

/** Options of numbers only. */
export const plainly = (plain: Plain, retryTimeout?: number): Choice => ({
  plain,
  tripWhen: undefined,
  retryTimeout,
  classifyError: false,
  classifyValue: false,
});
