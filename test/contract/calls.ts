import type { Claim } from './contract.ts';
import { same } from './same.ts';
import { log, watched } from './watched.ts';

const cap = 1_000; // an endless source that is not stopped must fail, not hang

/** Values on their way: what passes, in which order, and that it can be stopped. */
export const calls: Record<string, Claim> = {
  'RxJS takes the call for a Subscriber: subscribe(call) returns call': ({ rxjs, library }) => {
    const { source, seen } = watched(new rxjs.Observable<number>((s) => s.next(1)));
    source.pipe(library.circuitBreaker()).subscribe();
    same(
      seen.map(({ given, returned }) => given === returned),
      [true],
    );
  },

  'RxJS takes the call of a judging breaker for a Subscriber too': ({ rxjs, library }) => {
    const { source, seen } = watched(new rxjs.Observable<number>((s) => s.next(1)));
    source.pipe(library.circuitBreaker({ successOn: 'first-value' })).subscribe();
    same(
      seen.map(({ given, returned }) => given === returned),
      [true],
    );
  },

  'values and the end pass in their order, synchronous ones synchronously': ({ rxjs, library }) => {
    const heard: unknown[] = [];
    rxjs.of(1, 2, 3).pipe(library.circuitBreaker()).subscribe(log(heard));
    same(heard, [1, 2, 3, 'C']);
  },

  'a subscriber without handlers is served like any other': ({ rxjs, library }) => {
    const heard: unknown[] = [];
    const source = rxjs.of(1, 2).pipe(rxjs.tap((value) => heard.push(value)));
    source.pipe(library.circuitBreaker()).subscribe();
    source.pipe(library.circuitBreaker()).subscribe({});
    same(heard, [1, 2, 1, 2]);
  },

  'take(3) stops an endless synchronous source at 3': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    const heard: unknown[] = [];
    let made = 0;
    const firehose = new rxjs.Observable<number>((s) => {
      while (!s.closed && made < cap) s.next(++made);
    });
    firehose.pipe(breaker, rxjs.take(3)).subscribe(log(heard));
    same([made, heard], [3, [1, 2, 3, 'C']]);
    same([breaker.snapshot().counts.successes, breaker.snapshot().counts.inFlight], [1, 0]);
  },

  'take(3) stops it through operators on both sides': ({ rxjs, library }) => {
    let made = 0;
    const firehose = new rxjs.Observable<number>((s) => {
      while (!s.closed && made < cap) s.next(++made);
    });
    const through = rxjs.map((value: number) => value * 2);
    firehose
      .pipe(through, library.circuitBreaker(), through, library.circuitBreaker(), rxjs.take(3))
      .subscribe();
    same(made, 3);
  },

  'take(3) stops range, an array, an iterable and a replay': ({ rxjs, library }) => {
    const replay = new rxjs.ReplaySubject<number>();
    for (let value = 0; value < cap; value++) replay.next(value);
    const numbers = Array.from({ length: cap }, (_, index) => index);
    for (const source of [
      rxjs.range(0, cap),
      rxjs.from(numbers),
      rxjs.from(new Set(numbers)),
      replay,
    ]) {
      const heard: unknown[] = [];
      let made = 0;
      source
        .pipe(
          rxjs.tap(() => made++),
          library.circuitBreaker(),
          rxjs.take(3),
        )
        .subscribe(log(heard));
      same([made, heard], [3, [0, 1, 2, 'C']]);
    }
  },

  'a judging breaker stops it too': ({ rxjs, library }) => {
    let made = 0;
    const firehose = new rxjs.Observable<number>((s) => {
      while (!s.closed && made < cap) s.next(++made);
    });
    const breaker = library.circuitBreaker({ classifyValue: () => 'undecided' });
    firehose.pipe(breaker, rxjs.take(3)).subscribe();
    same([made, breaker.snapshot().counts.calls], [3, 0]);
  },

  'a subscriber that leaves from outside in the midst of a value stops it': ({ rxjs, library }) => {
    let made = 0;
    const firehose = new rxjs.Observable<number>((s) => {
      while (!s.closed && made < cap) s.next(++made);
    });
    const stop = new rxjs.Subject<void>();
    firehose
      .pipe(library.circuitBreaker(), rxjs.takeUntil(stop))
      .subscribe((value) => value === 5 && stop.next());
    same(made, 5);
  },

  'a source sees closed the moment its subscriber leaves': ({ rxjs, library }) => {
    const closed: boolean[] = [];
    const source = new rxjs.Observable<number>((s) => {
      closed.push(s.closed);
      return () => closed.push(s.closed);
    });
    const subscription = source.pipe(library.circuitBreaker()).subscribe();
    subscription.unsubscribe();
    same(closed, [false, true]);
  },

  'an interval on a virtual clock passes at its own times': ({ rxjs, library }) => {
    const scheduler = new rxjs.VirtualTimeScheduler();
    const heard: unknown[] = [];
    rxjs
      .interval(10, scheduler)
      .pipe(library.circuitBreaker({ scheduler }), rxjs.take(3))
      .subscribe((value) => heard.push([value, scheduler.now()]));
    scheduler.flush();
    same(heard, [
      [0, 10],
      [1, 20],
      [2, 30],
    ]);
  },

  'observeOn and subscribeOn work above and below': ({ rxjs, library }) => {
    const scheduler = new rxjs.VirtualTimeScheduler();
    const heard: unknown[] = [];
    rxjs
      .of(1, 2)
      .pipe(
        rxjs.subscribeOn(scheduler, 5),
        rxjs.observeOn(scheduler, 5),
        library.circuitBreaker({ scheduler }),
        rxjs.subscribeOn(scheduler, 5),
        rxjs.observeOn(scheduler, 5),
      )
      .subscribe(log(heard));
    scheduler.flush();
    same([heard, scheduler.now()], [[1, 2, 'C'], 20]);
  },

  'what a listener throws is reported by RxJS, and the call goes on': async ({ rxjs, library }) => {
    const reported: unknown[] = [];
    const before = rxjs.config.onUnhandledError;
    rxjs.config.onUnhandledError = (error: unknown) => reported.push(error);
    const breaker = library.circuitBreaker();
    const heard: unknown[] = [];
    rxjs
      .of(1, 2)
      .pipe(breaker)
      .subscribe({
        next: (value) => {
          heard.push(value);
          if (value === 1) throw 'listener';
        },
        complete: () => heard.push('C'),
      });
    await new Promise((done) => setTimeout(done));
    rxjs.config.onUnhandledError = before;
    same([heard, reported, breaker.snapshot().counts.successes], [[1, 2, 'C'], ['listener'], 1]);
  },

  'a source of another RxJS, which wraps the call, is guarded all the same': ({
    rxjs,
    library,
  }) => {
    // subscribe() of a library that knows no duck test: it calls back, and returns its own subscription
    const order: string[] = [];
    const foreign = new rxjs.Observable<number>();
    Object.assign(foreign, {
      subscribe(call: RxObserver) {
        const inner = new rxjs.Observable<number>((s) => {
          s.next(1);
          return () => order.push('stopped');
        });
        return inner.subscribe({
          next: (value) => call.next(value),
          error: (error: unknown) => call.error(error),
          complete: () => call.complete(),
        });
      },
    });
    const breaker = library.circuitBreaker();
    foreign
      .pipe(breaker)
      .subscribe((value) => order.push(String(value)))
      .unsubscribe();
    foreign.pipe(breaker, rxjs.take(1)).subscribe();
    same(order, ['1', 'stopped', 'stopped']);
    same([breaker.snapshot().counts.successes, breaker.snapshot().counts.inFlight], [2, 0]);
  },
};

interface RxObserver {
  next(value: number): void;
  error(error: unknown): void;
  complete(): void;
}
