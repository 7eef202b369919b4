import fc from 'fast-check';
import type { SchedulerLike } from 'rxjs';
import { expect, test } from 'vitest';
import { type CircuitBreaker, circuitBreaker } from '../../src/index.ts';
import { assertMarble } from '../../src/testing/index.ts';
import { choices } from './choices.ts';
import { type Choice, optionsOf } from './options.ts';
import { play } from './play.ts';
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
  'wants one success more': ({ successThreshold = 1, maxProbes, ...options } = {}) =>
    circuitBreaker({
      ...options,
      successThreshold: successThreshold + 1,
      maxProbes: maxProbes ?? successThreshold,
    }),
};

test.each(Object.entries(broken))(
  'a breaker that %s fails with a marble text that can be pasted',
  (_, make) => {
    const { counterexample, errorInstance } = fc.check(
      fc.property(choices, plans(60), (choice, plan) => {
        play(choice, plan, make);
      }),
      { seed: 1, numRuns: 1_000 },
    );
    const { message } = errorInstance as Error;
    const text = message.slice(message.indexOf('The breaker does as the design says'));
    assertMarble(text); // the breaker as it is does so ...

    const [choice] = counterexample as [Choice, unknown];
    const faulty = text.replace(/ {2}circuitBreaker\(.*?\n {2}\}\)\n/s, '');
    const breaker = (scheduler: SchedulerLike): CircuitBreaker =>
      make({ ...optionsOf(choice, 'ours'), scheduler });
    expect(() => assertMarble(faulty, { breaker })).toThrow(); // ... and the broken one does not
    expect(text.split('\n').length).toBeLessThan(20); // it has been shrunk
  },
);
