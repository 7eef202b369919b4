import { Observable, type Observer, type Subscriber, Subscription, type TeardownLogic } from 'rxjs';
import { show } from '../core/check.js';
import type { Judge } from '../core/judge.js';
import type { Machine } from '../core/machine.js';
import { Admission } from '../core/permit.js';

type Teardown = Exclude<TeardownLogic, void>;

/** The source subscribes: the subscriber does not know the call yet. */
const SUBSCRIBING = 0;
/** The call is among the teardowns of the subscriber: the subscriber calls `unsubscribe` when it leaves. */
const LINKED = 1;
/** The source has ended the call, or the subscriber has left. */
const OVER = 2;
type Stage = typeof SUBSCRIBING | typeof LINKED | typeof OVER;

/**
 * One subscription to a guarded source. One object is the observer of the source, the teardown of the subscriber, and
 * the admitted call.
 *
 * RxJS treats an object with the methods of an observer and of a subscription as a Subscriber, and passes the object to
 * the source without a wrapper. The source reads `closed`, so a synchronous source stops when its subscriber leaves; a
 * plain observer would miss `closed`, and a Subscriber of our own would double the cost of a call. A test checks this
 * behaviour for every supported RxJS.
 *
 * The subscriber keeps a list of its teardowns, and the list costs a quarter of a call that is over at once. So such a
 * call joins the list only when the source adds a teardown, or has subscribed and goes on (`link`). Until then `closed`
 * asks the subscriber. Nobody knows beforehand which calls go on: each call does as the call before suggests (`wasBrief`).
 */
class Call<T> extends Admission implements Observer<T> {
  protected readonly destination: Subscriber<T>;
  protected stage: Stage = SUBSCRIBING;
  /** A good value was delivered: if the subscriber leaves now, the call is a success. */
  protected served = false;
  // Most sources have one teardown, and a Subscription for it would cost as much as the call. From the second teardown
  // on, the field holds a collection with all teardowns in the order of addition.
  private teardown: Teardown | null = null;

  /** Takes a place. */
  constructor(machine: Machine, judge: Judge, destination: Subscriber<T>) {
    super(machine, judge);
    this.destination = destination;
  }

  /** True from the moment when the subscriber leaves. Sources read `closed` at every value. */
  get closed(): boolean {
    return this.stage === OVER || this.destination.closed;
  }

  /** Joins the teardowns of the subscriber. A subscriber that has left unsubscribes the call at once. */
  link(): void {
    if (this.stage !== SUBSCRIBING) return;
    this.stage = LINKED;
    this.destination.add(this);
  }

  next(value: T): void {
    if (this.closed) return;
    this.served = true; // before the delivery: the subscriber may leave because of the value
    this.deliver(value);
  }

  protected deliver(value: T): void {
    const { destination } = this;
    try {
      destination.next(value);
    } catch (thrown) {
      // a teardown, say, when the value makes the subscriber leave: none of the source's business
      destination.error(thrown);
    }
    if (destination.closed) this.link();
  }

  // `error` and `complete` settle the call before the subscriber hears of the end: the subscriber may call again at once,
  // and must meet the new state. After the end the subscriber tears this call down.

  error(error: unknown): void {
    if (this.closed) return;
    this.stage = OVER;
    try {
      this.fail(error);
    } catch (thrown) {
      error = thrown;
    }
    this.destination.error(error);
  }

  complete(): void {
    if (this.closed) return;
    this.stage = OVER;
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
    this.stage = OVER;
    const { teardown } = this;
    this.teardown = null;
    try {
      if (teardown !== null) finalize(teardown);
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
    this.link();
    if (this.stage === OVER) finalize(teardown);
    else if (this.teardown === null) this.teardown = teardown;
    else {
      if (!(this.teardown instanceof Teardowns)) this.teardown = new Teardowns(this.teardown);
      (this.teardown as Teardowns).add(teardown);
    }
  }

  remove(teardown: Teardown): void {
    if (this.teardown === teardown) this.teardown = null;
    else if (this.teardown instanceof Teardowns) this.teardown.remove(teardown);
  }
}

/** All teardowns of a call with more than one. */
class Teardowns extends Subscription {
  constructor(first: Teardown) {
    super();
    this.add(first);
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
        this.stage = OVER;
        this.destination.error(thrown);
        return;
      }
    }
    this.deliver(value);
  }
}

/** The call whose source subscribes now: the subscriber may have left without the call's knowledge. */
let subscribing: { link(): void } | null = null;

/**
 * The last call was over when its source had subscribed. A call after a call that went on joins the teardowns of its
 * subscriber at once, and `subscribing` stays null: the store costs a tenth of an asynchronous call.
 */
let wasBrief = true;

/**
 * Before a look at a breaker, and before a call: if the subscriber of the call that subscribes now has left, that call
 * ends first.
 */
export function linkSubscribing(): void {
  subscribing?.link();
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
    linkSubscribing();
    const machine = owner.used;
    const judge = own === undefined ? machine.config : own(machine);
    const refusal = machine.refusal(judge);
    if (refusal !== null) {
      destination.error(refusal);
      return;
    }
    const Kind = judge.judgesValues ? JudgedCall<T> : Call<T>;
    const call = new Kind(machine, judge, destination);
    // a listener of the breaker may have unsubscribed the subscriber
    if (!destination.closed) {
      // a call whose age counts waits in any case: the instant at which it leaves must not depend on the call before
      if (wasBrief || call.flight !== null || judge.successAfter !== undefined) subscribing = call;
      else call.link();
      try {
        call.add(source.subscribe(call)); // `subscribe` mostly returns the call itself, and `add` does nothing
      } catch (error) {
        call.error(error);
      } finally {
        subscribing = null; // a call around this one was linked when this one began
        wasBrief = call.closed;
      }
    }
    call.link(); // does nothing after the end of the call
  });
}
