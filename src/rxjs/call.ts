import { Observable, type Observer, type Subscriber, Subscription, type TeardownLogic } from 'rxjs';
import { show } from '../core/check.js';
import type { Judge } from '../core/judge.js';
import type { Machine } from '../core/machine.js';
import { Admission } from '../core/permit.js';

type Teardown = Exclude<TeardownLogic, void>;

/**
 * One subscription to a guarded source: the observer of the source, the teardown of the subscriber, and
 * the call that the machine admitted, in one object.
 *
 * RxJS takes an object with the methods of both an observer and a subscription for a Subscriber and
 * hands it to the source as it is. So a synchronous source sees `closed` and can be stopped, which a
 * plain observer cannot do for it, and nothing is wrapped: a Subscriber of our own would double the cost
 * of a call. That this holds is tested for every supported RxJS.
 */
class Call<T> extends Admission implements Observer<T> {
  /** A plain field, for sources read it at every value. True from the moment the subscriber leaves. */
  closed = false;
  protected readonly destination: Subscriber<T>;
  /** A value was delivered that makes the call a success should the subscriber leave. */
  protected served = false;
  // Most sources have one teardown, and a Subscription for it would cost as much as the call. For the second one it
  // has to be a Subscription, which takes the first in, too: teardowns run in the order in which they were added.
  private teardown: Teardown | null = null;
  private teardowns: Subscription | null = null;

  /** Takes a place, and asks the subscriber to be told when it leaves. */
  constructor(machine: Machine, judge: Judge, destination: Subscriber<T>) {
    super(machine, judge);
    this.destination = destination;
    destination.add(this);
  }

  next(value: T): void {
    if (this.closed) return;
    this.served = true; // before the value is delivered, for the value may make the subscriber leave
    this.destination.next(value);
  }

  // Both ends settle the call before the subscriber hears of it, for it may call again at once. The subscriber tears
  // down this call when it has heard of its end.

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

  /** Stops the source, then gives the place back: what the source does last belongs to this call. */
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

  /** The subscriber has left an open call: the call had served its subscriber, or was given up. */
  private leave(): void {
    try {
      if (this.served) this.succeed();
      else this.giveUp();
    } catch (thrown) {
      this.machine.config.report(thrown); // nobody is left to be told
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

/** A call whose values are judged as they come. */
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
    this.destination.next(value);
  }
}

/** Whoever knows the machine for the next call. */
interface Guard {
  readonly name: string;
  readonly used: Machine;
}

/**
 * Guards a source: each subscription to the result is one call.
 *
 * @param own Returns the judge of the calls at this machine, where they are judged in their own way.
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
    if (destination.closed) return; // forkJoin subscribes on after one of its sources has ended it
    const machine = owner.used;
    const judge = own === undefined ? machine.config : own(machine);
    const refusal = machine.refusal(judge);
    if (refusal !== null) {
      destination.error(refusal);
      return;
    }
    const Kind = judge.judgesValues ? JudgedCall<T> : Call<T>;
    const call = new Kind(machine, judge, destination);
    try {
      call.add(source.subscribe(call)); // as a rule the call itself: then nothing is added
    } catch (error) {
      call.error(error);
    }
  });
}
