import fc from '../fastCheck.ts';
import { callKinds } from './calls.ts';
import type { Step } from './script.ts';

const which = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.nat(5) },
);
const kind = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat(callKinds.length - 1) },
);
const again = fc.oneof(
  { weight: 5, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant(true) },
);

const step = <K extends Step['do']>(
  weight: number,
  what: K,
  parts: Record<string, fc.Arbitrary<unknown>> = {},
): fc.WeightedArbitrary<Step> => ({
  weight,
  arbitrary: fc.record({
    do: fc.constant(what),
    ...parts,
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<Step>,
});

const errors = fc.constantFrom('f', 'f', 'f', 'f', 'f', 'n', 't', 'T', 'r', '');

const steps = fc.oneof(
  step(10, 'subscribe', { kind, again }),
  step(6, 'acquire', { kind }),
  step(8, 'at once', {
    kind,
    again,
    what: fc.constantFrom('g|', '|', '#f', '#f', '#f', '#n', 'g#f', 'b|', 'u#T', 'T|', 't|', 'uu|'),
  }),
  step(4, 'value', { which, what: fc.constantFrom('g', 'b', 'u', 't', 'T') }),
  step(12, 'error', { which, what: errors }),
  step(7, 'complete', { which }),
  step(3, 'cancel', { which }),
  step(1, 'ignore', { which }),
  step(5, 'wait', { ms: fc.constantFrom(0, 1, 2, 3, 4, 5, 10, 40) }),
  step(1, 'wait', {
    ms: fc.constantFrom(1_000, 30_000, 86_400_000, 2 ** 31 - 1, 2 ** 31 + 5, 1e12),
  }),
  step(1, 'wait', { ms: fc.constantFrom(0.5, 2.25) }),
  step(10, 'due', { edge: fc.nat(3), beyond: fc.constantFrom(0, 0, -1, 1) }),
  step(1, 'clock', { ms: fc.constantFrom(-3_600_000, -5, 3, 86_400_000) }),
  step(2, 'come back'),
  step(1, 'isolate'),
  step(1, 'disable'),
  step(2, 'lift', { which }),
  step(1, 'reset'),
  step(1, 'trip', { what: fc.constantFrom('h', '') }),
  step(2, 'half-open'),
  step(2, 'look'),
  step(1, 'restart', { away: fc.constantFrom(0, 0, 1, 7, 1_000, 3_600_000) }),
  step(1, 'configure'),
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
