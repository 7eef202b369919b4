import { describe, expect, it } from 'vitest';
import {
  circuitBreaker,
  exponential,
  jittered,
  type RetryTimeout,
  retryAfterHeader,
} from '../../src/index.ts';
import { fail } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

/** The open times of a breaker that fails `errors.length` times in a row, probe after probe. */
function waits(retryTimeout: number | RetryTimeout, errors: readonly unknown[], start = 0) {
  const clock = new HandClock(start);
  const breaker = circuitBreaker({
    consecutiveFailureThreshold: 1,
    retryTimeout,
    scheduler: clock,
  });
  return errors.map((error) => {
    fail(breaker, 1, error);
    const wait = breaker.retryAfter;
    clock.advance(wait);
    return wait;
  });
}
const failures = (times: number) => new Array<unknown>(times).fill(new Error('boom'));

describe('exponential', () => {
  it('starts at a second and doubles, up to a minute', () => {
    expect(waits(exponential(), failures(8))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
    ]);
  });

  it('takes initial, factor and max', () => {
    const retryTimeout = exponential({ initial: 10, factor: 3, max: 100 });
    expect(waits(retryTimeout, failures(4))).toEqual([10, 30, 90, 100]);
  });

  it('starts anew after the breaker has closed', () => {
    const clock = new HandClock();
    const retryTimeout = exponential();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout,
      scheduler: clock,
    });
    fail(breaker);
    clock.advance(1_000);
    fail(breaker);
    clock.advance(2_000);
    breaker.acquire().success();
    fail(breaker);
    expect(breaker.retryAfter).toBe(1_000);
  });

  it('with a factor of 1 stays open for as long each time', () => {
    expect(waits(exponential({ initial: 10, factor: 1 }), failures(3))).toEqual([10, 10, 10]);
  });

  it('stays at max however often the breaker opens', () => {
    expect(waits(exponential({ factor: 10, max: 50 }), failures(500)).at(-1)).toBe(50);
  });

  it.each([
    [{ initial: 0 }, 'exponential initial must be a number of milliseconds, more than 0, got 0'],
    [
      { initial: '1' },
      'exponential initial must be a number of milliseconds, more than 0, got "1"',
    ],
    [{ factor: 0.5 }, 'exponential factor must be a number from 1 on, got 0.5'],
    [{ factor: Number.NaN }, 'exponential factor must be a number from 1 on, got NaN'],
    [{ factor: Infinity }, 'exponential factor must be a number from 1 on, got Infinity'],
    [{ max: -1 }, 'exponential max must be a number of milliseconds, more than 0, got -1'],
  ])('refuses %o', (options, message) => {
    expect(() => exponential(options as object)).toThrow(message);
  });
});

describe('jittered', () => {
  it('spreads a number evenly around it', () => {
    const at = (random: number) => waits(jittered(1_000, { random: () => random }), failures(1))[0];
    expect([at(0), at(0.5), at(0.75)]).toEqual([800, 1_000, 1_100]);
  });

  it('spreads what a function says, as wide as it is told', () => {
    const retryTimeout = jittered(exponential(), { ratio: 0.5, random: () => 0 });
    expect(waits(retryTimeout, failures(3))).toEqual([500, 1_000, 2_000]);
  });

  it('leaves for ever what is for ever', () => {
    const retryTimeout = jittered(Number.POSITIVE_INFINITY, { ratio: 1, random: () => 0 });
    expect(waits(retryTimeout, failures(1))).toEqual([Number.POSITIVE_INFINITY]);
  });

  it('rolls the dice of Math.random for each opening', () => {
    const rolled = waits(jittered(1_000), failures(50)) as number[];
    expect(Math.min(...rolled)).toBeGreaterThanOrEqual(800);
    expect(Math.max(...rolled)).toBeLessThanOrEqual(1_200);
    expect(new Set(rolled).size).toBeGreaterThan(40);
  });

  it.each([
    [-1, {}, 'jittered retryTimeout must be a number of milliseconds, 0 or more, got -1'],
    ['1', {}, 'jittered retryTimeout must be a number of milliseconds, 0 or more, got "1"'],
    [1, { ratio: 20 }, 'jittered ratio must be in (0, 1], got 20; did you mean 0.2?'],
    [1, { ratio: 0 }, 'jittered ratio must be in (0, 1], got 0'],
    [1, { random: 0.5 }, 'jittered random must be a function, got 0.5'],
  ])('refuses %o with %o', (retryTimeout, options, message) => {
    expect(() => jittered(retryTimeout as number, options as object)).toThrow(message);
  });
});

describe('retryAfterHeader', () => {
  const opened = (error: unknown, retryTimeout = retryAfterHeader(7), start = 0) =>
    waits(retryTimeout, [error], start)[0];

  it.each([
    ['a Headers object', { headers: new Headers({ 'Retry-After': '3' }) }],
    ['a plain object', { headers: { 'Retry-After': '3' } }],
    ['a plain object in other letters', { headers: { 'retry-after': '3' } }],
    ['a number', { headers: { 'retry-after': 3 } }],
    ['a plain object, spaces around', { headers: { 'retry-after': ' 3 ' } }],
    ['a plain object with other headers', { headers: { age: '9', 'retry-after': '3', vary: '8' } }],
    ['an axios error', { response: { headers: { 'retry-after': '3' } } }],
    [
      'an error with a Response as its cause',
      new Error('HTTP 503', { cause: { headers: new Headers({ 'Retry-After': '3' }) } }),
    ],
    [
      'a fetch response in an error',
      { response: new Response('', { headers: { 'retry-after': '3' } }) },
    ],
    ['an error that is a response', new Response('', { headers: { 'Retry-After': ' 3 ' } })],
  ])('reads seconds from %s', (_, error) => {
    expect(opened(error)).toBe(3_000);
  });

  it('reads an HTTP date against the scheduler, not against the wall', () => {
    const now = Date.UTC(2001, 0, 1);
    const headers = { 'Retry-After': new Date(now + 90_000).toUTCString() };
    expect(opened({ headers }, retryAfterHeader(7), now)).toBe(90_000);
  });

  it.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ])('reads every form of an HTTP date, as of Greenwich wherever it runs: %s', (date) => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Asia/Tokyo';
    try {
      const now = Date.UTC(1994, 10, 6, 8, 49, 7);
      const headers = { 'Retry-After': date };
      expect(opened({ headers }, retryAfterHeader(7), now)).toBe(30_000);
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  it('is 0 for an HTTP date that is over', () => {
    const now = Date.UTC(2001, 0, 1);
    const headers = { 'Retry-After': new Date(now - 90_000).toUTCString() };
    expect(opened({ headers }, retryAfterHeader(7), now)).toBe(0);
  });

  it('reads the value that classifyValue called a failure', () => {
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      classifyValue: () => 'failure',
      retryTimeout: retryAfterHeader(),
      scheduler: new HandClock(),
    });
    void breaker.execute(() => ({ status: 503, headers: { 'Retry-After': '9' } }));
    return Promise.resolve()
      .then(() => {})
      .then(() => expect(breaker.retryAfter).toBe(9_000));
  });

  it.each<[unknown]>([
    [undefined],
    [null],
    ['text'],
    [new Error('boom')],
    [{ headers: null }],
    [{ headers: 'Retry-After: 3' }],
    [{ headers: {} }],
    [{ headers: { age: '9' } }],
    [{ headers: { 'Retry-After': 'in Sun, 06 Nov 2094 08:49:37 GMT' } }],
    [{ headers: new Headers() }],
    [{ response: null }],
    ...['', ' ', 'soon', '-1', '1.5', '3s', 'NaN', 'Infinity', '0x10', 'in 5', '1e3'].map(
      (value): [unknown] => [{ headers: { 'Retry-After': value } }],
    ),
  ])('falls back where there is nothing to read: %j', (error) => {
    expect(opened(error)).toBe(7);
  });

  it('falls back to thirty seconds, or to what a function says', () => {
    expect(opened(undefined, retryAfterHeader())).toBe(30_000);
    expect(opened(undefined, retryAfterHeader(exponential({ initial: 5 })))).toBe(5);
  });

  it('keeps the answer between min and max, five minutes unless told', () => {
    const asks = (seconds: number) => ({ headers: { 'Retry-After': String(seconds) } });
    const bounded = retryAfterHeader(7, { min: 2_000, max: 10_000 });
    expect(opened(asks(0), bounded)).toBe(2_000);
    expect(opened(asks(5), bounded)).toBe(5_000);
    expect(opened(asks(3_600), bounded)).toBe(10_000);
    expect(opened(asks(1e9))).toBe(300_000);
  });

  it('is asked for a failed probe as well', () => {
    const asks = (seconds: number) => ({ headers: { 'Retry-After': String(seconds) } });
    expect(waits(retryAfterHeader(), [asks(1), asks(9)])).toEqual([1_000, 9_000]);
  });

  it.each([
    [-1, {}, 'retryAfterHeader otherwise must be a number of milliseconds, 0 or more, got -1'],
    ['5', {}, 'retryAfterHeader otherwise must be a number of milliseconds, 0 or more, got "5"'],
    [5, { min: -1 }, 'retryAfterHeader min must be a number of milliseconds, 0 or more, got -1'],
    [5, { max: Number.NaN }, 'retryAfterHeader max must be a number of milliseconds, 0 or more'],
  ])('refuses %o with %o', (otherwise, options, message) => {
    expect(() => retryAfterHeader(otherwise as number, options as object)).toThrow(message);
  });
});

describe('the helpers of retryTimeout', () => {
  it.each<[string, () => unknown, string]>([
    ['exponential', () => exponential({ inital: 5 } as never), 'exponential inital'],
    ['jittered', () => jittered(5, { ration: 1 } as never), 'jittered ration'],
    [
      'retryAfterHeader',
      () => retryAfterHeader(5, { maximum: 1 } as never),
      'retryAfterHeader maximum',
    ],
  ])('%s refuses an unknown option', (_, make, name) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(`unknown option "${name}"`);
  });

  it.each<[string, () => unknown]>([
    ['retryAfterHeader', () => retryAfterHeader(5, { min: 10, max: 5 })],
    ['exponential', () => exponential({ initial: 10, max: 5 })],
  ])('%s refuses a smallest time above the longest', (_, make) => {
    expect(make).toThrow(/max must be at least (min|initial), got 5/);
  });

  it('look for the header further on where a Headers object has none', () => {
    const response = { headers: { 'retry-after': '3' } };
    const opened = (error: unknown) => waits(retryAfterHeader(7), [error])[0];
    expect(opened({ headers: new Headers(), response })).toBe(3_000);
    expect(opened({ headers: { get: () => null, 'Retry-After': '4' } })).toBe(4_000);
  });
});
