import { Observable } from 'rxjs';
import type { CircuitEvent } from '../core/events.js';
import { Machine } from '../core/machine.js';
import type { CircuitState } from '../core/state.js';
import { Watch } from './watch.js';

/** A machine that can be watched, in terms of RxJS. */
export class RxMachine extends Machine {
  /** The machine that a handle of this one acts on: another one, once the breaker of a key was made again. */
  get used(): RxMachine {
    return this;
  }

  /** The machine that a handle of this one looks at. To look at a breaker is no use of it. */
  get seen(): RxMachine {
    return this;
  }

  /** The state as it is now, then each change, on time. */
  get state$(): Observable<CircuitState> {
    return new Observable((subscriber) => {
      const { watch } = this;
      // a change that is about to be told comes after the state before it
      const first = watch.telling ? watch.told : this.state();
      return watch.observe(watch.states, subscriber, () => {
        watch.told = first;
        subscriber.next(first);
      });
    });
  }

  /** What happens, as it happens. */
  get events$(): Observable<CircuitEvent> {
    return new Observable((subscriber) => {
      this.state(); // what is past is not told
      const { watch } = this;
      return watch.observe(watch.events, subscriber);
    });
  }

  private get watch(): Watch {
    return (this.listener as Watch | null) ?? new Watch(this);
  }

  /** To RxJS's own report of errors that nobody handles, by its public door. */
  report(error: unknown): void {
    new Observable((subscriber) => subscriber.error(error)).subscribe();
  }
}
