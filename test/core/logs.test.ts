import { format, inspect } from 'node:util';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type CircuitBreaker, type CircuitOpenError, circuitBreaker } from '../../src/index.ts';
import { fail, start } from '../rxjs/calls.ts';

const secret = 'Bearer 4f3c2b1a';

/** An error as HTTP clients throw them: the whole request hangs on it, and it holds a circle. */
function requestError(): Error {
  const error = new Error('boom') as Error & { config: unknown; self: unknown };
  error.config = { headers: { Authorization: secret } };
  error.self = error;
  return error;
}

/** A breaker that one caller's error has opened. */
function opened(): CircuitBreaker {
  const breaker = circuitBreaker({ consecutiveFailureThreshold: 1, name: 'payments' });
  fail(breaker, 1, requestError());
  return breaker;
}

/** A closed breaker that remembers one caller's error. */
function failed(): CircuitBreaker {
  const breaker = circuitBreaker({ consecutiveFailureThreshold: 2, name: 'payments' });
  fail(breaker, 1, requestError());
  return breaker;
}

function refused(): CircuitOpenError {
  let refusal: unknown;
  NEVER.pipe(opened()).subscribe({ error: (error) => (refusal = error) });
  return refusal as CircuitOpenError;
}

const ways: Readonly<Record<string, (value: object) => unknown>> = {
  JSON: (value) => JSON.stringify(value),
  'a spread': (value) => inspect({ ...value }, { depth: 9 }),
  'console.log': (value) => format(value),
  'console.dir of all': (value) => inspect(value, { depth: 9, showHidden: true, getters: true }),
  'console.log with %o': (value) => format('%o', value),
  'for in': (value) => {
    const seen: unknown[] = [];
    for (const name in value) seen.push(name, value[name as keyof object]);
    return inspect(seen, { depth: 9 });
  },
};

describe.each(Object.entries(ways))('%s', (_, shown) => {
  it('of a refusal shows nothing of the call that opened the breaker', () => {
    expect(shown(refused())).not.toContain(secret);
  });

  it('of an error around a refusal shows nothing of that call', () => {
    expect(shown(new Error('checkout failed', { cause: refused() }))).not.toContain(secret);
    expect(shown(new AggregateError([refused()]))).not.toContain(secret);
  });
});

describe.each(Object.entries(ways).filter(([name]) => name !== 'a spread' && name !== 'for in'))(
  '%s',
  (_, shown) => {
    it('of a permit, a subscription or a breaker shows nothing of other calls', () => {
      const breaker = failed();
      expect(shown(breaker.acquire())).not.toContain(secret);
      expect(shown({ breaker })).not.toContain(secret);
    });
  },
);

describe('a refusal', () => {
  it('in a log has its first line, and what a reader acts on', () => {
    const text = format(refused());
    expect(text).toMatch(/^CircuitOpenError: the circuit breaker "payments" is open \{/);
    for (const part of ["code: 'ECIRCUITOPEN'", "state: 'open'", 'retryAfter: ']) {
      expect(text).toContain(part);
    }
  });

  it('as JSON has its name, code and message, though its cause holds a circle', () => {
    expect(JSON.parse(JSON.stringify(refused()))).toMatchObject({
      name: 'CircuitOpenError',
      code: 'ECIRCUITOPEN',
      message: 'the circuit breaker "payments" is open',
      breaker: 'payments',
      state: 'open',
    });
  });

  it('sent to a worker arrives with breaker, state and retryAfter, and with nothing else', () => {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(refused());
    const { message } = receiveMessageOnPort(port2) as { message: object };
    port1.close();
    expect(Object.keys(message).sort()).toEqual(['breaker', 'retryAfter', 'state']);
    expect(Object.keys(structuredClone(refused())).sort()).toEqual(Object.keys(message).sort());
  });

  it('hands the cause to code that asks for it', () => {
    expect(refused().cause).toMatchObject({ message: 'boom' });
    expect(Object.getOwnPropertyNames(refused())).not.toContain('cause');
  });
});

describe('a subscription in a log', () => {
  it('shows nothing of other calls', () => {
    const { subscription } = start(failed());
    expect(inspect(subscription, { depth: 9, showHidden: true })).not.toContain(secret);
  });
});

describe('a name or value in a message', () => {
  it.each(['a\nb', 'a\u001b[31mb', 'a\u009b31mb', 'a\u007fb', 'a\u2028b', 'a\u2029b'])(
    'has no control character: %j',
    (name) => {
      const breaker = circuitBreaker({ name });
      breaker.isolate();
      expect(() => breaker.acquire()).toThrow(/^the circuit breaker "[\x20-\x7e]*" is isolated$/);
      expect(() => circuitBreaker({ retryTimeout: Symbol(name) as never })).toThrow(
        /^[\x20-\x7e]*$/,
      );
      expect(() => circuitBreaker({ [name]: 5 })).toThrow(/^[\x20-\x7e]*$/);
    },
  );
});

it('a permit shows its breaker, the state, and whether it is settled', () => {
  const breaker = circuitBreaker({ name: 'payments' });
  const permit = breaker.acquire();
  const call = { circuitBreaker: 'payments', state: 'closed' };
  expect(JSON.parse(JSON.stringify(permit))).toEqual({ call, settled: false });
  permit.success();
  expect(JSON.parse(JSON.stringify(permit))).toEqual({ call, settled: true });
});
