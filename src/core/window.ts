import { CallRing } from './callRing.js';
import { NEVER } from './clock.js';

/** How much of the past counts: `size` calls, or `duration` milliseconds cut into `buckets`. */
export interface WindowConfig {
  /** Milliseconds; `Infinity` for a window that time does not empty. */
  readonly duration: number;
  readonly buckets: number;
  /** Calls; `Infinity` for a window that is no window of calls. */
  readonly size: number;
}

/** A window that forgets nothing. */
export const endless: WindowConfig = { duration: NEVER, buckets: 1, size: NEVER };

/** What a window held, as plain data. */
export type WindowSnapshot =
  | { readonly kind: 'time'; readonly buckets: readonly BucketSnapshot[] }
  /** One letter a call, oldest first: `s` success, `f` failure, `S` and `F` slow ones. */
  | { readonly kind: 'calls'; readonly outcomes: string };

/** The outcomes of one bucket, the newest bucket first. Empty buckets are left out. */
export interface BucketSnapshot {
  /** Milliseconds since the bucket began. */
  readonly ago: number;
  readonly successes: number;
  readonly failures: number;
  readonly ignored: number;
  readonly slow: number;
}

/** Outcomes by kind, without the age of a bucket. */
type Outcomes = Omit<BucketSnapshot, 'ago'>;

/** How many outcomes of each kind there have been. Totals only grow: to forget is to subtract less of them. */
class Totals {
  allSuccesses = 0;
  allFailures = 0;
  allIgnored = 0;
  /** Slow calls that have ended, among the successes and failures. */
  allSlow = 0;

  get ended(): number {
    return this.allSuccesses + this.allFailures + this.allIgnored;
  }

  /** Turns one success into a failure. */
  amendOne(): void {
    this.allSuccesses--;
    this.allFailures++;
  }

  add({ successes, failures, ignored, slow }: Outcomes): void {
    this.allSuccesses += successes;
    this.allFailures += failures;
    this.allIgnored += ignored;
    this.allSlow += slow;
  }
}

const nothing: Outcomes = { successes: 0, failures: 0, ignored: 0, slow: 0 };

/** A stretch of time. It keeps the totals of the window as they were when the stretch began. */
class Bucket extends Totals {
  /** Which stretch of time; the first has the index 0. */
  index: number;
  newer: Bucket | null = null;

  constructor(index: number, totals: Totals) {
    super();
    this.index = index;
    this.allSuccesses = totals.allSuccesses;
    this.allFailures = totals.allFailures;
    this.allIgnored = totals.allIgnored;
    this.allSlow = totals.allSlow;
  }
}

/** Where in a window an outcome was recorded. */
export interface Spot {
  readonly bucket: Bucket;
  /** The number of the call, from 0 on. */
  readonly call: number;
}

/**
 * A rolling window of outcomes (rule 8).
 *
 * window count = total now - total when the oldest bucket began. So an outcome is counted once, nothing is summed
 * up again, and the cost is the same whatever the size.
 *
 *   totals    0      3      3      8          12
 *             ├──────┼──────┼──────┼───────────▶ now
 *   buckets   (gone) oldest        newest      window count = 12 - 3
 *
 * A window of time is cut into buckets aligned to `since`. An outcome belongs to the bucket of its completion. The
 * window holds the newest `buckets` of them, so nothing as old as `duration`. Empty buckets are not kept: an idle
 * hour is forgotten in one step.
 *
 * A window of calls has one bucket, whose beginning moves on past each call that is forgotten. A `CallRing`
 * remembers how that call ended.
 */
export class Window extends Totals {
  private size!: WindowConfig;
  /** When the stretch of time of index 0 began. */
  private start!: number;
  /** When the present stretch of time ends. */
  private end!: number;
  private oldest!: Bucket;
  private newest!: Bucket;
  private ring!: CallRing | null;

  constructor(size: WindowConfig, start: number) {
    super();
    this.begin(size, start);
  }

  private begin(size: WindowConfig, start: number): void {
    this.size = size;
    this.start = start;
    this.ring = size.size < NEVER ? new CallRing(size.size) : null;
    this.end = this.beginningOf(1);
    this.oldest = this.newest = new Bucket(0, this);
  }

  get successes(): number {
    return this.allSuccesses - this.oldest.allSuccesses;
  }

  get failures(): number {
    return this.allFailures - this.oldest.allFailures;
  }

  get ignored(): number {
    return this.allIgnored - this.oldest.allIgnored;
  }

  /** Slow calls that have ended. */
  get endedSlow(): number {
    return this.allSlow - this.oldest.allSlow;
  }

  /** Forgets what is too old at `now`. */
  roll(now: number): void {
    if (now >= this.end) this.advance(now);
  }

  private beginningOf(index: number): number {
    const { duration, buckets } = this.size;
    return this.start + (index * duration) / buckets;
  }

  private advance(now: number): void {
    const { duration, buckets } = this.size;
    const index = Math.floor(((now - this.start) * buckets) / duration);
    this.end = this.beginningOf(index + 1);
    if (this.newest.index <= index - buckets) this.oldest = this.newest; // all buckets at once
    this.open(index);
    while (this.oldest.index <= index - buckets) this.oldest = this.oldest.newer as Bucket;
  }

  /** Makes the bucket of this index the newest one. An empty newest bucket is used again. */
  private open(index: number): void {
    const { newest } = this;
    if (newest.index === index) return;
    if (newest.ended === this.ended) newest.index = index;
    else this.newest = newest.newer = new Bucket(index, this);
  }

  /** Counts a success (0) or a failure (1), slow (1) or not (0). */
  protected recordOutcome(failed: number, slow: number, now: number): void {
    this.roll(now);
    const { ring } = this;
    if (ring !== null) {
      const isFull = this.successes + this.failures === ring.size;
      const forgotten = ring.push(this.allSuccesses + this.allFailures, failed + 2 * slow);
      if (isFull) this.forget(forgotten);
    }
    this.allSuccesses += 1 - failed;
    this.allFailures += failed;
    this.allSlow += slow;
  }

  private forget(code: number): void {
    const { oldest } = this;
    oldest.allSuccesses += 1 - (code % 2);
    oldest.allFailures += code % 2;
    oldest.allSlow += code >> 1;
  }

  /** Where the last outcome was recorded. */
  get spot(): Spot {
    return { bucket: this.newest, call: this.allSuccesses + this.allFailures - 1 };
  }

  /** Turns the success at this spot into a failure, whatever was recorded or forgotten since. */
  protected amendOutcome({ bucket, call }: Spot): void {
    if (this.ring !== null) {
      if (call < this.oldest.ended) return;
      this.ring.amend(call);
    }
    for (let later = bucket.newer; later !== null; later = later.newer) later.amendOne();
    this.amendOne();
  }

  /** Counts an ignored call. A window of calls gives it no place and never forgets it. */
  ignore(now: number): void {
    this.roll(now);
    this.allIgnored++;
  }

  /** The contents of a window that forgets; null for an endless one, whose counts say all. */
  windowSnapshot(now: number): WindowSnapshot | null {
    const { ring } = this;
    if (ring !== null) {
      // ignored calls are never forgotten here, so all forgotten calls were calls of the ring
      const from = this.oldest.ended;
      return { kind: 'calls', outcomes: ring.outcomes(from, this.allSuccesses + this.allFailures) };
    }
    if (this.size.duration === NEVER) return null;
    const kept: BucketSnapshot[] = [];
    for (let bucket: Bucket | null = this.oldest; bucket !== null; bucket = bucket.newer) {
      const next: Totals = bucket.newer ?? this;
      if (next.ended === bucket.ended) continue;
      kept.push({
        ago: now - this.beginningOf(bucket.index),
        successes: next.allSuccesses - bucket.allSuccesses,
        failures: next.allFailures - bucket.allFailures,
        ignored: next.allIgnored - bucket.allIgnored,
        slow: next.allSlow - bucket.allSlow,
      });
    }
    return { kind: 'time', buckets: kept.reverse() };
  }

  /**
   * Starts from the contents of a snapshot as far as its kind fits: buckets for a window of time, letters for a
   * window of calls, `outcomes` for an endless window.
   *
   * @param passed Milliseconds since the snapshot was taken.
   */
  protected restoreWindow(
    outcomes: Outcomes,
    snapshot: WindowSnapshot | null,
    passed: number,
  ): void {
    const { duration, buckets } = this.size;
    if (this.ring !== null) {
      for (const letter of snapshot?.kind === 'calls' ? snapshot.outcomes : '') {
        const code = CallRing.codeOf(letter);
        this.recordOutcome(code % 2, code >> 1, this.start);
      }
      if (snapshot?.kind === 'calls') this.add({ ...nothing, ignored: outcomes.ignored });
    } else if (duration === NEVER) {
      this.add(outcomes);
    } else if (snapshot?.kind === 'time') {
      const width = duration / buckets;
      const kept = [...snapshot.buckets].sort((a, b) => b.ago - a.ago);
      const age = ((kept.at(-1)?.ago ?? 0) + passed) % width;
      this.start -= age;
      this.end = this.beginningOf(1);
      for (const bucket of kept) {
        // into the stretch in which the bucket began, so no outcome is kept longer than it would have been
        const back = Math.ceil((bucket.ago + passed - age) / width - 1e-9);
        if (back >= buckets) continue;
        this.open(-back);
        this.add(bucket);
      }
      this.open(0);
    }
  }

  /** Takes another size. The contents stay where the kind of window stays, and else the window starts empty. */
  protected resize(size: WindowConfig, now: number): void {
    this.roll(now);
    const snapshot = this.windowSnapshot(now);
    const { successes, failures, ignored, endedSlow: slow } = this;
    const wasEndless = snapshot === null;
    this.allSuccesses = this.allFailures = this.allIgnored = this.allSlow = 0;
    this.begin(size, now);
    const kept = this.ring === null ? 0 : ignored;
    this.restoreWindow(
      wasEndless ? { successes, failures, ignored, slow } : { ...nothing, ignored: kept },
      snapshot,
      0,
    );
  }
}
