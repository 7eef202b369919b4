import { VirtualTimeScheduler } from 'rxjs';
import type { CircuitBreaker } from '../../src/rxjs/circuitBreaker.ts';

/** A clock that stands still until a test lets time pass. */
export interface Clock {
  readonly scheduler: VirtualTimeScheduler;
  /** Lets so many milliseconds pass; less than 0 sets the clock back. No timer fires. */
  pass(ms: number): void;
  /** How often the time was read. */
  readonly reads: number;
}

export function clock(): Clock {
  const scheduler = new VirtualTimeScheduler();
  let reads = 0;
  scheduler.now = () => {
    reads++;
    return scheduler.frame;
  };
  return {
    scheduler,
    pass: (ms) => {
      scheduler.frame += ms;
    },
    get reads() {
      return reads;
    },
  };
}

/** Calls that fail, one after the other. */
export function fail(breaker: CircuitBreaker, times = 1): void {
  for (let i = 0; i < times; i++) breaker.acquire().failure(new Error('down'));
}

/** Opens at the third failure in a row, for five seconds. */
export const quick = { consecutiveFailureThreshold: 3, retryTimeout: 5_000 } as const;

/** Opens at the first failure, for half a minute. */
export const touchy = { consecutiveFailureThreshold: 1, retryTimeout: 30_000 } as const;
