import { NEVER, of, throwError, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type CircuitBreakerOptions, circuitBreaker } from '../../src/index.ts';
import { type Simulation, StateLog, scripted, simulate } from '../../src/testing/index.ts';

const down = throwError(() => new Error('503'));

describe('an app asks of its own configuration', () => {
  const paymentOptions: CircuitBreakerOptions = {
    name: 'payments',
    failureRateThreshold: 0.5,
    minimumCalls: 10,
    rollingWindow: 3_000,
    retryTimeout: 5_000,
  };

  it('does it open within two seconds of a full outage at 20 calls a second?', () => {
    const { states } = simulate({
      breaker: paymentOptions,
      callEvery: 50, // 20 calls a second
      source: (at) => (at < 10_000 ? of('ok') : down),
      duration: 15_000,
    });
    states.assertStays('closed', { until: 10_000 });
    states.assertReaches('open', { after: 10_000, within: 2_000 });
  });

  it('does it stay closed when one call in five fails?', () => {
    let calls = 0;
    const { states, failed } = simulate({
      breaker: paymentOptions,
      callEvery: 50,
      source: () => (++calls % 5 === 0 ? down : of('ok')),
      duration: 60_000,
    });
    states.assertStates('closed');
    expect(failed).toBe(240);
  });

  it('how many calls does it spare a service that is down for a minute?', () => {
    const { calls, admitted, refused, states } = simulate({
      breaker: (scheduler) => circuitBreaker({ ...paymentOptions, scheduler }),
      callEvery: 50,
      source: (at) => (at < 60_000 ? down : of('ok')),
      duration: 70_000,
    });
    expect(calls).toBe(1400);
    expect(admitted + refused).toBe(calls);
    expect(states.toString()).toMatch(
      /^closed, open at 450 ms, half-open at 5450 ms, open at 5450 ms/,
    );
    states.assertReaches('closed', { after: 60_000, within: 5_500 });
  });
});

describe('simulate', () => {
  const play = { breaker: {}, source: () => of(1), callEvery: 50, duration: 1000 };
  const milliseconds = 'must be a number of milliseconds, more than 0 and finite, got';
  const cases: readonly (readonly [what: string, simulation: unknown, error: Error])[] = [
    [
      'nothing',
      undefined,
      new TypeError('the fields of a simulation must be an object, got undefined'),
    ],
    [
      'an unknown field',
      { ...play, every: 1 },
      new TypeError(
        'the fields of a simulation have no "every": known are breaker, callEvery, source, duration',
      ),
    ],
    [
      'no breaker',
      { ...play, breaker: undefined },
      new TypeError('breaker must be options, or a function that makes the breaker, got undefined'),
    ],
    [
      'a breaker that was made',
      { ...play, breaker: circuitBreaker() },
      new TypeError(
        'breaker goes by another clock: give its options, or a function that makes the breaker',
      ),
    ],
    [
      'a function without a breaker',
      { ...play, breaker: () => ({}) },
      new TypeError('breaker must return a circuit breaker, got {}'),
    ],
    [
      'no source',
      { ...play, source: undefined },
      new TypeError(
        'source must be a function that answers a call with an Observable, got undefined',
      ),
    ],
    [
      'a source that is no function',
      { ...play, source: of(1) },
      new TypeError('source must be a function that answers a call with an Observable, got {}'),
    ],
    [
      'no callEvery',
      { ...play, callEvery: undefined },
      new TypeError(`callEvery ${milliseconds} undefined`),
    ],
    [
      'calls without a pause',
      { ...play, callEvery: 0 },
      new RangeError(`callEvery ${milliseconds} 0`),
    ],
    [
      'calls that never come',
      { ...play, callEvery: Infinity },
      new RangeError(`callEvery ${milliseconds} Infinity`),
    ],
    [
      'a text for a time',
      { ...play, callEvery: '50' },
      new TypeError(`callEvery ${milliseconds} "50"`),
    ],
    [
      'a negative duration',
      { ...play, duration: -5 },
      new RangeError(`duration ${milliseconds} -5`),
    ],
    [
      'an endless duration',
      { ...play, duration: Infinity },
      new RangeError(`duration ${milliseconds} Infinity`),
    ],
    [
      'a duration that is no number',
      { ...play, duration: NaN },
      new RangeError(`duration ${milliseconds} NaN`),
    ],
  ];
  for (const [what, simulation, error] of cases) {
    it(`refuses ${what} by the name of the field`, () => {
      expect(() => simulate(simulation as Simulation)).toThrow(error);
    });
  }

  const answers: readonly (readonly [what: string, answer: () => unknown, message: string])[] = [
    ['nothing', () => undefined, 'source must answer with an Observable, got undefined at 0 ms'],
    ['null', () => null, 'source must answer with an Observable, got null at 0 ms'],
    ['a number', () => 503, 'source must answer with an Observable, got 503 at 0 ms'],
    [
      'a promise',
      () => Promise.resolve(1),
      'source must answer with an Observable, got a promise at 0 ms: a promise knows no virtual time',
    ],
  ];
  for (const [what, answer, message] of answers) {
    it(`refuses a source that answers with ${what}`, () => {
      const source = answer as Simulation['source'];
      expect(() => simulate({ ...play, source })).toThrow(new TypeError(message));
    });
  }

  it('refuses a source that throws, and tells the time and the cause', () => {
    const cause = new Error('a slip');
    const source = (at: number) => {
      if (at === 100) throw cause;
      return of(1);
    };
    const message = 'source threw at 100 ms: a slip; a call fails by throwError';
    expect(() => simulate({ ...play, source })).toThrow(new Error(message, { cause }));
    const text = () => {
      throw 'a text';
    };
    expect(() => simulate({ ...play, source: text })).toThrow('source threw at 0 ms: "a text";');
  });

  it('takes an iterable for an answer', () => {
    expect(simulate({ ...play, source: () => [1, 2] }).failed).toBe(0);
    expect(simulate({ ...play, source: () => 'ok' }).failed).toBe(0);
  });

  it('counts as failed what ended with an error of the source, and no refusal', () => {
    let down = 0;
    const { calls, admitted, refused, failed } = simulate({
      breaker: { consecutiveFailureThreshold: 3, retryTimeout: 250 },
      callEvery: 100,
      source: (at) => (at < 500 ? throwError(() => ++down) : of(1)),
      duration: 1000,
    });
    expect({ calls, admitted, refused, failed, down }).toEqual({
      calls: 10,
      admitted: 8,
      refused: 2,
      failed: 3,
      down: 3,
    });
  });

  it('makes the first call at once, and none at the end', () => {
    const times: number[] = [];
    const source = (at: number) => {
      times.push(at);
      return of(1);
    };
    simulate({ breaker: {}, callEvery: 50, source, duration: 150 });
    expect(times).toEqual([0, 50, 100]);
  });

  it('ends what still runs', () => {
    const { calls, admitted } = simulate({
      breaker: {},
      callEvery: 10,
      source: () => NEVER,
      duration: 100,
    });
    expect([calls, admitted]).toEqual([10, 10]);
  });
});

describe('a log of states', () => {
  function outage(): StateLog {
    const scheduler = new VirtualTimeScheduler();
    const breaker = circuitBreaker({ failureThreshold: 1, retryTimeout: 100, scheduler });
    const log = new StateLog(breaker, scheduler);
    scheduler.schedule(() => down.pipe(breaker).subscribe({ error: () => {} }), 50);
    scheduler.schedule(() => of(1).pipe(breaker).subscribe(), 200);
    scheduler.flush();
    return log;
  }

  it('knows the states over time', () => {
    const log = outage();
    expect(log.toString()).toBe('closed, open at 50 ms, half-open at 150 ms, closed at 200 ms');
    expect([0, 49, 50, 149, 150, 200, 999].map((at) => log.stateAt(at))).toEqual([
      'closed',
      'closed',
      'open',
      'open',
      'half-open',
      'closed',
      'closed',
    ]);
  });

  it('asserts, and shows itself when that fails', () => {
    const log = outage();
    log.assertStates('closed', 'open', 'half-open', 'closed');
    log.assertReaches('open', { within: 50 });
    log.assertReaches('open', { after: 100, within: 0 });
    log.assertStays('open', { from: 50, until: 149 });
    const shown =
      '\n\n  the states were: closed, open at 50 ms, half-open at 150 ms, closed at 200 ms\n';
    expect(() => log.assertStates('closed')).toThrow(`expected closed${shown}`);
    expect(() => log.assertReaches('open', { within: 49 })).toThrow(
      `expected open between 0 and 49 ms, was so at 50 ms${shown}`,
    );
    expect(() => log.assertReaches('isolated', { after: 10, within: 10 })).toThrow(
      `expected isolated between 10 and 20 ms, was so never${shown}`,
    );
    expect(() => log.assertStays('open', { from: 50, until: 150 })).toThrow(
      `expected open from 50 to 150 ms, was half-open at 150 ms${shown}`,
    );
    expect(() => log.assertStays('open', { until: 10 })).toThrow('from 0 to 10 ms, was closed\n');
  });

  it('refuses a wrong argument by name', () => {
    const log = outage();
    const wrong: readonly (readonly [() => unknown, Error])[] = [
      [
        () => new StateLog(undefined as never),
        new TypeError('breaker must be a breaker, got undefined'),
      ],
      [
        () => log.stateAt(-1),
        new RangeError('at must be a number of milliseconds, 0 or more, got -1'),
      ],
      [
        () => log.stateAt('1' as never),
        new TypeError('at must be a number of milliseconds, 0 or more, got "1"'),
      ],
      [
        () => log.assertReaches('opened' as never, { within: 1 }),
        new TypeError(
          'a state must be one of closed, open, half-open, isolated, disabled, got "opened"',
        ),
      ],
      [
        () => log.assertReaches('open', {} as never),
        new TypeError('within must be a number of milliseconds, 0 or more, got undefined'),
      ],
      [
        () => log.assertReaches('open', { after: -1, within: 1 }),
        new RangeError('after must be a number of milliseconds, 0 or more, got -1'),
      ],
      [
        () => log.assertStays('open', {} as never),
        new TypeError('until must be a number of milliseconds, 0 or more, got undefined'),
      ],
      [
        () => log.assertStays('open', { from: NaN, until: 1 }),
        new RangeError('from must be a number of milliseconds, 0 or more, got NaN'),
      ],
      [
        () => log.assertStays('shut' as never, { until: 1 }),
        new TypeError(
          'a state must be one of closed, open, half-open, isolated, disabled, got "shut"',
        ),
      ],
      [
        () => log.assertStates('closed', 'shut' as never),
        new TypeError(
          'a state must be one of closed, open, half-open, isolated, disabled, got "shut"',
        ),
      ],
    ];
    for (const [use, error] of wrong) expect(use).toThrow(error);
  });

  it('ends when it is unsubscribed', () => {
    const breaker = circuitBreaker();
    const log = new StateLog(breaker);
    log.unsubscribe();
    breaker.isolate();
    log.assertStates('closed');
  });
});

describe('a scripted source', () => {
  it('answers each subscription with the next outcome, the last one for ever', () => {
    const api = scripted([of('a'), down, ['b', 'c']]);
    const seen: string[] = [];
    for (let call = 0; call < 4; call++) {
      api.subscribe({ next: (value) => seen.push(value), error: () => seen.push('error') });
    }
    expect(seen).toEqual(['a', 'error', 'b', 'c', 'b', 'c']);
    expect(api.calls).toBe(4);
  });

  it('takes nothing from a generator before it is needed', () => {
    let taken = 0;
    const api = scripted(
      (function* () {
        for (;;) yield of(++taken);
      })(),
    );
    expect(taken).toBe(0);
    api.subscribe();
    expect(taken).toBe(1);
  });

  it('fails when the script is empty', () => {
    let failed: unknown;
    scripted([]).subscribe({
      error: (error) => {
        failed = error;
      },
    });
    expect(failed).toEqual(new Error('scripted: the script is empty'));
  });

  it('refuses what is no script, by the name of the outcome', () => {
    const iterable = 'outcomes must be an array or another iterable, got';
    expect(() => scripted(undefined as never)).toThrow(new TypeError(`${iterable} undefined`));
    expect(() => scripted(null as never)).toThrow(new TypeError(`${iterable} null`));
    expect(() => scripted(5 as never)).toThrow(new TypeError(`${iterable} 5`));
    expect(() => scripted('ab' as never)).toThrow(new TypeError(`${iterable} "ab"`));
    expect(() => scripted({} as never)).toThrow(new TypeError(`${iterable} {}`));
    expect(() => scripted([of(1), undefined as never])).toThrow(
      new TypeError('outcomes[1] must be an Observable, got undefined'),
    );
    expect(() => scripted([5 as never])).toThrow('outcomes[0] must be an Observable, got 5');
  });

  it('fails the call that meets a bad outcome of a generator', () => {
    const failed: unknown[] = [];
    const api = scripted(
      (function* () {
        yield of(1);
        yield null as never;
      })(),
    );
    api.subscribe();
    api.subscribe({ error: (error) => failed.push(error) });
    expect(failed).toEqual([new TypeError('outcomes[1] must be an Observable, got null')]);
  });

  it('shows that a refused call never touches it', () => {
    const breaker = circuitBreaker({ failureThreshold: 1 });
    const api = scripted([down]);
    for (let call = 0; call < 3; call++) api.pipe(breaker).subscribe({ error: () => {} });
    expect(api.calls).toBe(1);
  });
});
