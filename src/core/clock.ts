/** Tells the time in milliseconds: an RxJS scheduler, or the hand clock of a test. */
export interface TimeSource {
  now(): number;
}

/** Infinity: an instant that never comes, a threshold that no count reaches. */
export const NEVER: number = Infinity;

/** Milliseconds: half of the small whole numbers of V8, twelve days. */
const SMALL = 2 ** 30;

/**
 * Time that never runs backwards.
 *
 * NTP, a hand, or a virtual clock that starts at zero can set a wall clock back. A step back counts as no time passed, and
 * time goes on from there. A leap forward counts as time passed: the sleep of a laptop and a long wait look the same.
 */
export abstract class Clock {
  protected abstract readonly source: TimeSource;
  /** The result of the last `now()`. */
  latest: number;
  /** The source's time at time 0 of this clock. */
  private origin: number;

  constructor(start: number) {
    // A small time stays as it is, because a subtraction of fractions would round: 1024.1 - 24.1 < 1000.
    const isSmall = Math.abs(finite(start)) < SMALL;
    this.origin = isSmall ? 0 : start;
    this.latest = isSmall ? start : 0;
  }

  /**
   * The source's milliseconds; for a source that began long ago the milliseconds since the creation of the clock: engines
   * store small whole numbers without an object.
   *
   * @throws RangeError if the source returns NaN or an infinite number. With such a time a breaker would stay open for
   * ever, or a loop over due instants would run for ever.
   */
  now(): number {
    const time = this.source.now() - this.origin;
    if (time >= this.latest && time < NEVER) {
      this.latest = time;
      return time;
    }
    this.origin -= this.latest - finite(time);
    return this.latest;
  }

  /** The source's own time at a time of this clock. */
  protected sourceTimeAt(time: number): number {
    return time + this.origin;
  }
}

function finite(time: number): number {
  if (Number.isFinite(time)) return time;
  throw new RangeError(`scheduler.now() must answer finite milliseconds, got ${time}`);
}
