/** Anything that can say what time it is, in milliseconds: an RxJS scheduler, or a test's own hand. */
export interface TimeSource {
  now(): number;
}

/** A time that does not come, a limit that is not reached. */
export const NEVER: number = Infinity;

/**
 * Time that never runs backwards.
 *
 * Wall clocks are set back (NTP, a hand, a virtual clock that starts at zero). A step back counts as no
 * time passed, and time goes on from there; a leap forward counts as time passed, since a laptop's sleep
 * cannot be told from a long wait.
 */
export abstract class Clock {
  protected abstract readonly source: TimeSource;
  /** The time as it was at the last `now`. */
  protected latest = 0;
  /** What the source says at time 0. */
  private origin: number;

  constructor(start: number) {
    this.origin = start;
  }

  /**
   * The time: milliseconds since the first look at the clock, so small whole numbers, which engines
   * handle without making an object for each.
   */
  now(): number {
    const time = this.source.now() - this.origin;
    if (time < this.latest) this.origin -= this.latest - time;
    else this.latest = time;
    return this.latest;
  }
}
