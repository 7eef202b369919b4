import { type Observer, type Subscriber, Subscription, type TeardownLogic } from 'rxjs';
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
export class Call<T> extends Admission implements Observer<T> {
  /**
   * A plain field, since sources read it at every value. Until the call is linked it is brought up to date
   * after each value; from then on, the moment the subscriber leaves.
   */
  closed = false;
  protected readonly destination: Subscriber<T>;
  /** A value was delivered that makes the call a success should the subscriber leave. */
  protected served = false;
  // Most sources have one teardown, and a Subscription for it would cost as much as the call. From the
  // second on it has to be one: only that forgets children that have ended, and mergeMap adds one a value.
  private teardown: Teardown | null = null;
  private teardowns: Subscription | null = null;

  constructor(machine: Machine, destination: Subscriber<T>) {
    super(machine);
    this.destination = destination;
  }

  next(value: T): void {
    this.served = true; // before the value is delivered, for it may make the subscriber leave
    this.destination.next(value);
    if (this.destination.closed) this.unsubscribe();
  }

  // Both ends settle the call before the subscriber hears of it, for it may call again at once. What is
  // to be torn down has linked the call, so a subscriber that is told of the end does that.

  error(error: unknown): void {
    if (!this.ends()) return;
    try {
      this.failure(error);
    } catch (thrown) {
      error = thrown;
    }
    this.passOn(error);
  }

  complete(): void {
    if (!this.ends()) return;
    try {
      this.success();
    } catch (thrown) {
      this.passOn(thrown);
      return;
    }
    this.destination.complete();
  }

  /** Whether the source ends the call: not if it is over, or its subscriber has left unnoticed. */
  private ends(): boolean {
    if (!this.closed && this.destination.closed) this.unsubscribe();
    if (this.closed) return false;
    this.closed = true;
    if (this.machine.unlinked === this) this.machine.unlinked = null; // it has nothing left to give up
    return true;
  }

  /** Ends the call with an error that has been dealt with. */
  protected passOn(error: unknown): void {
    this.closed = true;
    this.destination.error(error);
  }

  /** Stops the source, then gives the place back: what the source does last belongs to this call. */
  unsubscribe(): void {
    this.closed = true;
    const { teardown, teardowns } = this;
    if (teardown) this.teardown = null;
    try {
      if (teardown) finalize(teardown);
    } finally {
      try {
        teardowns?.unsubscribe();
      } finally {
        if (this.epoch !== null) this.leave();
      }
    }
  }

  /** The subscriber has left an open call: it was served, or it gave up. */
  private leave(): void {
    try {
      this.machine.settle(this, this.served ? 'success' : 'cancelled');
    } catch (thrown) {
      this.machine.report(thrown); // nobody is left to be told
    }
  }

  add(teardown: TeardownLogic): void {
    if (!teardown || teardown === this) return;
    this.link();
    if (this.closed) finalize(teardown);
    else if (!this.teardown) this.teardown = teardown;
    else {
      this.teardowns ??= new Subscription();
      this.teardowns.add(teardown);
    }
  }

  remove(teardown: Teardown): void {
    if (this.teardown === teardown) this.teardown = null;
    else this.teardowns?.remove(teardown);
  }

  /** Asks to be told when the subscriber leaves, if that was put off or is `ask`ed for; see `Machine.unlinked`. */
  link(ask: boolean = this.machine.unlinked === this): void {
    if (!ask) return;
    this.machine.unlinked = null;
    this.destination.add(this); // unsubscribes at once if the subscriber has left already
  }
}

function finalize(teardown: Teardown): void {
  if (typeof teardown === 'function') teardown();
  else teardown.unsubscribe();
}

/** A call whose values are judged as they come. */
export class JudgedCall<T> extends Call<T> {
  override next(value: T): void {
    if (this.closed) return;
    if (this.epoch !== null) {
      try {
        if (this.judge(value)) this.served = true;
      } catch (thrown) {
        this.passOn(thrown);
        return;
      }
    }
    this.destination.next(value);
    if (this.destination.closed) this.unsubscribe();
  }
}
