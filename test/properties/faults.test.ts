import type { SchedulerLike } from 'rxjs';
import { expect, test } from 'vitest';
import { type CircuitBreaker, circuitBreaker } from '../../src/index.ts';
import { assertMarble } from '../../src/testing/index.ts';
import fc from '../fastCheck.ts';
import { choices } from './choices.ts';
import { type Choice, optionsOf } from './options.ts';
import { play } from './play.ts';
import type { Step } from './script.ts';
import { plans } from './steps.ts';

type Make = typeof circuitBreaker;

/** Breakers with one fault each, as a slip of the hand would make it. */
const broken: Readonly<Record<string, Make>> = {
  'trips one failure late': ({ failureThreshold, ...options } = {}) =>
    circuitBreaker({
      ...options,
      ...(failureThreshold && { failureThreshold: failureThreshold + 1 }),
    }),
  'opens for a millisecond too long': ({ retryTimeout, ...options } = {}) =>
    circuitBreaker({
      ...options,
      ...(retryTimeout !== undefined && {
        retryTimeout: typeof retryTimeout === 'number' ? retryTimeout + 1 : retryTimeout,
      }),
    }),
  'trips at one failure more than the excess': ({ excessFailureThreshold, ...options } = {}) =>
    circuitBreaker({
      ...options,
      ...(excessFailureThreshold && { excessFailureThreshold: excessFailureThreshold + 1 }),
    }),
  'waits for a millisecond too long before the excess trips': ({
    excessDuration,
    ...options
  } = {}) =>
    circuitBreaker({
      ...options,
      ...(excessDuration !== undefined && { excessDuration: excessDuration + 1 }),
    }),
  'grows by one probe too many': ({ probeGrowth, ...options } = {}) =>
    circuitBreaker({ ...options, ...(probeGrowth && { probeGrowth: probeGrowth + 1 }) }),
  'wants one success more': ({ successThreshold, maxProbes, ...options } = {}) =>
    circuitBreaker({
      ...options,
      ...(successThreshold && {
        successThreshold: successThreshold + 1,
        maxProbes: maxProbes ?? successThreshold,
      }),
    }),
};

/** What a marble can say: no call options, nothing that the control row has no letter for. */
const sayable = ([step]: readonly [Step, boolean]): boolean =>
  !['trip', 'half-open', 'configure', 'restart', 'clock', 'acquire', 'come back'].includes(
    step.do,
  ) &&
  !('kind' in step && step.kind !== 0) &&
  !('again' in step && step.again === true) &&
  !('what' in step && ['r', ''].includes(step.what));

/** Within a millisecond marbles have an order of their own. */
const wait: readonly [Step, boolean] = [{ do: 'wait', ms: 1 }, false];

/** A fault that asks for options that contradict each other is none. */
const tolerant =
  (make: Make): Make =>
  (options) => {
    try {
      return make(options);
    } catch {
      return circuitBreaker(options);
    }
  };

const simply = ({ other: _, listener: __, ...choice }: Choice): Choice => choice;

test.each(Object.entries(broken))(
  'a breaker that %s fails with a marble text that can be pasted',
  (_, make) => {
    const { counterexample, errorInstance } = fc.check(
      fc.property(choices.map(simply), plans(60), (choice, plan) => {
        play(
          choice,
          [wait, ...plan.filter(sayable).flatMap((step) => [step, wait])],
          tolerant(make),
        );
      }),
      { seed: 1, numRuns: 1_000 },
    );
    const { message } = errorInstance as Error;
    const text = message.slice(message.indexOf('The breaker does as the design says'));
    assertMarble(text); // the breaker as it is does so ...

    const [choice] = counterexample as [Choice, unknown];
    const faulty = text.replace(/ {2}circuitBreaker\(.*?\n {2}\}\)\n/s, '');
    const breaker = (scheduler: SchedulerLike): CircuitBreaker =>
      tolerant(make)({ ...optionsOf(choice, 'ours'), scheduler });
    expect(() => assertMarble(faulty, { breaker })).toThrow(); // ... and the broken one does not
    expect(text.split('\n').length).toBeLessThan(20); // it has been shrunk
  },
);
