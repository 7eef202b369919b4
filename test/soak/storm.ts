import { Observable, type Subscriber } from 'rxjs';
import type { CircuitBreaker, circuitBreaker as make } from '../../src/index.ts';

export interface Storm {
  readonly breaker: CircuitBreaker;
  /** Asks for that many calls; each takes the place of the oldest of those in flight. */
  ask(calls: number): void;
  /** Ends all that is in flight. */
  calm(): void;
  readonly seen: { admitted: number; refused: number; openings: number; observers: number };
}

/**
 * Calls without end: so many in flight, and a source that is well for a while and ill for a while, each
 * lasting a few virtual seconds. So all the breaker's ways are gone, again and again: it trips, refuses,
 * probes, fails and succeeds at it, and meets late results of the state before.
 */
export function storm(circuitBreaker: typeof make, inFlight: number): Storm {
  let time = 0;
  // a clock by hand: nothing here waits, and a timer that is asked for is a mistake
  const scheduler = {
    now: () => time,
    schedule(): never {
      throw new Error('a timer, though nobody observes the state');
    },
  };
  const breaker = circuitBreaker({
    scheduler,
    slowCallDuration: 5_000,
    failureRateThreshold: 0.5,
    retryTimeout: 500,
    successThreshold: 3,
  });
  const seen = { admitted: 0, refused: 0, openings: 0, observers: 0 };
  // a ring of those in flight
  const running = new Array<Subscriber<number> | undefined>(inFlight);
  let at = 0;
  let asked = 0;
  const source = new Observable<number>((subscriber) => {
    seen.admitted++;
    seen.observers++;
    const place = at;
    running[place] = subscriber;
    return () => {
      seen.observers--;
      if (running[place] === subscriber) running[place] = undefined;
    };
  }).pipe(breaker);
  const observer = {
    next: (): void => {},
    error: (): void => {},
  };
  const end = (subscriber: Subscriber<number> | undefined): void => {
    if (subscriber === undefined) return;
    const ill = Math.floor(time / 4_000) % 2 === 1;
    if (ill && asked % 16 !== 0) subscriber.error(boom);
    else if (asked % 32 === 1) subscriber.unsubscribe();
    else {
      subscriber.next(asked);
      subscriber.complete();
    }
  };
  return {
    breaker,
    seen,
    ask(calls) {
      for (let call = 0; call < calls; call++) {
        asked++;
        if (asked % 4 === 0) time++;
        at = (at + 1) % inFlight;
        end(running[at]);
        const before = seen.admitted;
        source.subscribe(observer);
        if (seen.admitted === before) seen.refused++;
      }
      if (breaker.snapshot().attempt > 0) seen.openings++;
    },
    calm() {
      for (const subscriber of running) end(subscriber);
    },
  };
}

const boom = new Error('boom');
