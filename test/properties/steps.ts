import fc from 'fast-check';
import type { Step } from './script.ts';

const which = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.nat(5) },
);
const step = <K extends Step['do']>(weight: number, what: K): fc.WeightedArbitrary<Step> => ({
  weight,
  arbitrary: fc.constant({ do: what } as Step),
});
const ofCall = (
  weight: number,
  what: 'complete' | 'unsubscribe' | 'ignore' | 'lift',
): fc.WeightedArbitrary<Step> => ({
  weight,
  arbitrary: which.map((which) => ({ do: what, which })),
});

const steps = fc.oneof(
  step(10, 'subscribe'),
  step(6, 'acquire'),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('value' as const),
      which,
      what: fc.constantFrom('g', 'b', 'u', 't'),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('error' as const),
      which,
      what: fc.constantFrom('f', 'f', 'f', 'f', 'n', 't'),
    }),
  },
  ofCall(7, 'complete'),
  ofCall(3, 'unsubscribe'),
  ofCall(2, 'ignore'),
  {
    weight: 5,
    arbitrary: fc.constantFrom(0, 1, 2, 3, 4, 5, 10, 40).map((ms) => ({ do: 'wait' as const, ms })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(1_000, 30_000, 86_400_000, 2 ** 31 - 1, 2 ** 31 + 5, 1e12)
      .map((ms) => ({ do: 'wait' as const, ms })),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('due' as const),
      edge: fc.nat(1),
      beyond: fc.constantFrom(0, 0, -1, 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(-3_600_000, -5, 3, 86_400_000)
      .map((ms) => ({ do: 'clock' as const, ms })),
  },
  step(2, 'come back'),
  step(1, 'isolate'),
  step(1, 'disable'),
  ofCall(2, 'lift'),
  step(1, 'reset'),
  step(2, 'look'),
  step(1, 'restart'),
);

/** A step, and whether to look at the breaker after it. */
export const plans = (size: number): fc.Arbitrary<[Step, boolean][]> =>
  fc.array(
    fc.tuple(
      steps,
      fc.oneof(
        { weight: 3, arbitrary: fc.constant(true) },
        { weight: 2, arbitrary: fc.constant(false) },
      ),
    ),
    {
      maxLength: size,
      size: 'max',
    },
  );
