import { NEVER } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { brandAsRefusal } from '../../src/core/errors.ts';
import { CircuitOpenError, circuitBreaker, isCircuitOpenError } from '../../src/index.ts';
import { boom, fail } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

function refusal(): CircuitOpenError {
  const clock = new HandClock();
  const breaker = circuitBreaker({
    name: 'payments',
    consecutiveFailureThreshold: 1,
    retryTimeout: 5_000,
    scheduler: clock,
  });
  fail(breaker);
  clock.advance(1_000);
  let heard: unknown;
  NEVER.pipe(breaker).subscribe({ error: (error) => (heard = error) });
  return heard as CircuitOpenError;
}

describe('CircuitOpenError', () => {
  it('says who refused, in which state, for how long, and why', () => {
    const error = refusal();
    expect(error.name).toBe('CircuitOpenError');
    expect(error.code).toBe('ECIRCUITOPEN');
    expect(error.message).toBe('the circuit breaker "payments" is open');
    expect(error.breaker).toBe('payments');
    expect(error.state).toBe('open');
    expect(error.retryAfter).toBe(4_000);
    expect(error.cause).toBe(boom);
  });

  it('is an Error and a CircuitOpenError', () => {
    expect(refusal()).toBeInstanceOf(Error);
    expect(refusal()).toBeInstanceOf(CircuitOpenError);
    expect(String(refusal())).toBe('CircuitOpenError: the circuit breaker "payments" is open');
  });

  it('is made anew for each refusal, with the time as of then', () => {
    const clock = new HandClock();
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 100,
      scheduler: clock,
    });
    fail(breaker);
    const waits = [0, 40, 59].map((ms) => {
      clock.advance(ms);
      try {
        breaker.acquire();
      } catch (error) {
        return (error as CircuitOpenError).retryAfter;
      }
      return undefined;
    });
    expect(waits).toEqual([100, 60, 1]);
  });

  it('can be given another name, as any error can', () => {
    const error: Error = refusal();
    error.name = 'PaymentsDown';
    expect(String(error)).toBe('PaymentsDown: the circuit breaker "payments" is open');
  });

  it('is plain data as JSON', () => {
    expect(JSON.parse(JSON.stringify(refusal()))).toMatchObject({
      breaker: 'payments',
      state: 'open',
      retryAfter: 4_000,
    });
  });

  it('carries the last failure that had an error, since the breaker was closed', () => {
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 1, retryTimeout: 0 });
    const causes = [new Error('first'), undefined, 'third'].map((error) => {
      fail(breaker, 1, error);
      const probe = breaker.acquire();
      let cause: unknown;
      NEVER.pipe(breaker).subscribe({ error: (e: CircuitOpenError) => (cause = e.cause) });
      probe.ignore();
      return cause;
    });
    // a failure without an error leaves the cause as it was
    expect(causes).toEqual([new Error('first'), new Error('first'), 'third']);
  });

  it('has no cause, and waits for ever, when the breaker is isolated', () => {
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 1 });
    breaker.isolate();
    try {
      breaker.acquire();
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ state: 'isolated', retryAfter: Number.POSITIVE_INFINITY });
      expect((error as CircuitOpenError).cause).toBeUndefined();
    }
  });

  it('says half-open when all places are taken there', () => {
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 1, retryTimeout: 0 });
    fail(breaker);
    breaker.acquire();
    expect(() => breaker.acquire()).toThrow('is half-open');
  });
});

describe('the stack of a CircuitOpenError', () => {
  const { stackTraceLimit, prepareStackTrace } = Error;
  afterEach(() => {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  });

  it('is its first line only', () => {
    expect(refusal().stack).toBe('CircuitOpenError: the circuit breaker "payments" is open');
  });

  it('is never captured, and stackTraceLimit is left alone', () => {
    let captures = 0;
    Error.prepareStackTrace = () => {
      captures++;
      return '';
    };
    const error = refusal();
    expect(error.stack).toContain('CircuitOpenError');
    expect(captures).toBe(0);
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  });
});

describe('isCircuitOpenError', () => {
  it('knows a refusal', () => {
    expect(isCircuitOpenError(refusal())).toBe(true);
  });

  it('knows one of another version of this library, by its brand', () => {
    const brand = Symbol.for('rxjs-circuit-breaker/CircuitOpenError');
    expect(isCircuitOpenError({ [brand]: true })).toBe(true);
    expect(brand in refusal()).toBe(true);
  });

  it.each([
    [undefined],
    [null],
    ['ECIRCUITOPEN'],
    [0],
    [boom],
    [{ name: 'CircuitOpenError', code: 'ECIRCUITOPEN' }],
    [() => {}],
    [Object.create(null)],
  ])('knows that %s is none', (error) => {
    expect(isCircuitOpenError(error)).toBe(false);
  });
});

describe('the cause', () => {
  it('of a trip by a success is the last failure before, for retryTimeout as well', () => {
    const errors: unknown[] = [];
    const breaker = circuitBreaker({
      failureRateThreshold: 0.5,
      minimumCalls: 10,
      scheduler: new HandClock(),
      retryTimeout: ({ error }) => {
        errors.push(error);
        return 100;
      },
    });
    fail(breaker, 4);
    const last = new Error('last');
    fail(breaker, 1, last);
    for (let i = 0; i < 5; i++) breaker.acquire().success();
    expect(errors).toEqual([last]);
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ cause: last }));
  });

  it('is no error that a classifier called a success or ignored', () => {
    const breaker = circuitBreaker({
      classifyError: (error) => (error === boom ? 'failure' : (error as 'success' | 'ignored')),
      scheduler: new HandClock(),
    });
    fail(breaker, 3);
    fail(breaker, 1, 'success');
    fail(breaker, 1, 'ignored');
    fail(breaker, 5);
    fail(breaker, 1, 'success');
    expect(breaker.state).toBe('open');
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ cause: boom }));
  });
});

it('an error of another class that is marked as a refusal is one, and shows what a refusal shows', () => {
  const refused = refusal();
  const error = new Error('503');
  expect(isCircuitOpenError(error)).toBe(false);
  const marked = brandAsRefusal(error, refused);
  expect(marked).toBe(error);
  expect(isCircuitOpenError(marked)).toBe(true);
  expect(marked).toMatchObject({
    breaker: 'payments',
    code: 'ECIRCUITOPEN',
    state: 'open',
    retryAfter: 4_000,
  });
  expect(Object.keys(marked)).not.toContain('cause');
});

it('a refusal has a stack trace where captureStack asks for one, and only then', () => {
  expect(refusal().stack).not.toContain('\n    at ');
  CircuitOpenError.captureStack = true;
  try {
    expect(refusal().stack).toContain('\n    at ');
  } finally {
    CircuitOpenError.captureStack = false;
  }
});

it('a platform without Error.captureStackTrace refuses all the same where captureStack asks', () => {
  const { captureStackTrace } = Error;
  Reflect.deleteProperty(Error, 'captureStackTrace');
  CircuitOpenError.captureStack = true;
  try {
    expect(refusal().stack).toBe(`CircuitOpenError: ${refusal().message}`);
  } finally {
    CircuitOpenError.captureStack = false;
    Error.captureStackTrace = captureStackTrace;
  }
});
