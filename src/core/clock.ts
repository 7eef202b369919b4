/** Tells the time in milliseconds: an RxJS scheduler, or the hand clock of a test. */
export interface TimeSource {
  now(): number;
}

/** The time that never comes; the threshold that no count reaches. */
export const NEVER: number = Infinity;

/**
 * Time that never runs backwards (rule 13).
 *
 * A wall clock can be set back by NTP, by hand, or by a virtual clock that starts at zero. A step back counts as
 * no time passed, and time goes on from there. A leap forward counts as time passed: a laptop's sleep and a long
 * wait look the same.
 */
export abstract class Clock {
  protected abstract readonly source: TimeSource;
  /** The answer of the last `now()`. */
  latest = 0;
  /** The source's time at time 0. */
  private origin: number;

  constructor(start: number) {
    if (!Number.isFinite(start)) throw broken(start);
    this.origin = start;
  }

  /**
   * Milliseconds since the clock was made. Small whole numbers: engines keep those without an object for each.
   *
   * @throws RangeError when the source answers NaN or an infinite number. Such a time would hold a breaker open
   * for ever, or let every loop over due times run for ever.
   */
  now(): number {
    const time = this.source.now() - this.origin;
    if (time >= this.latest && time < NEVER) {
      this.latest = time;
      return time;
    }
    if (!Number.isFinite(time)) throw broken(time + this.origin);
    this.origin -= this.latest - time;
    return this.latest;
  }

  /** The source's own time at a time of this clock. */
  protected sourceTimeAt(time: number): number {
    return time + this.origin;
  }
}

function broken(time: number): RangeError {
  return new RangeError(`scheduler.now() must answer finite milliseconds, got ${time}`);
}
