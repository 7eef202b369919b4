/** Anything that can say what time it is, in milliseconds: an RxJS scheduler, or a test's own hand. */
export interface TimeSource {
  now(): number;
}

/**
 * Time that never runs backwards.
 *
 * Wall clocks are set back (NTP, a hand, a virtual clock that starts at zero). A step back counts as no
 * time passed, and time goes on from there; a leap forward counts as time passed, since a laptop's sleep
 * cannot be told from a long wait.
 */
export class Clock<S extends TimeSource> {
  protected readonly source: S;
  /** The time as it was at the last `now`. */
  protected latest = 0;
  /** What the source says at time 0. */
  private origin = Number.NaN;

  constructor(source: S) {
    this.source = source;
  }

  /**
   * The time: milliseconds since the first look at the clock, so small whole numbers, which engines
   * handle without making an object for each.
   */
  protected now(): number {
    const raw = this.source.now();
    if (Number.isNaN(this.origin)) this.origin = raw;
    const time = raw - this.origin;
    if (time < this.latest) this.origin -= this.latest - time;
    else this.latest = time;
    return this.latest;
  }
}
