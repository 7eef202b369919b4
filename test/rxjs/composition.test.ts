import {
  catchError,
  concat,
  defer,
  EMPTY,
  expand,
  finalize,
  firstValueFrom,
  forkJoin,
  mergeMap,
  NEVER,
  type Observable,
  of,
  race,
  range,
  repeat,
  retry,
  Subject,
  share,
  shareReplay,
  switchMap,
  take,
  throwError,
  timeout,
  timer,
  toArray,
  VirtualTimeScheduler,
  zip,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type CircuitBreaker, circuitBreaker, isCircuitOpenError } from '../../src/index.ts';
import { admits, boom, fail, record, start } from './calls.ts';
import { HandClock } from './handClock.ts';

/** A breaker in half-open with one place for a probe; one success closes it. */
function oneProbe(successThreshold = 1): CircuitBreaker {
  const breaker = circuitBreaker({
    consecutiveFailureThreshold: 1,
    retryTimeout: 0,
    successThreshold,
    maxProbes: 1,
    scheduler: new HandClock(),
  });
  fail(breaker);
  return breaker;
}

describe('a call made from within the end of another meets the new state', () => {
  it('in a complete handler: the place is free', () => {
    const breaker = oneProbe(2);
    const heard: string[] = [];
    EMPTY.pipe(breaker).subscribe({
      complete: () => heard.push(...record(of('again').pipe(breaker)), breaker.state),
    });
    expect(heard).toEqual(['again', '|', 'closed']);
  });

  it('in an error handler: the breaker is open', () => {
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 1, scheduler: new HandClock() });
    const heard: string[] = [];
    throwError(() => boom)
      .pipe(breaker)
      .subscribe({ error: () => heard.push(...record(of('again').pipe(breaker))) });
    expect(heard).toEqual(['#CircuitOpenError']);
  });

  it('in an error handler that is ignored: the place is free', () => {
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 0,
      classifyError: (_, state) => (state === 'half-open' ? 'ignored' : 'failure'),
    });
    fail(breaker);
    const heard: string[] = [];
    throwError(() => boom)
      .pipe(breaker)
      .subscribe({ error: () => heard.push(...record(of('again').pipe(breaker))) });
    expect(heard).toEqual(['again', '|']);
  });

  it('in finalize, and after firstValueFrom', async () => {
    const breaker = oneProbe();
    expect(await firstValueFrom(of(1).pipe(breaker))).toBe(1);
    expect(breaker.state).toBe('closed');
    const other = oneProbe(2);
    const heard: string[] = [];
    of(1)
      .pipe(
        other,
        finalize(() => heard.push(other.state, String(admits(other)))),
      )
      .subscribe();
    expect(heard).toEqual(['half-open', 'true']);
  });
});

describe('synchronous calls in a row share one place', () => {
  it.each<[string, (call: Observable<number>) => Observable<unknown>]>([
    ['repeat', (call) => call.pipe(repeat(3))],
    ['concat', (call) => concat(call, call, call)],
    ['concat with take(1), which leaves early', (call) => concat(call.pipe(take(1)), call, call)],
  ])('with %s', (_, compose) => {
    const breaker = oneProbe(3);
    const heard = record(compose(of(7).pipe(breaker)));
    expect(heard).toEqual(['7', '7', '7', '|']);
    expect(breaker.state).toBe('closed');
  });

  it('when given up before any value', () => {
    const breaker = oneProbe();
    const nothing = NEVER.pipe(breaker);
    for (let i = 0; i < 10; i++)
      nothing.subscribe({ error: () => expect.unreachable() }).unsubscribe();
    expect(admits(breaker)).toBe(true);
  });
});

describe('retry', () => {
  const flaky = (failures: number) => {
    let calls = 0;
    return defer(() => (calls++ < failures ? throwError(() => boom) : of(`call ${calls}`)));
  };

  it('outside stops at the refusal: two real calls, then refusals', () => {
    let calls = 0;
    const source = defer(() => {
      calls++;
      return throwError(() => boom);
    });
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 2, scheduler: new HandClock() });
    expect(record(source.pipe(breaker, retry(5)))).toEqual(['#CircuitOpenError']);
    expect(calls).toBe(2);
  });

  it('that waits for retryAfter comes back at the instant a probe is let in', () => {
    const scheduler = new VirtualTimeScheduler();
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 2, retryTimeout: 50, scheduler });
    const at: number[] = [];
    const heard: string[] = [];
    defer(() => {
      at.push(scheduler.now());
      return at.length < 3 ? throwError(() => boom) : of('ok');
    })
      .pipe(
        breaker,
        retry({
          delay: (error) => timer(isCircuitOpenError(error) ? error.retryAfter : 1, scheduler),
        }),
      )
      .subscribe((value) => heard.push(value));
    scheduler.flush();
    expect([at, heard]).toEqual([[0, 1, 51], ['ok']]);
  });

  it('inside is one call, however many attempts', () => {
    const breaker = circuitBreaker({ scheduler: new HandClock() });
    expect(record(flaky(2).pipe(retry(2), breaker))).toEqual(['call 3', '|']);
    expect(breaker.snapshot().counts).toMatchObject({ successes: 1, failures: 0 });
  });

  it('by catchError with caught meets the free place of an ignored probe', () => {
    const breaker = circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 0,
      classifyError: (_, state) => (state === 'half-open' ? 'ignored' : 'failure'),
    });
    fail(breaker);
    const source = flaky(3).pipe(
      breaker,
      catchError((error, caught) => (error === boom ? caught : throwError(() => error))),
    );
    expect(record(source)).toEqual(['call 4', '|']);
    expect(breaker.state).toBe('closed');
  });
});

describe('around a probe', () => {
  it('switchMap gives the place of the one it leaves to the one it takes up', () => {
    const breaker = oneProbe();
    const queries = new Subject<Observable<string>>();
    const heard = record(queries.pipe(switchMap((query) => query.pipe(breaker))));
    queries.next(NEVER);
    queries.next(NEVER);
    queries.next(of('answer'));
    expect(heard).toEqual(['answer']);
    expect(breaker.state).toBe('closed');
  });

  it('race cancels the loser: its place comes back', () => {
    const [a, b] = [oneProbe(), oneProbe()];
    expect(record(race(NEVER.pipe(a), of('won').pipe(b)))).toEqual(['won', '|']);
    expect([a.state, admits(a), b.state]).toEqual(['half-open', true, 'closed']);
  });

  it('forkJoin and zip do not leave places behind when one of them ends early', () => {
    const breaker = oneProbe();
    record(forkJoin([EMPTY, NEVER.pipe(breaker)]));
    expect(admits(breaker)).toBe(true);
    record(forkJoin([NEVER.pipe(breaker), EMPTY]));
    expect(admits(breaker)).toBe(true);
    record(zip(NEVER.pipe(breaker), EMPTY));
    expect(admits(breaker)).toBe(true);
    record(forkJoin([NEVER.pipe(breaker), throwError(() => boom)]));
    expect([breaker.state, admits(breaker)]).toEqual(['half-open', true]);
    expect(record(zip(of(1, 2).pipe(breaker), of('a')))).toEqual(['1,a', '|']);
    expect(breaker.state).toBe('closed');
  });

  it('forkJoin refuses the second call while the first has the one place', () => {
    const breaker = oneProbe();
    expect(record(forkJoin([NEVER.pipe(breaker), of(1).pipe(breaker)]))).toEqual([
      '#CircuitOpenError',
    ]);
    expect(admits(breaker)).toBe(true);
  });

  it('timeout after it cancels, before it fails', () => {
    const scheduler = new VirtualTimeScheduler();
    const breaker = circuitBreaker({ scheduler });
    const slow = timeout({ first: 5, scheduler });
    record(NEVER.pipe(breaker, slow));
    record(NEVER.pipe(slow, breaker));
    scheduler.flush();
    expect(breaker.snapshot().counts).toMatchObject({ failures: 1, calls: 1, inFlight: 0 });
  });
});

describe('a burst by mergeMap', () => {
  it('is cut off when the breaker opens; those in flight keep their own errors', () => {
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 2, scheduler: new HandClock() });
    const calls = [start(breaker), start(breaker)];
    const heard = record(
      range(0, 5).pipe(
        mergeMap(() =>
          throwError(() => boom).pipe(
            breaker,
            catchError((error: Error) => of(error.name === 'Error' ? 'boom' : 'refused')),
          ),
        ),
        toArray(),
      ),
    );
    expect(heard).toEqual(['boom,boom,refused,refused,refused', '|']);
    for (const call of calls) call.error();
    expect(calls.map((call) => call.heard)).toEqual([['#boom'], ['#boom']]);
    expect(breaker.snapshot().attempt).toBe(1);
  });
});

describe('sharing', () => {
  it('after it is one call for all subscribers', () => {
    const breaker = circuitBreaker({ scheduler: new HandClock() });
    const source = new Subject<number>();
    const shared = source.pipe(breaker, share());
    const heard = [record(shared), record(shared), record(shared)];
    source.error(boom);
    expect(heard).toEqual([['#boom'], ['#boom'], ['#boom']]);
    expect(breaker.snapshot().counts.failures).toBe(1);
  });

  it('before it is one call for each', () => {
    const breaker = circuitBreaker({ scheduler: new HandClock() });
    const source = new Subject<number>();
    const shared = source.pipe(share(), breaker);
    for (let i = 0; i < 3; i++) record(shared);
    source.error(boom);
    expect(breaker.snapshot().counts.failures).toBe(3);
  });

  it('by shareReplay keeps the call when its subscribers have left, and it is counted', () => {
    const breaker = oneProbe();
    const source = new Subject<number>();
    const shared = source.pipe(breaker, shareReplay(1));
    shared.subscribe().unsubscribe();
    expect(admits(breaker)).toBe(false);
    source.next(1);
    source.complete();
    expect([breaker.state, record(shared)]).toEqual(['closed', ['1', '|']]);
  });
});

describe('a breaker within itself', () => {
  it('takes two places: with one for probes the inner call is refused', () => {
    const breaker = oneProbe();
    const inner = of('inner').pipe(breaker);
    expect(record(defer(() => inner).pipe(breaker))).toEqual(['#CircuitOpenError']);
    const closed = circuitBreaker({ scheduler: new HandClock() });
    expect(record(of(1).pipe(closed, closed, closed))).toEqual(['1', '|']);
    expect(closed.snapshot().counts).toMatchObject({ successes: 3, inFlight: 0 });
  });

  it('counts a failure at both levels, the outer late when the inner one opened it', () => {
    const breaker = circuitBreaker({ consecutiveFailureThreshold: 1, scheduler: new HandClock() });
    expect(record(throwError(() => boom).pipe(breaker, breaker))).toEqual(['#boom']);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', attempt: 1 });
  });

  it('unwinds an expand that calls it again for each value', () => {
    const breaker = circuitBreaker({ scheduler: new HandClock() });
    const call = (n: number) => of(n).pipe(breaker);
    const heard = record(call(1).pipe(expand((n) => (n < 5 ? call(n + 1) : EMPTY))));
    expect(heard).toEqual(['1', '2', '3', '4', '5', '|']);
    expect(breaker.snapshot().counts).toMatchObject({ successes: 5, inFlight: 0 });
  });
});

describe('two breakers, one around the other', () => {
  it('both see the failure; a refusal by the inner one is ignored by the outer', () => {
    const scheduler = new HandClock();
    const inner = circuitBreaker({ consecutiveFailureThreshold: 1, scheduler });
    const outer = circuitBreaker({ consecutiveFailureThreshold: 3, scheduler });
    for (let i = 0; i < 4; i++) record(throwError(() => boom).pipe(inner, outer));
    expect([inner.state, outer.state]).toEqual(['open', 'closed']);
    expect(outer.snapshot().counts).toMatchObject({ failures: 1, ignored: 3 });
  });

  it('with refusals ignored the outer one stays out of it', () => {
    const scheduler = new HandClock();
    const inner = circuitBreaker({ consecutiveFailureThreshold: 1, scheduler });
    const outer = circuitBreaker({
      consecutiveFailureThreshold: 2,
      classifyError: (error) => (isCircuitOpenError(error) ? 'ignored' : 'failure'),
      scheduler,
    });
    for (let i = 0; i < 5; i++) record(throwError(() => boom).pipe(inner, outer));
    expect([inner.state, outer.state]).toEqual(['open', 'closed']);
  });
});
