/** Anything that can say what time it is, in milliseconds: an RxJS scheduler, or a test's own hand. */
export interface TimeSource {
  now(): number;
}

/**
 * Time that never runs backwards.
 *
 * Wall clocks are set back (NTP, daylight tables, a virtual clock that starts at zero). A step back
 * counts as no time passed, and time goes on from there; a leap forward counts as time passed, since
 * a laptop's sleep cannot be told from a long wait.
 */
export class Clock {
  private readonly source: TimeSource;
  /** What the source said last. */
  last = 0;
  private lead = 0;

  constructor(source: TimeSource) {
    this.source = source;
  }

  /** The time: milliseconds on a scale of its own, of which only differences mean anything. */
  now(): number {
    const raw = this.source.now();
    if (raw < this.last) this.lead += this.last - raw;
    this.last = raw;
    return raw + this.lead;
  }

  /** The time as it was at the last `now`. */
  get latest(): number {
    return this.last + this.lead;
  }
}
