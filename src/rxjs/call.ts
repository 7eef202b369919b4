import { Observable, type Observer, type Subscriber, Subscription, type TeardownLogic } from 'rxjs';
import { show } from '../core/check.js';
import type { Judge } from '../core/judge.js';
import type { Machine } from '../core/machine.js';
import { Admission } from '../core/permit.js';

type Teardown = Exclude<TeardownLogic, void>;

/**
 * One subscription to a guarded source. One object is the observer of the source, the teardown of the subscriber, and
 * the admitted call.
 *
 * RxJS treats an object with the methods of an observer and of a subscription as a Subscriber, and passes the object to
 * the source without a wrapper. The source reads `closed`, so a synchronous source stops when its subscriber leaves; a
 * plain observer would miss `closed`, and a Subscriber of our own would double the cost of a call. A test checks this
 * behaviour for every supported RxJS.
 */
class Call<T> extends Admission implements Observer<T> {
  /** True from the moment when the subscriber leaves. A plain field: sources read `closed` at every value. */
  closed = false;
  protected readonly destination: Subscriber<T>;
  /** A good value was delivered: if the subscriber leaves now, the call is a success. */
  protected served = false;
  // Most sources have one teardown: the field `teardown` saves a Subscription, which would cost as much as the call. The
  // second teardown creates the Subscription `teardowns` and moves the first one there, to keep the order of addition.
  private teardown: Teardown | null = null;
  private teardowns: Subscription | null = null;

  /** Takes a place. The subscriber calls `unsubscribe` when it leaves. */
  constructor(machine: Machine, judge: Judge, destination: Subscriber<T>) {
    super(machine, judge);
    this.destination = destination;
    destination.add(this);
  }

  next(value: T): void {
    if (this.closed) return;
    this.served = true; // before the delivery: the subscriber may leave because of the value
    try {
      this.destination.next(value);
    } catch (thrown) {
      // a teardown, say, when the value makes the subscriber leave: none of the source's business
      this.destination.error(thrown);
    }
  }

  // `error` and `complete` settle the call before the subscriber hears of the end: the subscriber may call again at once,
  // and must meet the new state. After the end the subscriber tears this call down.

  error(error: unknown): void {
    if (this.closed) return;
    this.closed = true;
    try {
      this.fail(error);
    } catch (thrown) {
      error = thrown;
    }
    this.destination.error(error);
  }

  complete(): void {
    if (this.closed) return;
    this.closed = true;
    try {
      this.succeed();
    } catch (thrown) {
      this.destination.error(thrown);
      return;
    }
    this.destination.complete();
  }

  /** Stops the source, then gives the place back: the last acts of the source belong to this call. */
  unsubscribe(): void {
    this.closed = true;
    const { teardown, teardowns } = this;
    this.teardown = null;
    try {
      if (teardown !== null) finalize(teardown);
      else teardowns?.unsubscribe();
    } finally {
      if (this.epoch !== null) this.leave();
    }
  }

  /** The subscriber has left a running call: a success after a good value; otherwise the call is given up. */
  private leave(): void {
    try {
      if (this.served) this.succeed();
      else this.giveUp();
    } catch (thrown) {
      this.machine.config.report(thrown); // the subscriber has left and cannot get the error
    }
  }

  add(teardown: TeardownLogic): void {
    if (!teardown || teardown === this) return;
    if (this.closed) finalize(teardown);
    else if (this.teardown === null && this.teardowns === null) this.teardown = teardown;
    else {
      this.teardowns ??= new Subscription();
      if (this.teardown !== null) this.teardowns.add(this.teardown);
      this.teardown = null;
      this.teardowns.add(teardown);
    }
  }

  remove(teardown: Teardown): void {
    if (this.teardown === teardown) this.teardown = null;
    else this.teardowns?.remove(teardown);
  }
}

function finalize(teardown: Teardown): void {
  if (typeof teardown === 'function') teardown();
  else teardown.unsubscribe();
}

/** A call that judges each value on arrival. */
class JudgedCall<T> extends Call<T> {
  override next(value: T): void {
    if (this.closed) return;
    if (this.epoch !== null) {
      try {
        if (this.judgeValue(value)) this.served = true;
      } catch (thrown) {
        this.closed = true;
        this.destination.error(thrown);
        return;
      }
    }
    try {
      this.destination.next(value);
    } catch (thrown) {
      this.destination.error(thrown); // as in Call
    }
  }
}

/** The source of the machine for the next call: a breaker, or the key of a group. */
interface Guard {
  readonly name: string;
  readonly used: Machine;
}

/**
 * Guards a source: each subscription to the result is one call.
 *
 * @param own Returns the judge of calls with options of their own.
 */
export function guard<T>(
  owner: Guard,
  source: Observable<T>,
  own?: (machine: Machine) => Judge,
): Observable<T> {
  if (typeof (source as Partial<Observable<T>> | undefined)?.subscribe !== 'function') {
    throw new TypeError(
      `the circuit breaker ${show(owner.name)} guards an Observable, got ${show(source)}; for a promise there is execute()`,
    );
  }
  return new Observable<T>((destination) => {
    if (destination.closed) return; // forkJoin subscribes to the next source even after an error of an earlier source
    const machine = owner.used;
    const judge = own === undefined ? machine.config : own(machine);
    const refusal = machine.refusal(judge);
    if (refusal !== null) {
      destination.error(refusal);
      return;
    }
    const Kind = judge.judgesValues ? JudgedCall<T> : Call<T>;
    const call = new Kind(machine, judge, destination);
    if (call.closed) return; // a listener of the breaker has unsubscribed the subscriber
    try {
      call.add(source.subscribe(call)); // `subscribe` mostly returns the call itself, and `add` does nothing
    } catch (error) {
      call.error(error);
    }
  });
}
