import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type CircuitBreakerOptions, circuitBreaker } from '../../src/index.ts';

/** The message is `<option> must be <words with the rule in them>, got <value>`. */
type Row = readonly [value: unknown, error: ErrorConstructor, ruleAndValue: string];

const make = (options: unknown) => circuitBreaker(options as CircuitBreakerOptions);

/** What is no number at all, for any option that is one. */
const noNumber = (rule: string): readonly Row[] => [
  ['5', TypeError, `${rule}, got "5"`],
  [null, TypeError, `${rule}, got null`],
  [true, TypeError, `${rule}, got true`],
  [[5], TypeError, `${rule}, got [5]`],
  [{ ms: 5 }, TypeError, `${rule}, got {"ms":5}`],
  [5n, TypeError, `${rule}, got 5`],
];

const fractionRule = '(0, 1]';
const fraction: readonly Row[] = [
  ...noNumber(fractionRule),
  [() => 0.5, TypeError, `${fractionRule}, got a function`],
  [Number.NaN, RangeError, `${fractionRule}, got NaN`],
  [0, RangeError, `${fractionRule}, got 0`],
  [-0.5, RangeError, `${fractionRule}, got -0.5`],
  [1.5, RangeError, `${fractionRule}, got 1.5; did you mean 0.015?`],
  [50, RangeError, `${fractionRule}, got 50; did you mean 0.5?`],
  [100, RangeError, `${fractionRule}, got 100; did you mean 1?`],
  [101, RangeError, `${fractionRule}, got 101`],
  [Number.POSITIVE_INFINITY, RangeError, `${fractionRule}, got Infinity`],
];

const countRule = 'whole number';
const count: readonly Row[] = [
  ...noNumber(countRule),
  [() => 5, TypeError, `${countRule}, got a function`],
  [Number.NaN, RangeError, `${countRule}, got NaN`],
  [0, RangeError, `${countRule}, got 0`],
  [-1, RangeError, `${countRule}, got -1`],
  [1.5, RangeError, `${countRule}, got 1.5`],
  [Number.POSITIVE_INFINITY, RangeError, `${countRule}, got Infinity`],
  [2 ** 53, RangeError, `${countRule}, got 9007199254740992`],
];

const durationRule = 'milliseconds';
const duration: readonly Row[] = [
  ...noNumber(durationRule),
  [() => 5, TypeError, `${durationRule}, got a function`],
  [Number.NaN, RangeError, `${durationRule}, got NaN`],
  [0, RangeError, `${durationRule}, got 0`],
  [-1, RangeError, `${durationRule}, got -1`],
  [Number.NEGATIVE_INFINITY, RangeError, `${durationRule}, got -Infinity`],
];

const delayRule = 'milliseconds';
const callbackRule = 'a function';
const callback: readonly Row[] = [
  [null, TypeError, `${callbackRule}, got null`],
  ['failure', TypeError, `${callbackRule}, got "failure"`],
  [5, TypeError, `${callbackRule}, got 5`],
  [{}, TypeError, `${callbackRule}, got {}`],
  [true, TypeError, `${callbackRule}, got true`],
];

const nameRule = 'not empty';
const successOnRule = 'first-value';
const schedulerRule = 'scheduler, with now() and schedule()';

const table: Record<
  keyof Omit<CircuitBreakerOptions, 'rollingWindow' | 'restore'>,
  readonly Row[]
> = {
  name: [
    ['', RangeError, `${nameRule}, got ""`],
    [5, TypeError, `${nameRule}, got 5`],
    [null, TypeError, `${nameRule}, got null`],
    [Symbol('x'), TypeError, `${nameRule}, got Symbol(x)`],
  ],
  excessFailureThreshold: count,
  excessDuration: [
    ...noNumber(delayRule),
    [Number.NaN, RangeError, `${delayRule}, got NaN`],
    [-1, RangeError, `${delayRule}, got -1`],
  ],
  failureRateThreshold: fraction,
  minimumCalls: count,
  failureThreshold: count,
  consecutiveFailureThreshold: count,
  slowCallDuration: duration,
  slowCallRateThreshold: fraction,
  tripWhen: callback,
  retryTimeout: [
    ...noNumber(delayRule),
    [Number.NaN, RangeError, `${delayRule}, got NaN`],
    [-1, RangeError, `${delayRule}, got -1`],
    [Number.NEGATIVE_INFINITY, RangeError, `${delayRule}, got -Infinity`],
  ],
  probeGrowth: count.filter(([value]) => value !== Number.POSITIVE_INFINITY),
  probe: callback,
  successThreshold: count,
  maxProbes: count,
  probeFailureThreshold: count,
  probeTimeout: duration,
  successOn: [
    ['first', RangeError, `${successOnRule}, got "first"`],
    ['', RangeError, `${successOnRule}, got ""`],
    [null, TypeError, `${successOnRule}, got null`],
    [1, TypeError, `${successOnRule}, got 1`],
  ],
  classifyError: callback,
  classifyValue: callback,
  scheduler: [
    [null, TypeError, `${schedulerRule}, got null`],
    [{}, RangeError, `${schedulerRule}, got {}`],
    [{ now: () => 0 }, RangeError, `${schedulerRule}, got {}`],
    [{ schedule: () => 0, now: 5 }, RangeError, `${schedulerRule}, got {"now":5}`],
    ['asyncScheduler', TypeError, `${schedulerRule}, got "asyncScheduler"`],
    [Date.now, TypeError, `${schedulerRule}, got a function`],
  ],
};

for (const [option, rows] of Object.entries(table)) {
  describe(`a bad ${option}`, () => {
    it.each(rows)('%s is refused with option, rule and value', (value, error, message) => {
      const thrown = thrownBy({ [option]: value });
      expect(thrown).toBeInstanceOf(error);
      expectMessage(thrown.message, option, message);
    });
  });
}

describe('a bad age in successOn', () => {
  it.each([
    [{ after: 0 }, 'successOn.after must be a number of milliseconds, more than 0, got 0'],
    [{ after: '1' }, 'successOn.after must be a number of milliseconds, more than 0, got "1"'],
    [{}, 'successOn.after must be a number of milliseconds, more than 0, got undefined'],
    [{ before: 1 }, 'unknown option "successOn.before", got 1'],
  ])('%j is refused with the rule and the value', (successOn, message) => {
    expect(thrownBy({ successOn }).message).toBe(message);
  });
});

describe('a bad rollingWindow', () => {
  const rows: readonly (readonly [unknown, string, string])[] = [
    ['10s', 'rollingWindow', `milliseconds, got "10s"`],
    [null, 'rollingWindow', `milliseconds, got null`],
    [() => 5, 'rollingWindow', `milliseconds, got a function`],
    [0, 'rollingWindow', `milliseconds, got 0`],
    [-1, 'rollingWindow', `milliseconds, got -1`],
    [Number.NaN, 'rollingWindow', `milliseconds, got NaN`],
    [{ duration: '10' }, 'rollingWindow.duration', `finite, got "10"`],
    [{ duration: 0 }, 'rollingWindow.duration', `finite, got 0`],
    [{ duration: -5, buckets: 5 }, 'rollingWindow.duration', `finite, got -5`],
    [{ duration: Number.NaN }, 'rollingWindow.duration', `finite, got NaN`],
    [{ duration: Number.POSITIVE_INFINITY }, 'rollingWindow.duration', `finite, got Infinity`],
    [{ duration: 10, buckets: 0 }, 'rollingWindow.buckets', `whole number, got 0`],
    [{ duration: 10, buckets: 2.5 }, 'rollingWindow.buckets', `whole number, got 2.5`],
    [{ duration: 10, buckets: -1 }, 'rollingWindow.buckets', `whole number, got -1`],
    [{ duration: 10, buckets: '10' }, 'rollingWindow.buckets', `whole number, got "10"`],
    [{ duration: 10, buckets: null }, 'rollingWindow.buckets', `whole number, got null`],
    [{ duration: 10, buckets: Infinity }, 'rollingWindow.buckets', `whole number, got Infinity`],
    [{ calls: 0 }, 'rollingWindow.calls', `whole number, got 0`],
    [{ calls: 1.5 }, 'rollingWindow.calls', `whole number, got 1.5`],
    [{ calls: -10 }, 'rollingWindow.calls', `whole number, got -10`],
    [{ calls: Number.NaN }, 'rollingWindow.calls', `whole number, got NaN`],
    [{ calls: Infinity }, 'rollingWindow.calls', `whole number, got Infinity`],
    [{ calls: 2 ** 24 + 1 }, 'rollingWindow.calls', `whole number, got 16777217`],
    [{ calls: '10' }, 'rollingWindow.calls', `whole number, got "10"`],
    [{ calls: null }, 'rollingWindow.calls', `whole number, got null`],
  ];
  it.each(rows)('%j is refused with option, rule and value', (rollingWindow, subject, message) => {
    const thrown = thrownBy({ rollingWindow });
    expect(['RangeError', 'TypeError']).toContain(thrown.name);
    expectMessage(thrown.message, subject, message);
  });

  it.each([
    [{ duration: 10, bucket: 5 }, '"rollingWindow.bucket"', '"rollingWindow.buckets"'],
    [{ duration: 10, size: 5 }, '"rollingWindow.size"', ''],
    [{ calls: 10, duration: 5 }, 'not both', 'duration'],
    [{ calls: 10, buckets: 5 }, 'not both', 'buckets'],
    [{ length: 10 }, '"rollingWindow.length"', ''],
    [{ buckets: 10 }, 'duration', ''],
    [{}, 'duration', ''],
  ])('%j has a name too many or too few, and the error says which', (rollingWindow, name, near) => {
    const thrown = thrownBy({ rollingWindow });
    expect(['RangeError', 'TypeError']).toContain(thrown.name);
    expect(thrown.message).toContain('rollingWindow');
    expect(thrown.message).toContain(name);
    expect(thrown.message).toContain(near);
  });
});

describe('options that contradict each other', () => {
  const tripWhen = () => false;
  const rows: readonly (readonly [object, option: string, against: string, value: string])[] = [
    [{ tripWhen, failureRateThreshold: 0.5 }, 'failureRateThreshold', 'tripWhen', '0.5'],
    [{ tripWhen, minimumCalls: 5 }, 'minimumCalls', 'tripWhen', '5'],
    [{ tripWhen, failureThreshold: 5 }, 'failureThreshold', 'tripWhen', '5'],
    [{ tripWhen, consecutiveFailureThreshold: 5 }, 'consecutiveFailureThreshold', 'tripWhen', '5'],
    [
      { tripWhen, slowCallDuration: 5, slowCallRateThreshold: 1 },
      'slowCallRateThreshold',
      'tripWhen',
      '1',
    ],
    [{ tripWhen, excessDuration: 5 }, 'excessDuration', 'tripWhen', '5'],
    [{ consecutiveFailureThreshold: 5, minimumCalls: 5 }, 'minimumCalls', 'rate', '5'],
    [{ failureThreshold: 5, minimumCalls: 5 }, 'minimumCalls', 'rate', '5'],
    [{ excessFailureThreshold: 5, minimumCalls: 5 }, 'minimumCalls', 'rate', '5'],
    [{ probeGrowth: 3, successThreshold: 2 }, 'probeGrowth', 'successThreshold', '3'],
    [{ probeGrowth: 3, maxProbes: 1 }, 'probeGrowth', 'maxProbes', '3'],
    [{ probeGrowth: 3, probeFailureThreshold: 2 }, 'probeGrowth', 'probeFailureThreshold', '3'],
    [{ slowCallRateThreshold: 0.5 }, 'slowCallRateThreshold', 'slowCallDuration', '0.5'],
    [{ maxProbes: 2 }, 'maxProbes', 'successThreshold + probeFailureThreshold - 1', '2'],
    [
      { maxProbes: 6, successThreshold: 3, probeFailureThreshold: 3 },
      'maxProbes',
      'successThreshold + probeFailureThreshold - 1',
      '6',
    ],
    [{ rollingWindow: { calls: 5 }, minimumCalls: 6 }, 'minimumCalls', 'rollingWindow.calls', '6'],
    [
      { rollingWindow: { calls: 5 }, failureThreshold: 6 },
      'failureThreshold',
      'rollingWindow.calls',
      '6',
    ],
  ];
  it.each(rows)('%o is refused for both and the value', (options, option, against, value) => {
    const { name, message } = thrownBy(options);
    expect(name).toBe('RangeError');
    expect(message).toMatch(new RegExp(`^${option} must `));
    expect(message).toContain(against);
    expect(message).toContain(`got ${value}`);
  });
});

describe('an unknown option', () => {
  it.each([
    ['failureRateTreshold', 'failureRateThreshold'],
    ['minCalls', 'minimumCalls'],
    ['retrytimeout', 'retryTimeout'],
    ['resetTimeout', 'retryTimeout'],
    ['maxProbe', 'maxProbes'],
    ['Name', 'name'],
    ['successThresholds', 'successThreshold'],
  ])('%s is refused with the nearest known name', (unknown, known) => {
    const thrown = thrownBy({ [unknown]: 5 });
    expect(thrown).toBeInstanceOf(TypeError);
    expect(thrown.message).toBe(`unknown option "${unknown}", got 5; did you mean "${known}"?`);
  });

  // options of other breakers: a hint at another meaning would mislead
  it.each([
    'timeout',
    'errorThresholdPercentage',
    'volumeThreshold',
    'rollingCountTimeout',
    'waitDurationInOpenState',
    'slidingWindowSize',
    'permittedNumberOfCallsInHalfOpenState',
    'halfOpenAfter',
    'threshold',
    'duration',
    'sleepWindow',
    'interval',
  ])('%s is refused without a hint: no name is near', (unknown) => {
    expect(thrownBy({ [unknown]: 5 }).message).toBe(`unknown option "${unknown}", got 5`);
  });

  it('of a million letters is told shortly', () => {
    const { message } = thrownBy({ ['n'.repeat(1_000_000)]: 'v'.repeat(1_000_000) });
    expect(message.length).toBeLessThan(300);
  });

  it('is refused even when its value is undefined', () => {
    expect(() => make({ nmae: undefined })).toThrow('unknown option "nmae"');
  });

  it.each(['toString', 'constructor', 'hasOwnProperty'])('%s is no option either', (name) => {
    expect(() => make({ [name]: 5 })).toThrow(TypeError);
  });
});

describe('the options themselves', () => {
  it.each([[null], ['name'], [5], [true], [() => ({})]])('%s are refused', (options) => {
    expect(() => make(options)).toThrow(TypeError);
    expect(() => make(options)).toThrow('options must be an object');
  });

  it('are no list', () => {
    expect(() => make([])).toThrow('options must be an object, got []');
  });

  it('are no Observable: whoever forgot the brackets is told so', () => {
    expect(() => of(1).pipe(circuitBreaker as never)).toThrow(
      'options must be an object of options, got an Observable: write pipe(circuitBreaker())',
    );
  });

  it('are all optional, and undefined is as good as missing', () => {
    const names = Object.keys({ ...table, rollingWindow: 0, restore: 0 });
    const options = Object.fromEntries(names.map((name) => [name, undefined]));
    const still = { takenAt: 0, stateFor: 0 };
    expect({ ...make(options).snapshot(), ...still }).toEqual({
      ...make(undefined).snapshot(),
      ...still,
    });
    expect(make({}).name).toBe('circuit-breaker');
  });

  it('are read once: changing them later changes nothing', () => {
    const options = { name: 'first', consecutiveFailureThreshold: 1 };
    const breaker = make(options);
    Object.assign(options, { name: 'second', consecutiveFailureThreshold: 99 });
    breaker.acquire().failure();
    expect([breaker.name, breaker.state]).toEqual(['first', 'open']);
  });
});

function thrownBy(options: unknown): Error {
  try {
    make(options);
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

function expectMessage(message: string, subject: string, ruleAndValue: string): void {
  const [rule, value] = ruleAndValue.split(', got ') as [string, string];
  expect(message.startsWith(`${subject} must be `)).toBe(true);
  expect(message).toContain(rule);
  expect(message.endsWith(`, got ${value}`)).toBe(true);
}

it('a window of calls may hold 16777216 of them, and no more', () => {
  expect(make({ rollingWindow: { calls: 2 ** 24 } }).state).toBe('closed');
  expect(() => make({ rollingWindow: { calls: 2 ** 24 + 1 } })).toThrow(RangeError);
});

describe('what is no options object and no Observable', () => {
  it.each<[string, unknown]>([
    ['a promise', Promise.resolve(1)],
    ['a function', () => of(1)],
    ['a value', 5],
    ['nothing', undefined],
  ])('%s handed to the operator is told as that, and is no failed call', (_, source) => {
    const breaker = circuitBreaker({ name: 'payments' });
    expect(() => breaker(source as never)).toThrow(
      /^the circuit breaker "payments" guards an Observable, got .*for a promise there is execute\(\)$/,
    );
    expect(breaker.totals()).toMatchObject({ failures: 0 });
  });

  it.each([1e-300, 0.5, 0, -1, Number.NaN])('a window of %d ms is refused', (rollingWindow) => {
    expect(() => make({ rollingWindow })).toThrow('rollingWindow must be');
    expect(() => make({ rollingWindow: { duration: rollingWindow } })).toThrow('duration must be');
  });

  it('options of a call are checked as those of a breaker', () => {
    const breaker = circuitBreaker();
    for (const call of [{ mayprobe: false }, { mayProbe: 1 }, { successOn: { after: 0 } }, 5, []]) {
      expect(() => breaker.with(call as never)).toThrow(/option|must/);
      expect(() => breaker.acquire(call as never)).toThrow(/option|must/);
    }
  });
});
