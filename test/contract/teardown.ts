import type { Subscriber } from 'rxjs';
import type { Claim } from './contract.ts';
import { same } from './same.ts';
import { log, reach, watched } from './watched.ts';

/** Leaving: what is stopped, in which order, and that nothing is held on to. */
export const teardown: Record<string, Claim> = {
  'the teardown of a source runs once, however the call ends': ({ rxjs, library }) => {
    const ends: ((s: Subscriber<string>) => void)[] = [
      (s) => s.complete(),
      (s) => s.error(new Error('boom')),
      (s) => s.unsubscribe(),
      () => {},
    ];
    for (const end of ends) {
      const breaker = library.circuitBreaker();
      const order: unknown[] = [];
      const source = new rxjs.Observable<string>((s) => {
        end(s);
        return () => order.push('stopped');
      });
      source.pipe(breaker).subscribe(log([])).unsubscribe();
      same([order, breaker.snapshot().counts.inFlight], [['stopped'], 0]);
    }
  },

  'it runs after the end is heard, and for an end that comes later too': ({ rxjs, library }) => {
    const subject = new rxjs.Subject<number>();
    const heard: unknown[] = [];
    subject
      .pipe(
        rxjs.finalize(() => heard.push('stopped')),
        library.circuitBreaker(),
      )
      .subscribe(log(heard));
    subject.next(1);
    subject.complete();
    same(heard, [1, 'C', 'stopped']);
  },

  'several teardowns all run, each once': ({ rxjs, library }) => {
    const order: unknown[] = [];
    const source = new rxjs.Observable<number>((s) => {
      s.add(() => order.push('first'));
      s.add(new rxjs.Subscription(() => order.push('second')));
      return () => order.push('third');
    });
    const subscription = source.pipe(library.circuitBreaker()).subscribe();
    subscription.unsubscribe();
    subscription.unsubscribe();
    same(order, ['first', 'second', 'third']);
  },

  'a teardown that is removed does not run; one added too late runs at once': ({
    rxjs,
    library,
  }) => {
    const order: unknown[] = [];
    let subscriber: Subscriber<number> | undefined;
    const source = new rxjs.Observable<number>((s) => {
      subscriber = s;
      const removed = ['a', 'b', 'c'].map((name) => new rxjs.Subscription(() => order.push(name)));
      for (const child of removed) s.add(child);
      for (const child of removed) s.remove(child);
      s.add(() => order.push('kept'));
    });
    source.pipe(library.circuitBreaker()).subscribe().unsubscribe();
    subscriber?.add(() => order.push('late'));
    same(order, ['kept', 'late']);
  },

  'a teardown that throws keeps neither the others nor the place': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    const order: unknown[] = [];
    const source = new rxjs.Observable<number>((s) => {
      s.add(() => {
        throw new Error('broken');
      });
      s.add(() => order.push('other'));
    });
    const subscription = source.pipe(breaker).subscribe();
    try {
      subscription.unsubscribe();
    } catch (error) {
      order.push((error as Error).name);
    }
    same([order, breaker.snapshot().counts.inFlight], [['other', 'UnsubscriptionError'], 0]);
  },

  'the source is stopped before the place is given back': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    const inFlight: number[] = [];
    const source = new rxjs.Observable<number>(() => () => {
      inFlight.push(breaker.snapshot().counts.inFlight);
    });
    source.pipe(breaker).subscribe().unsubscribe();
    inFlight.push(breaker.snapshot().counts.inFlight);
    same(inFlight, [1, 0]);
  },

  'unsubscribing goes through operators on both sides': ({ rxjs, library }) => {
    const order: unknown[] = [];
    const subscription = rxjs.NEVER.pipe(
      rxjs.finalize(() => order.push('above')),
      rxjs.map((value) => value),
      library.circuitBreaker(),
      rxjs.map((value) => value),
      rxjs.finalize(() => order.push('below')),
    ).subscribe();
    subscription.unsubscribe();
    same([...order].sort(), ['above', 'below']);
  },

  'a Subject keeps no observer': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    for (const subject of [
      new rxjs.Subject<number>(),
      new rxjs.BehaviorSubject(0),
      new rxjs.ReplaySubject<number>(),
    ]) {
      const kept: boolean[] = [];
      const subscription = subject.pipe(breaker).subscribe();
      kept.push(subject.observers.length > 0);
      subscription.unsubscribe();
      kept.push(subject.observers.length > 0);
      subject.pipe(breaker, rxjs.take(1)).subscribe();
      subject.next(1);
      kept.push(subject.observers.length > 0);
      same(kept, [true, false, false]);
    }
    same(breaker.snapshot().counts.inFlight, 0);
  },

  'share and refCount let go of the source with their last subscriber': ({ rxjs, library }) => {
    const subject = new rxjs.Subject<number>();
    const breaker = library.circuitBreaker();
    const shared = subject.pipe(rxjs.share(), breaker, rxjs.share());
    const [first, second] = [shared.subscribe(), shared.subscribe()];
    same([subject.observers.length, breaker.snapshot().counts.inFlight], [1, 1]);
    first.unsubscribe();
    second.unsubscribe();
    same([subject.observers.length, breaker.snapshot().counts.inFlight], [0, 0]);
  },

  'switchMap gives up the call before': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    const order: string[] = [];
    const outer = new rxjs.Subject<string>();
    outer
      .pipe(
        rxjs.switchMap((name) =>
          rxjs.NEVER.pipe(
            rxjs.finalize(() => order.push(name)),
            breaker,
          ),
        ),
      )
      .subscribe();
    outer.next('a');
    outer.next('b');
    same(
      [order, breaker.snapshot().counts.inFlight, breaker.snapshot().counts.calls],
      [['a'], 1, 0],
    );
  },

  'children that have ended are forgotten, as mergeMap adds one a value': ({ rxjs, library }) => {
    const subject = new rxjs.Subject<number>();
    const inner = new rxjs.Subject<void>();
    const { source, seen } = watched(
      subject.pipe(
        rxjs.mergeMap(() => inner.pipe(rxjs.take(1), rxjs.delay(0, rxjs.queueScheduler))),
      ),
    );
    const subscription = source.pipe(library.circuitBreaker()).subscribe();
    const round = (value: number): void => {
      subject.next(value);
      subject.next(value);
      inner.next();
    };
    for (let value = 0; value < 10; value++) round(value);
    const before = reach(seen[0]?.given as object);
    for (let value = 0; value < 500; value++) round(value);
    const after = reach(seen[0]?.given as object);
    subscription.unsubscribe();
    same([after - before, inner.observers.length, subject.observers.length], [0, 0, 0]);
  },

  'a long-lived parent forgets the calls that have ended': ({ rxjs, library }) => {
    const parent = new rxjs.Subscription();
    const held = [1, 100].map((calls) => {
      for (let call = 0; call < calls; call++) {
        const subject = new rxjs.Subject<number>();
        parent.add(subject.pipe(library.circuitBreaker()).subscribe());
        subject.complete();
      }
      return reach(parent);
    });
    same(held[0], held[1]);
  },

  'a probe that is unsubscribed gives its place to the next': ({ rxjs, library }) => {
    const scheduler = new rxjs.VirtualTimeScheduler();
    const breaker = library.circuitBreaker({
      consecutiveFailureThreshold: 1,
      retryTimeout: 10,
      successThreshold: 1,
      scheduler,
    });
    rxjs
      .throwError(() => 'boom')
      .pipe(breaker)
      .subscribe({ error: () => {} });
    const heard: unknown[] = [];
    scheduler.schedule(() => {
      const probe = rxjs.NEVER.pipe(breaker).subscribe();
      rxjs
        .of('refused')
        .pipe(breaker)
        .subscribe({
          error: (error: unknown) => heard.push(library.isCircuitOpenError(error)),
        });
      probe.unsubscribe();
      heard.push(breaker.state);
      rxjs.of('ok').pipe(breaker).subscribe(log(heard));
    }, 10);
    scheduler.flush();
    same([heard, breaker.state], [[true, 'half-open', 'ok', 'C'], 'closed']);
  },

  'a call given up while its source subscribes gives its place back': ({ rxjs, library }) => {
    const breaker = library.circuitBreaker();
    const stop = new rxjs.Subject<void>();
    let stopped = 0;
    const source = new rxjs.Observable<number>(() => {
      stop.next();
      return () => stopped++;
    });
    source.pipe(breaker, rxjs.takeUntil(stop)).subscribe();
    same([stopped, breaker.snapshot().counts.inFlight], [1, 0]);
  },
};
