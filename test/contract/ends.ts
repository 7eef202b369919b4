import type { Claim } from './contract.ts';
import { same } from './same.ts';
import { log } from './watched.ts';

/** Errors, completions, and what comes after either. */
export const ends: Record<string, Claim> = {
  'an error passes as it came, and is counted once': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    const boom = new Error('boom');
    let got: unknown;
    rxjs
      .throwError(() => boom)
      .pipe(breaker)
      .subscribe({ error: (error: unknown) => (got = error) });
    same([got === boom, breaker.snapshot().counts.failures], [true, 1]);
  },

  'what a source says after its end is dropped': ({ rxjs, library }) => {
    for (const classifyValue of [undefined, () => 'success' as const]) {
      const breaker = library.circuitBreaker(classifyValue ? { classifyValue } : {});
      const heard: unknown[] = [];
      const completed = new rxjs.Observable<number>((s) => {
        s.next(1);
        s.complete();
        s.next(2);
        s.error(new Error('late'));
        s.complete();
      });
      const failed = new rxjs.Observable<number>((s) => {
        s.error(new Error('boom'));
        s.next(3);
        s.complete();
        s.error(new Error('late'));
      });
      completed.pipe(breaker).subscribe(log(heard));
      failed.pipe(breaker).subscribe(log(heard));
      same(heard, [1, 'C', 'E:boom']);
      const { successes, failures, inFlight } = breaker.snapshot().counts;
      same([successes, failures, inFlight], [1, 1, 0]);
    }
  },

  'what a source says after its subscriber left is dropped': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    const heard: unknown[] = [];
    let late = (): void => {};
    const source = new rxjs.Observable<number>((s) => {
      s.next(1);
      late = () => {
        s.next(2);
        s.error(new Error('late'));
        s.complete();
      };
    });
    source.pipe(breaker).subscribe(log(heard)).unsubscribe();
    late();
    same([heard, breaker.snapshot().counts.failures], [[1], 0]);
  },

  'a throw in the source is an error of the call': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    const heard: unknown[] = [];
    const source = new rxjs.Observable<number>((s) => {
      s.next(1);
      throw new Error('boom');
    });
    source.pipe(breaker).subscribe(log(heard));
    same([heard, breaker.snapshot().counts.failures], [[1, 'E:boom'], 1]);
  },

  'a throw out of subscribe itself is an error of the call': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    const heard: unknown[] = [];
    const broken = new rxjs.Observable<number>();
    Object.assign(broken, {
      subscribe() {
        throw new Error('broken');
      },
    });
    broken.pipe(breaker).subscribe(log(heard));
    const { failures, inFlight } = breaker.snapshot().counts;
    same([heard, failures, inFlight], [['E:broken'], 1, 0]);
  },

  'the state has changed before an error is heard': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker({ consecutiveFailureThreshold: 1 });
    const heard: unknown[] = [];
    const source = rxjs.throwError(() => new Error('boom')).pipe(breaker);
    source.subscribe({
      error: () =>
        source.subscribe({ error: (e: unknown) => heard.push(library.isCircuitOpenError(e)) }),
    });
    same(heard, [true]);
  },

  'the place is free before completion is heard': ({ rxjs, library }) => {
    const scheduler = new rxjs.VirtualTimeScheduler();
    const breaker = library.circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 10,
      successThreshold: 2,
      maxProbes: 1,
      scheduler,
    });
    rxjs
      .throwError(() => 'boom')
      .pipe(breaker)
      .subscribe({ error: () => {} });
    const heard: unknown[] = [];
    scheduler.schedule(() => {
      const source = rxjs.of('ok').pipe(breaker);
      source.subscribe({ complete: () => source.subscribe(log(heard)) });
    }, 10);
    scheduler.flush();
    same([heard, breaker.state], [['ok', 'C'], 'closed']);
  },

  'retry calls again, one call an attempt, until it is refused': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker({ consecutiveFailureThreshold: 2 });
    let attempts = 0;
    const heard: unknown[] = [];
    rxjs
      .defer(() => {
        attempts++;
        return rxjs.throwError(() => 'boom');
      })
      .pipe(breaker, rxjs.retry(5))
      .subscribe(log(heard));
    same([attempts, breaker.state, heard.length], [2, 'open', 1]);
  },

  'repeat calls again, one call a round': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    const heard: unknown[] = [];
    rxjs.of('a').pipe(breaker, rxjs.repeat(3)).subscribe(log(heard));
    same([heard, breaker.snapshot().counts.successes], [['a', 'a', 'a', 'C'], 3]);
  },

  'catchError can answer with the source once more': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    const heard: unknown[] = [];
    let attempts = 0;
    rxjs
      .defer(() => (++attempts < 3 ? rxjs.throwError(() => 'boom') : rxjs.of('ok')))
      .pipe(
        breaker,
        rxjs.catchError((_, again) => again),
      )
      .subscribe(log(heard));
    const { successes, failures, inFlight } = breaker.snapshot().counts;
    same([heard, successes, failures, inFlight], [['ok', 'C'], 1, 2, 0]);
  },

  'firstValueFrom is a success, and stops the source': async ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    let stopped = 0;
    const source = new rxjs.Observable<string>((s) => {
      s.next('first');
      s.next('second');
      return () => stopped++;
    });
    const value = await rxjs.firstValueFrom(source.pipe(breaker));
    const { successes, inFlight } = breaker.snapshot().counts;
    same([value, stopped, successes, inFlight], ['first', 1, 1, 0]);
  },

  'a refused call errors at once and never touches the source': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    breaker.isolate();
    let touched = 0;
    const heard: unknown[] = [];
    const source = rxjs.defer(() => {
      touched++;
      return rxjs.of(1);
    });
    source.pipe(breaker).subscribe({
      error: (error: unknown) => heard.push(library.isCircuitOpenError(error)),
    });
    same([touched, heard], [0, [true]]);
  },

  'a subscriber that is closed from the start is no call': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    let touched = 0;
    const source = rxjs.defer(() => {
      touched++;
      return rxjs.NEVER;
    });
    const heard: unknown[] = [];
    rxjs.forkJoin([rxjs.EMPTY, source.pipe(breaker)]).subscribe(log(heard));
    same([touched, heard, breaker.snapshot().counts.inFlight], [0, ['C'], 0]);
  },
};
