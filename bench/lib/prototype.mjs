// The floor: the least work of a breaker with the default rule, for the targets that ours misses.
//
// One object of counts, one class of calls, nothing that can be set, watched, shared or steered: no options, no
// judge, no half-open, no events, no totals. What stays is what a user sees of one call: the counts of `snapshot()`, the
// excess and its age, the end of the call before its subscriber hears, the stop of a source whose subscriber has left,
// and a refusal that says when to come back. `slowPrototype` also counts slow calls, ended or in flight: one look at the
// clock when a call begins, one when the call ends.

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

/** Milliseconds: an older call is slow. */
const SLOW = 1_000;

/** The calls that began in one millisecond. */
class Flight {
  calls = 0;
  isSlow = false;
  newer = null;

  constructor(since) {
    this.since = since;
  }
}

class SlowCounts extends Counts {
  oldest = new Flight(0);
  newest = this.oldest;

  begin() {
    const now = this.now();
    if (this.newest.calls === 0) this.newest.since = now;
    else if (this.newest.since !== now) this.newest = this.newest.newer = new Flight(now);
    this.newest.calls++;
    return this.newest;
  }

  /** The time, after the calls that have become slow by now were counted. */
  now() {
    const now = Date.now();
    for (; now > this.oldest.since + SLOW; this.oldest = this.oldest.newer) {
      const { calls } = this.oldest;
      this.oldest.isSlow = true;
      this.excess = Math.min(this.excess + calls, 6);
      this.balance -= calls;
      this.oldest.newer ??= this.newest = new Flight(now);
    }
    return now;
  }

  end(flight) {
    this.now();
    flight.calls--;
    if (!flight.isSlow) this.succeed();
  }
}

class SlowCall extends Call {
  constructor(counts, destination) {
    super(counts, destination);
    this.flight = counts.begin();
  }

  complete() {
    if (this.closed) return;
    this.isOver = true;
    this.counts.end(this.flight);
    this.destination.complete();
  }
}

/** A breaker that opens and refuses, and never closes again. */
export const prototype = () => guard(new Counts(), Call);

/** The same, with slow calls as failures. */
export const slowPrototype = () => guard(new SlowCounts(), SlowCall);

function guard(counts, Kind) {
  return (source) =>
    new Observable((destination) => {
      if (destination.closed) return;
      const refusal = counts.refusal();
      if (refusal !== null) {
        destination.error(refusal);
        return;
      }
      const call = new Kind(counts, destination);
      call.add(source.subscribe(call));
      call.link();
    });
}
