import { EMPTY, firstValueFrom, NEVER, of, Subject, take, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { circuitBreaker } from '../../src/index.ts';
import { boom, events, fail, record, start } from '../rxjs/calls.ts';
import { HandClock } from '../rxjs/handClock.ts';

const counted = (breaker: ReturnType<typeof circuitBreaker>) => {
  const { successes, failures, ignored, inFlight } = breaker.snapshot().counts;
  return { successes, failures, ignored, inFlight };
};
const none = { successes: 0, failures: 0, ignored: 0, inFlight: 0 };
const unlimited = { rollingWindow: Number.POSITIVE_INFINITY, minimumCalls: 1_000 };

describe('a call that completes', () => {
  it('is one success, however many values it had', () => {
    const breaker = circuitBreaker(unlimited);
    expect(record(of(1, 2, 3).pipe(breaker))).toEqual(['1', '2', '3', '|']);
    expect(counted(breaker)).toEqual({ ...none, successes: 1 });
  });

  it('is a success without any value too', () => {
    const breaker = circuitBreaker(unlimited);
    expect(record(EMPTY.pipe(breaker))).toEqual(['|']);
    expect(counted(breaker)).toEqual({ ...none, successes: 1 });
  });

  it('says nothing before it ends', () => {
    const breaker = circuitBreaker(unlimited);
    const call = start(breaker);
    call.next();
    expect(counted(breaker)).toEqual({ ...none, inFlight: 1 });
    call.complete();
    expect(counted(breaker)).toEqual({ ...none, successes: 1 });
  });
});

describe('a call that errors', () => {
  it('is a failure, after values too', () => {
    const breaker = circuitBreaker(unlimited);
    const call = start(breaker);
    call.next(1);
    call.error();
    expect(call.heard).toEqual(['1', '#boom']);
    expect(counted(breaker)).toEqual({ ...none, failures: 1 });
  });

  it('is a failure whatever it was that was thrown', () => {
    const breaker = circuitBreaker(unlimited);
    const heard: unknown[] = [];
    for (const error of [undefined, null, 0, 'text', boom]) {
      throwError(() => error)
        .pipe(breaker)
        .subscribe({ error: (e) => heard.push(e) });
    }
    expect(heard).toEqual([undefined, null, 0, 'text', boom]);
    expect(counted(breaker)).toEqual({ ...none, failures: 5 });
  });

  it('is what classifyError says, and passes in any case', () => {
    const breaker = circuitBreaker({
      ...unlimited,
      classifyError: (error) => error as 'failure' | 'success' | 'ignored',
    });
    for (const verdict of ['failure', 'success', 'ignored']) {
      let heard: unknown;
      throwError(() => verdict)
        .pipe(breaker)
        .subscribe({ error: (error) => (heard = error) });
      expect(heard).toBe(verdict);
    }
    expect(counted(breaker)).toEqual({ successes: 1, failures: 1, ignored: 1, inFlight: 0 });
  });

  it('is classified with the state it was admitted in', () => {
    const asked: string[] = [];
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 2,
      retryTimeout: 0,
      classifyError: (error, state) => {
        asked.push(state);
        return error === boom ? 'failure' : state === 'half-open' ? 'success' : 'ignored';
      },
    });
    fail(breaker, 2);
    fail(breaker, 1, 404);
    expect(breaker.state).toBe('closed');
    fail(breaker, 1, 404);
    const held = breaker.disable();
    fail(breaker, 1, 404);
    held.unsubscribe();
    expect(asked).toEqual(['closed', 'closed', 'half-open', 'closed', 'disabled']);
  });
});

describe('a call that is unsubscribed', () => {
  it('before any value is cancelled: its place comes back, nothing is counted', () => {
    const breaker = circuitBreaker(unlimited);
    const heard = events(breaker);
    NEVER.pipe(breaker).subscribe().unsubscribe();
    expect(counted(breaker)).toEqual(none);
    expect(heard.map(({ type }) => type)).toEqual(['cancelled']);
  });

  it('after a value is a success', () => {
    const breaker = circuitBreaker(unlimited);
    const call = start(breaker);
    call.next();
    call.cancel();
    expect(counted(breaker)).toEqual({ ...none, successes: 1 });
  });

  it('by take(1) or firstValueFrom is a success', async () => {
    const breaker = circuitBreaker(unlimited);
    record(of(1, 2).pipe(breaker, take(1)));
    expect(await firstValueFrom(of(1, 2).pipe(breaker))).toBe(1);
    const source = new Subject<number>();
    const first = firstValueFrom(source.pipe(breaker));
    source.next(7);
    expect(await first).toBe(7);
    expect(source.observed).toBe(false);
    expect(counted(breaker)).toEqual({ ...none, successes: 3 });
  });

  it('counts once, even when unsubscribed again or after its end', () => {
    const breaker = circuitBreaker(unlimited);
    const call = start(breaker);
    call.next();
    call.complete();
    call.cancel();
    call.cancel();
    expect(counted(breaker)).toEqual({ ...none, successes: 1 });
  });
});

describe('classifyValue', () => {
  const judged = () =>
    circuitBreaker({
      ...unlimited,
      classifyValue: (value) =>
        value === 'bad' ? 'failure' : value === 'good' ? 'success' : 'undecided',
    });

  it('settles the call as a failure then and there, and the stream goes on', () => {
    const breaker = judged();
    const call = start(breaker);
    call.next('bad');
    expect(counted(breaker)).toEqual({ ...none, failures: 1 });
    call.next('good');
    call.next('bad');
    call.complete();
    expect(call.heard).toEqual(['bad', 'good', 'bad', '|']);
    expect(counted(breaker)).toEqual({ ...none, failures: 1 });
  });

  it('leaves the verdict open with undecided: unsubscribing then is a cancel', () => {
    const breaker = judged();
    const call = start(breaker);
    call.next('well');
    call.cancel();
    expect(counted(breaker)).toEqual(none);
  });

  it('makes unsubscribing a success after one value called a success', () => {
    const breaker = judged();
    const call = start(breaker);
    call.next('good');
    call.next('well');
    call.cancel();
    expect(counted(breaker)).toEqual({ ...none, successes: 1 });
  });

  it('counts the failing value, should take(1) leave at it', () => {
    const breaker = judged();
    expect(record(of('bad', 'good').pipe(breaker, take(1)))).toEqual(['bad', '|']);
    expect(counted(breaker)).toEqual({ ...none, failures: 1 });
  });

  it('is not asked after the verdict', () => {
    let asked = 0;
    const breaker = circuitBreaker({
      ...unlimited,
      classifyValue: () => {
        asked++;
        return 'failure';
      },
    });
    record(of(1, 2, 3).pipe(breaker));
    expect(asked).toBe(1);
  });

  it('gives the value as the error of the failure', () => {
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      classifyValue: () => 'failure',
      scheduler: new HandClock(),
    });
    const heard = events(breaker);
    const response = { status: 503 };
    record(of(response).pipe(breaker));
    expect(heard[0]).toMatchObject({ type: 'failure', error: response });
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ cause: response }));
  });
});

describe("successOn: 'first-value'", () => {
  const first = () => circuitBreaker({ ...unlimited, successOn: 'first-value' });

  it('settles an endless call at its first value, and lets the stream go on', () => {
    const breaker = first();
    const call = start(breaker);
    call.next(1);
    expect(counted(breaker)).toEqual({ ...none, successes: 1 });
    call.next(2);
    call.error();
    expect(call.heard).toEqual(['1', '2', '#boom']);
    expect(counted(breaker)).toEqual({ ...none, successes: 1 });
  });

  it('still counts an error before any value, and an empty completion', () => {
    const breaker = first();
    start(breaker).error();
    start(breaker).complete();
    expect(counted(breaker)).toEqual({ ...none, successes: 1, failures: 1 });
  });

  it('waits for a value that classifyValue calls a success', () => {
    const breaker = circuitBreaker({
      ...unlimited,
      successOn: 'first-value',
      classifyValue: (value) => (value === 'sent' ? 'undecided' : 'success'),
    });
    const call = start(breaker);
    call.next('sent');
    expect(counted(breaker)).toEqual({ ...none, inFlight: 1 });
    call.next('response');
    expect(counted(breaker)).toEqual({ ...none, successes: 1 });
  });

  it('has the state changed before the value is heard', () => {
    const breaker = circuitBreaker({
      successOn: 'first-value',
      consecutiveFailureThreshold: 1,
      retryTimeout: 0,
    });
    fail(breaker);
    const seen: string[] = [];
    of(1)
      .pipe(breaker)
      .subscribe(() => seen.push(breaker.state));
    expect(seen).toEqual(['closed']);
  });
});
