import fc from 'fast-check';
import {
  allOf,
  anyOf,
  type CircuitBreakerOptions,
  type Counts,
  consecutiveFailures,
  exponential,
  failureRate,
  failures,
  type RetryTimeoutContext,
  slowCallRate,
  type TripPredicate,
} from '../../src/index.ts';

/** User code: as text to be read, as the breaker gets it, and as the model does, which shares no code with the library. */
interface UserCode<F> {
  readonly text: string;
  readonly ours: F;
  readonly model: F;
}

const same = <F>(text: string, code: F): UserCode<F> => ({ text, ours: code, model: code });

const judged = ({ calls, slow, slowRate }: Counts): number =>
  slow === 0 ? calls : Math.round(slow / slowRate);

const tripRules: readonly UserCode<TripPredicate>[] = [
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
    model: (counts) => counts.slow > 0 && counts.slowRate >= 0.5 && judged(counts) >= 3,
  },
  same(
    '({ failures, ignored, inFlight }) => failures + ignored + inFlight >= 4',
    ({ failures, ignored, inFlight }) => failures + ignored + inFlight >= 4,
  ),
  same(
    '({ consecutiveSuccesses }) => consecutiveSuccesses >= 3',
    ({ consecutiveSuccesses }) => consecutiveSuccesses >= 3,
  ),
  same("({ calls }) => { if (calls === 2) throw 'tripWhen'; return calls > 3; }", ({ calls }) => {
    if (calls === 2) throw 'tripWhen';
    return calls > 3;
  }),
];

type OpenTime = (context: RetryTimeoutContext) => number;

const openTimes: readonly UserCode<OpenTime>[] = [
  {
    text: 'exponential({ initial: 5, factor: 2, max: 15 })',
    ours: exponential({ initial: 5, factor: 2, max: 15 }),
    model: ({ attempt }) => Math.min(15, 5 * 2 ** (attempt - 1)),
  },
  same("({ error }) => (error === 'n' ? 0 : 7)", ({ error }) => (error === 'n' ? 0 : 7)),
  same("() => { throw 'retryTimeout'; }", () => {
    throw 'retryTimeout';
  }),
  same('() => NaN', () => Number.NaN),
  same(
    '({ snapshot: { counts } }) => counts.failures * 3',
    ({ snapshot: { counts } }) => counts.failures * 3,
  ),
];

const classifyError: UserCode<NonNullable<CircuitBreakerOptions['classifyError']>> = same(
  "(error, state) => { if (error === 't') throw 'classifyError'; return error === 'f' ? 'failure' : state === 'half-open' ? 'success' : 'ignored'; }",
  (error, state) => {
    if (error === 't') throw 'classifyError';
    if (error === 'f') return 'failure';
    return state === 'half-open' ? 'success' : 'ignored';
  },
);

const classifyValue: UserCode<NonNullable<CircuitBreakerOptions['classifyValue']>> = same(
  "(value) => { if (value === 't') throw 'classifyValue'; return value === 'b' ? 'failure' : value === 'u' ? 'undecided' : 'success'; }",
  (value) => {
    if (value === 't') throw 'classifyValue';
    if (value === 'b') return 'failure';
    return value === 'u' ? 'undecided' : 'success';
  },
);

type Plain = Omit<
  CircuitBreakerOptions,
  'tripWhen' | 'retryTimeout' | 'classifyError' | 'classifyValue'
>;

/** Options that can be printed; numbers stand for one of the functions above. */
export interface Choice {
  readonly plain: Plain;
  readonly tripWhen: number | undefined;
  /** Milliseconds from 0 on; below, minus one is the first function. */
  readonly retryTimeout: number | undefined;
  readonly classifyError: boolean;
  readonly classifyValue: boolean;
}

/** The options as our breaker gets them, as the model does, or as text. */
export function optionsOf<K extends 'ours' | 'model' | 'text'>(
  { plain, tripWhen, retryTimeout, ...classify }: Choice,
  kind: K,
): Record<string, UserCode<unknown>[K] | unknown> {
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

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const small = fc.integer({ min: 1, max: 4 });

const windows: fc.Arbitrary<CircuitBreakerOptions['rollingWindow']> = fc.oneof(
  fc.constant(undefined),
  fc.constant(Number.POSITIVE_INFINITY),
  fc.constantFrom(10, 40, 1_000),
  fc.record({ duration: fc.constantFrom(7, 10, 30), buckets: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ calls: fc.integer({ min: 1, max: 5 }) }),
);

const rules = fc.record({
  failureRateThreshold: maybe(fc.constantFrom(0.3, 0.5, 0.6, 1)),
  minimumCalls: maybe(small),
  failureThreshold: maybe(small),
  consecutiveFailureThreshold: maybe(small),
  slowCallRateThreshold: maybe(fc.constantFrom(0.25, 0.5, 1)),
});

/** All kinds of options, of numbers small enough to be reached. */
export const choices: fc.Arbitrary<Choice> = fc
  .record({
    rollingWindow: windows,
    slowCallDuration: maybe(fc.constantFrom(3, 12)),
    rules,
    tripWhen: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.nat(tripRules.length - 1) },
    ),
    successThreshold: maybe(fc.integer({ min: 1, max: 3 })),
    probeFailureThreshold: maybe(fc.integer({ min: 1, max: 3 })),
    maxProbes: maybe(small),
    probeTimeout: maybe(fc.constantFrom(4, 9, Number.POSITIVE_INFINITY)),
    successOn: maybe(fc.constantFrom('complete' as const, 'first-value' as const)),
    retryTimeout: maybe(
      fc.constantFrom(0, 1, 5, 20, 2 ** 31 + 5, Number.POSITIVE_INFINITY, -1, -2, -3, -4, -5),
    ),
    classifyError: fc.boolean(),
    classifyValue: fc.boolean(),
  })
  .map(({ rules, tripWhen, retryTimeout, classifyError, classifyValue, ...rest }): Choice => {
    const {
      rollingWindow,
      slowCallDuration,
      successThreshold = 1,
      probeFailureThreshold = 1,
    } = rest;
    const held =
      typeof rollingWindow === 'object' && 'calls' in rollingWindow ? rollingWindow.calls : 4;
    const within = (count: number | undefined, most: number): number | undefined =>
      count && Math.min(count, most);
    const given = {
      ...rest,
      maxProbes: within(rest.maxProbes, successThreshold + probeFailureThreshold - 1),
      ...(tripWhen === undefined && {
        ...rules,
        minimumCalls: within(rules.minimumCalls, held),
        failureThreshold: within(rules.failureThreshold, held),
        slowCallRateThreshold: slowCallDuration && rules.slowCallRateThreshold,
      }),
    };
    const plain = Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as Plain;
    return { plain, tripWhen, retryTimeout, classifyError, classifyValue };
  });
