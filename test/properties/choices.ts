import fc from '../fastCheck.ts';
import type { Options } from './model/words.ts';
import { type Choice, type Listener, openTimes, type Plain, tripRules } from './options.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const small = fc.integer({ min: 1, max: 4 });

type Parts = Readonly<Record<string, unknown>>;

/** An object without what is undefined. */
const given = (parts: Parts): Parts =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));

const record = (model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Parts> =>
  fc.record(model).map(given);

const windows: fc.Arbitrary<Options['rollingWindow']> = fc.oneof(
  fc.constant(Number.POSITIVE_INFINITY),
  fc.constantFrom(10, 40, 1_000),
  fc.record({ duration: fc.constantFrom(7, 10, 30), buckets: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ calls: fc.integer({ min: 1, max: 5 }) }),
);

/** What trips: options that do not contradict each other, and which `tripWhen`. */
const trips: fc.Arbitrary<{ readonly parts: Parts; readonly tripWhen?: number }> = fc.oneof(
  // the excess rule: by default, or with its numbers
  {
    weight: 6,
    arbitrary: record({
      excessFailureThreshold: maybe(small),
      excessDuration: maybe(fc.constantFrom(0, 4, 20, 1_000)),
      slowCallDuration: maybe(fc.constantFrom(3, 12)),
    }).map((parts) => ({ parts })),
  },
  // the excess rule beside others
  {
    weight: 2,
    arbitrary: record({
      excessFailureThreshold: fc.integer({ min: 2, max: 4 }),
      excessDuration: maybe(fc.constantFrom(0, 4, 20)),
      failureThreshold: maybe(small),
      consecutiveFailureThreshold: maybe(small),
      slowCallDuration: maybe(fc.constantFrom(3, 12)),
      rollingWindow: maybe(windows),
    }).map((parts) => ({ parts })),
  },
  // rates and counts
  {
    weight: 5,
    arbitrary: record({
      failureRateThreshold: maybe(fc.constantFrom(0.3, 0.5, 0.6, 1)),
      minimumCalls: maybe(small),
      failureThreshold: maybe(small),
      consecutiveFailureThreshold: maybe(small),
      slowCallRateThreshold: maybe(fc.constantFrom(0.25, 0.5, 1)),
      slowCallDuration: maybe(fc.constantFrom(3, 12)),
      rollingWindow: maybe(windows),
    }).map((parts) => ({ parts })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        record({
          excessFailureThreshold: maybe(fc.integer({ min: 3, max: 4 })),
          slowCallDuration: maybe(fc.constantFrom(3, 12)),
          rollingWindow: maybe(windows),
        }),
        fc.nat(tripRules.length - 1),
      )
      .map(([parts, tripWhen]) => ({ parts, tripWhen })),
  },
);

const halfOpens: fc.Arbitrary<Parts> = fc.oneof(
  {
    weight: 3,
    arbitrary: record({
      probeGrowth: maybe(fc.constantFrom(1, 2, 4, Number.POSITIVE_INFINITY)),
    }),
  },
  {
    weight: 2,
    arbitrary: record({
      successThreshold: maybe(fc.integer({ min: 1, max: 3 })),
      probeFailureThreshold: maybe(fc.integer({ min: 1, max: 3 })),
      maxProbes: maybe(small),
    }),
  },
);

/** Without what the checks of the options would refuse. */
function consistent(parts: Parts): Plain {
  const given: Record<string, unknown> = { ...parts };
  const number = (name: string, or: number): number => (given[name] as number | undefined) ?? or;
  const drop = (name: string): void => {
    delete given[name];
  };
  const atMost = (name: string, most: number): void => {
    if (given[name] !== undefined) given[name] = Math.min(number(name, most), most);
  };
  if (given['slowCallDuration'] === undefined) drop('slowCallRateThreshold');
  const rates = ['failureRateThreshold', 'slowCallRateThreshold'];
  const others = ['failureThreshold', 'consecutiveFailureThreshold', 'excessFailureThreshold'];
  const has = (names: readonly string[]): boolean =>
    names.some((name) => given[name] !== undefined);
  // a minimum of calls asks for a rate
  if (!has(rates) && has(others)) drop('minimumCalls');
  const { calls } = Object(given['rollingWindow']) as { calls?: number };
  if (calls !== undefined) {
    atMost('minimumCalls', calls);
    atMost('failureThreshold', calls);
  }
  atMost('maxProbes', number('successThreshold', 1) + number('probeFailureThreshold', 1) - 1);
  return given as Plain;
}

const openTimesOf = fc.oneof(
  { weight: 1, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: fc.constantFrom(20, 5, 1) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 2 ** 31 + 5, Number.POSITIVE_INFINITY),
  },
  { weight: 1, arbitrary: fc.integer({ min: -openTimes.length, max: -1 }) },
);

const listeners: fc.Arbitrary<Listener> = fc.record({
  on: fc.constantFrom('success', 'failure', 'rejected', 'open', 'half-open', 'closed'),
  does: fc.constantFrom('fail', 'succeed', 'acquire', 'reset', 'trip', 'halfOpen'),
});

const single: fc.Arbitrary<Choice> = fc
  .record({
    trips,
    halfOpen: halfOpens,
    rest: record({
      name: maybe(fc.constant('payments')),
      probeTimeout: maybe(fc.constantFrom(4, 9, Number.POSITIVE_INFINITY)),
      successOn: maybe(fc.constantFrom('complete' as const, 'first-value' as const, { after: 5 })),
    }),
    retryTimeout: openTimesOf,
    classifyError: fc.boolean(),
    classifyValue: fc.boolean(),
  })
  .map(
    ({ trips, halfOpen, rest, ...choice }): Choice => ({
      ...choice,
      tripWhen: trips.tripWhen,
      plain: consistent({ ...trips.parts, ...halfOpen, ...rest }),
    }),
  );

const mayOpenForNoTime = (choice: Choice | undefined): boolean =>
  choice?.retryTimeout === 0 || openTimes[-1 - (choice?.retryTimeout ?? 0)]?.mayBeNone === true;

/** All kinds of options, of numbers small enough to be reached. */
export const choices: fc.Arbitrary<Choice> = fc
  .record({
    first: single,
    other: maybe(single),
    listener: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: listeners },
    ),
  })
  .map(({ first, other, listener }) => ({
    ...first,
    other,
    // an open time of 0 is over before all have been told of it: who is told what first is left open
    listener: [first, other].some(mayOpenForNoTime) ? undefined : listener,
  }));
