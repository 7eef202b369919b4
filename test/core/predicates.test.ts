import { describe, expect, it } from 'vitest';
import {
  allOf,
  anyOf,
  type Counts,
  circuitBreaker,
  consecutiveFailures,
  excessFailures,
  failureRate,
  failures,
  slowCallRate,
} from '../../src/index.ts';
import { fail, succeed } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

/** Counts as a breaker would hand them out. */
const counts = (some: Partial<Counts>): Counts => {
  const { successes = 0, failures = 0, slow = 0, slowInFlight = 0 } = some;
  const calls = successes + failures;
  return {
    calls,
    successes,
    failures,
    slow,
    slowInFlight,
    excessFailures: 0,
    troubledFor: 0,
    balance: 0,
    ignored: 0,
    inFlight: 0,
    consecutiveSuccesses: 0,
    consecutiveFailures: 0,
    failureRate: calls === 0 ? 0 : failures / calls,
    slowRate: calls === 0 ? 0 : slow / calls,
    ...some,
  };
};

describe('failureRate', () => {
  it('needs the fraction and the calls', () => {
    const trips = failureRate(0.5, 4);
    expect(trips(counts({ failures: 3 }))).toBe(false);
    expect(trips(counts({ failures: 1, successes: 3 }))).toBe(false);
    expect(trips(counts({ failures: 2, successes: 2 }))).toBe(true);
  });

  it('asks for ten calls unless told', () => {
    expect(failureRate(0.1)(counts({ failures: 9 }))).toBe(false);
    expect(failureRate(0.1)(counts({ failures: 10 }))).toBe(true);
  });

  // products of decimals are not exact: 0.28 * 25 is a little more than 7
  it.each([
    [0.28, 7, 25],
    [0.07, 7, 100],
    [0.1, 3, 30],
    [0.55, 11, 20],
    [0.6, 6, 10],
    [0.57, 57, 100],
    [1, 3, 3],
  ])('of %d trips at exactly %d of %d and not one below', (threshold, failed, calls) => {
    const trips = failureRate(threshold, 1);
    expect(trips(counts({ failures: failed, successes: calls - failed }))).toBe(true);
    expect(trips(counts({ failures: failed - 1, successes: calls - failed + 1 }))).toBe(false);
  });
});

describe('failures, consecutiveFailures and slowCallRate', () => {
  it('compare with >=', () => {
    expect(failures(3)(counts({ failures: 2 }))).toBe(false);
    expect(failures(3)(counts({ failures: 3 }))).toBe(true);
    expect(consecutiveFailures(3)(counts({ consecutiveFailures: 2 }))).toBe(false);
    expect(consecutiveFailures(3)(counts({ consecutiveFailures: 3 }))).toBe(true);
    expect(slowCallRate(0.5, 4)(counts({ slow: 2, successes: 4 }))).toBe(true);
    expect(slowCallRate(0.5, 4)(counts({ slow: 1, successes: 4 }))).toBe(false);
    expect(slowCallRate(0.5, 4)(counts({ slow: 3, successes: 3 }))).toBe(false);
  });

  it('count the hanging calls among the calls of the slow rate', () => {
    const hanging = counts({ slow: 4, slowInFlight: 4, inFlight: 9 });
    expect(slowCallRate(1, 4)(hanging)).toBe(true);
    expect(slowCallRate(1, 5)(hanging)).toBe(false);
  });

  it('do not trip on nothing', () => {
    expect(slowCallRate(0.0001, 1)(counts({ successes: 50 }))).toBe(false);
    expect(slowCallRate(0.0001, 1)(counts({}))).toBe(false);
    expect(failureRate(0.0001, 1)(counts({}))).toBe(false);
  });
});

describe('excessFailures', () => {
  const excess = { excessFailures: 6, consecutiveFailures: 1, troubledFor: 0, balance: 1 };
  it.each<[string, Partial<Counts>, boolean]>([
    ['trips after 1,000 ms', { troubledFor: 1_000 }, true],
    ['waits at 999 ms', { troubledFor: 999 }, false],
    ['trips at once where half of the calls were good', { balance: 0 }, true],
    ['waits where more than half of the calls were good', { balance: 1 }, false],
    ['needs six failures', { troubledFor: 1_000, excessFailures: 5 }, false],
    ['trips on a failure only', { troubledFor: 1_000, consecutiveFailures: 0 }, false],
  ])('%s', (_, some, trips) => {
    expect(excessFailures()(counts({ ...excess, ...some }))).toBe(trips);
  });
});

describe('anyOf and allOf', () => {
  const yes = () => true;
  const no = () => false;
  it('are or and and', () => {
    expect(
      [anyOf(no, yes), anyOf(no, no), allOf(yes, yes), allOf(yes, no)].map((t) => t(counts({}))),
    ).toEqual([true, false, true, false]);
  });

  it('nest, and decide in a breaker', () => {
    const breaker = circuitBreaker({
      tripWhen: anyOf(consecutiveFailures(5), allOf(failures(3), failureRate(0.5, 6))),
      scheduler: new HandClock(),
    });
    succeed(breaker, 3);
    fail(breaker, 2);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });
});

describe('a bad threshold', () => {
  it.each([
    [() => anyOf(), RangeError, 'anyOf predicates must be one predicate or more, got []'],
    [() => allOf(), RangeError, 'allOf predicates must be one predicate or more, got []'],
    [() => anyOf('x' as never), TypeError, 'anyOf predicate must be a function, got "x"'],
    [() => allOf(() => true, 5 as never), TypeError, 'allOf predicate must be a function, got 5'],
    [
      () => failureRate(50),
      RangeError,
      'failureRate threshold must be in (0, 1], got 50; did you mean 0.5?',
    ],
    [
      () => failureRate(0.5, 0),
      RangeError,
      'failureRate minimumCalls must be a whole number from 1',
    ],
    [
      () => failures(1.5),
      RangeError,
      'failures threshold must be a whole number from 1 on, got 1.5',
    ],
    [() => failures('3' as never), TypeError, 'failures threshold must be a whole number'],
    [
      () => consecutiveFailures(0),
      RangeError,
      'consecutiveFailures threshold must be a whole number',
    ],
    [
      () => slowCallRate(Number.NaN),
      RangeError,
      'slowCallRate threshold must be in (0, 1], got NaN',
    ],
    [() => slowCallRate(1, -1), RangeError, 'slowCallRate minimumCalls must be a whole number'],
    [() => excessFailures(0), RangeError, 'excessFailures threshold must be a whole number from 1'],
    [
      () => excessFailures(6, -1),
      RangeError,
      'excessFailures duration must be a number of milliseconds, 0 or more, got -1',
    ],
  ])('is refused: %s', (make, error, message) => {
    expect(make).toThrow(error);
    expect(make).toThrow(message);
  });
});

describe('what tripWhen is given', () => {
  it('is a plain copy, and stays as it was', () => {
    const seen: Counts[] = [];
    const breaker = circuitBreaker({
      tripWhen: (now) => seen.push(now) > 99,
      scheduler: new HandClock(),
    });
    succeed(breaker);
    fail(breaker, 2);
    expect(seen.map((c) => [c.calls, c.failures, c.failureRate, c.consecutiveFailures])).toEqual([
      [1, 0, 0, 0],
      [2, 1, 0.5, 1],
      [3, 2, 2 / 3, 2],
    ]);
    expect(JSON.parse(JSON.stringify(seen[2]))).toEqual(breaker.snapshot().counts);
  });

  it('comes after every counted outcome, success too, in closed only', () => {
    let asked = 0;
    const breaker = circuitBreaker({
      tripWhen: ({ calls }) => {
        asked++;
        return calls === 3;
      },
      retryTimeout: 0,
    });
    breaker.acquire().ignore();
    expect(asked).toBe(0);
    succeed(breaker, 3);
    expect([asked, breaker.state]).toEqual([3, 'half-open']);
    fail(breaker);
    expect(asked).toBe(3);
  });
});

it('a predicate sees how long the trouble lasts at a success, too', () => {
  const clock = new HandClock();
  const seen: number[] = [];
  const breaker = circuitBreaker({
    tripWhen: ({ troubledFor }) => {
      seen.push(troubledFor);
      return false;
    },
    rollingWindow: { calls: 10 },
    scheduler: clock,
  });
  fail(breaker, 2);
  clock.advance(500);
  succeed(breaker);
  expect(seen).toEqual([0, 0, 500]);
});
