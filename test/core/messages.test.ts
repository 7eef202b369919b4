import { throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  type CircuitBreakerOptions,
  circuitBreaker,
  exponential,
  jittered,
  retryAfterHeader,
} from '../../src/index.ts';
import { events, fail } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

/** The message of the error that `make` throws. */
function message(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('no error');
}

describe('a message shows the value', () => {
  const shown = (name: unknown): string =>
    message(() => circuitBreaker({ minimumCalls: name } as CircuitBreakerOptions)).replace(
      /^minimumCalls must be a whole number from 1 on, got /,
      '',
    );

  it('of 100 characters whole, and of a longer one the first 97', () => {
    const whole = 'x'.repeat(98); // and two quotation marks
    expect(shown(whole)).toBe(`"${whole}"`);
    expect(shown(`${whole}y`)).toBe(`"${'x'.repeat(96)}...`);
  });

  it('without control characters and line separators', () => {
    expect(shown('a\u007fb\u0085c\u2028d\u2029e')).toBe('"a\\u007fb\\u0085c\\u2028d\\u2029e"');
  });

  it('that JSON cannot write', () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(shown(loop)).toBe('an object');
    expect(shown(10n)).toBe('10');
    expect(shown(() => 1)).toBe('a function');
    expect(shown(Number.NaN)).toBe('NaN');
  });
});

describe('the helpers of retryTimeout', () => {
  it.each([
    ['exponential options', () => exponential(5 as never)],
    ['jittered options', () => jittered(() => 5, 5 as never)],
    ['retryAfterHeader options', () => retryAfterHeader(() => 5, 5 as never)],
  ])('name themselves: %s', (name, make) => {
    expect(message(make)).toBe(`${name} must be an object, got 5`);
  });

  const context = {
    attempt: 1,
    error: undefined,
    snapshot: circuitBreaker({ scheduler: new HandClock() }).snapshot(),
    now: 0,
  };

  it('take a greatest delay that equals the least', () => {
    expect(exponential({ initial: 700, max: 700 })(context)).toBe(700);
    const asked = { headers: { 'retry-after': '60' } };
    const wait = retryAfterHeader(() => 5, { min: 700, max: 700 });
    expect(wait({ ...context, error: asked })).toBe(700);
  });

  it('begin with a second where the greatest delay is longer, and with that where it is shorter', () => {
    expect(exponential({ max: 5_000 })(context)).toBe(1_000);
    expect(exponential({ max: 500 })(context)).toBe(500);
  });
});

describe('a rolling window', () => {
  it('takes fields that are undefined for absent', () => {
    for (const rollingWindow of [
      { duration: 1_000, buckets: undefined, calls: undefined },
      { calls: 5, duration: undefined, buckets: undefined },
    ]) {
      const options = { failureThreshold: 2, rollingWindow } as unknown as CircuitBreakerOptions;
      expect(circuitBreaker(options).state).toBe('closed');
    }
  });

  it.each([
    [{ calls: 5, duration: 1_000 }, 'not both'],
    [{ calls: 5, buckets: 10 }, 'not both'],
    [{ calls: 0 }, 'rollingWindow.calls must be a whole number from 1 to 16777216, got 0'],
    [{ duration: 1_000, buckets: 0 }, 'rollingWindow.buckets must be a whole number'],
    [{ buckets: 5 }, 'rollingWindow.duration must be a finite number of milliseconds'],
    [{ calls: 5, size: 3 }, 'unknown option "rollingWindow.size"'],
  ])('%j is refused', (rollingWindow, words) => {
    const options = {
      failureRateThreshold: 0.5,
      rollingWindow,
    } as unknown as CircuitBreakerOptions;
    expect(message(() => circuitBreaker(options))).toContain(words);
  });

  it('is of ten seconds beside a row, and endless under the excess alone', () => {
    const kind = (options: CircuitBreakerOptions) =>
      circuitBreaker({ ...options, scheduler: new HandClock() }).snapshot().window?.kind;
    expect(kind({ excessFailureThreshold: 6, consecutiveFailureThreshold: 3 })).toBe('time');
    expect(kind({ excessFailureThreshold: 6 })).toBeUndefined();
    expect(kind({ failureThreshold: 6, rollingWindow: Number.POSITIVE_INFINITY })).toBeUndefined();
  });
});

it('a clock that tells no finite time is named with its time', () => {
  const clock = new HandClock(1_000);
  const breaker = circuitBreaker({ failureRateThreshold: 0.5, scheduler: clock });
  clock.time = Number.NEGATIVE_INFINITY;
  expect(message(() => breaker.trip())).toBe(
    'scheduler.now() must answer finite milliseconds, got -Infinity',
  );
});

describe('successOn', () => {
  const wrong: readonly [unknown, string][] = [
    [
      'sometimes',
      'successOn must be "complete", "first-value" or { after: milliseconds }, got "sometimes"',
    ],
    [null, 'successOn must be "complete", "first-value" or { after: milliseconds }, got null'],
    [{ after: -1 }, 'successOn.after must be a number of milliseconds, more than 0, got -1'],
    [{}, 'successOn.after must be a number of milliseconds, more than 0, got undefined'],
    [{ before: 5 }, 'unknown option "successOn.before", got 5'],
  ];

  it.each(wrong)('%j is refused by a breaker', (successOn, words) => {
    expect(message(() => circuitBreaker({ successOn: successOn as 'complete' }))).toBe(words);
  });

  it.each(wrong)('%j is refused by a call, before the call', (successOn, words) => {
    const breaker = circuitBreaker();
    expect(message(() => breaker.with({ successOn: successOn as 'complete' }))).toBe(words);
  });
});

it('the event of a refusal has a context only if the call has one', () => {
  const breaker = circuitBreaker({ scheduler: new HandClock() });
  breaker.trip();
  const told = events(breaker);
  fail(breaker);
  throwError(() => 0)
    .pipe(breaker.with({ context: 5 }))
    .subscribe({ error: () => {} });
  const refused = {
    type: 'rejected',
    breaker: 'circuit-breaker',
    state: 'open',
    retryAfter: 1_000,
  };
  expect(told).toStrictEqual([refused, { ...refused, context: 5 }]);
});
