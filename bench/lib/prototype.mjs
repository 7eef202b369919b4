// The floor: the least work of a breaker with the default rule, for the targets that ours misses.
//
// One closure of counts, one class of calls, nothing that can be set, watched, shared or steered: no options, no
// judge, no half-open, no events, no totals. What stays is what a user sees of one call: the counts of `snapshot()`, the
// excess and its age, the end of the call before its subscriber hears, the stop of a source whose subscriber has left,
// and a refusal that says when to come back.

import { Observable } from 'rxjs';

const RETRY = 3_600_000;

const Stackless = class {};
Object.setPrototypeOf(Stackless.prototype, Error.prototype);

class Refusal extends Stackless {
  constructor(breaker, state, retryAfter, cause) {
    super();
    this.breaker = breaker;
    this.state = state;
    this.retryAfter = retryAfter;
    this.reason = cause;
  }
}

class Counts {
  until = 0;
  cause = undefined;
  inFlight = 0;
  successes = 0;
  failures = 0;
  rejected = 0;
  streak = 0;
  balance = 0;
  excess = 0;
  since = 0;

  succeed() {
    this.inFlight--;
    this.successes++;
    this.streak = Math.max(this.streak, 0) + 1;
    this.balance++;
    if (this.excess > 0) this.excess--;
  }

  fail(error) {
    const now = Date.now();
    this.inFlight--;
    this.failures++;
    this.streak = Math.min(this.streak, 0) - 1;
    this.balance--;
    this.cause = error;
    if (this.excess === 0) this.since = now;
    if (this.excess < 6) this.excess++;
    if (this.excess === 6 && (this.balance <= 0 || now - this.since >= 1_000)) {
      this.until = now + RETRY;
    }
  }

  refusal() {
    if (this.until === 0) return null;
    const left = this.until - Date.now();
    this.rejected++;
    return new Refusal('prototype', 'open', left, this.cause);
  }
}

class Call {
  isLinked = false;
  isOver = false;
  teardown = null;

  constructor(counts, destination) {
    this.counts = counts;
    this.destination = destination;
    counts.inFlight++;
  }

  get closed() {
    return this.isOver || (!this.isLinked && this.destination.closed);
  }

  link() {
    if (this.isLinked || this.isOver) return;
    this.isLinked = true;
    this.destination.add(this);
  }

  next(value) {
    if (!this.closed) this.destination.next(value);
  }

  error(error) {
    if (this.closed) return;
    this.isOver = true;
    this.counts.fail(error);
    this.destination.error(error);
  }

  complete() {
    if (this.closed) return;
    this.isOver = true;
    this.counts.succeed();
    this.destination.complete();
  }

  unsubscribe() {
    const { isOver, teardown } = this;
    this.isOver = true;
    if (typeof teardown === 'function') teardown();
    else teardown?.unsubscribe();
    if (!isOver) this.counts.inFlight--;
  }

  add(teardown) {
    if (!teardown || teardown === this) return;
    this.link();
    this.teardown = teardown;
  }

  remove(teardown) {
    if (this.teardown === teardown) this.teardown = null;
  }
}

/** A breaker that opens and refuses, and never closes again. */
export function prototype() {
  const counts = new Counts();
  return (source) =>
    new Observable((destination) => {
      if (destination.closed) return;
      const refusal = counts.refusal();
      if (refusal !== null) {
        destination.error(refusal);
        return;
      }
      const call = new Call(counts, destination);
      call.add(source.subscribe(call));
      call.link();
    });
}
