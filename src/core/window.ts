import { CallRing } from './callRing.js';
import { NEVER } from './clock.js';

/** The part of the past that counts: `size` calls, or `duration` milliseconds cut into `buckets`. */
export interface WindowConfig {
  /** Milliseconds; `Infinity` for a window of calls and for an endless window. */
  readonly duration: number;
  readonly buckets: number;
  /** Calls; `Infinity` for a window of time and for an endless window. */
  readonly size: number;
}

/** An endless window: all outcomes of the epoch. */
export const endless: WindowConfig = { duration: NEVER, buckets: 1, size: NEVER };

/**
 * The contents of a window as plain data.
 *
 * @example
 * ```ts
 * const breaker = circuitBreaker({ failureThreshold: 5, rollingWindow: { calls: 10 } });
 * breaker.acquire().success();
 * breaker.acquire().failure();
 * const window: WindowSnapshot | null = breaker.snapshot().window;
 * console.log(window); // { kind: 'calls', outcomes: 'sf' }
 * ```
 */
export type WindowSnapshot =
  | { readonly kind: 'time'; readonly buckets: readonly BucketSnapshot[] }
  /** One letter for each call, oldest first: `s` success, `f` failure, `S` slow success, `F` slow failure. */
  | { readonly kind: 'calls'; readonly outcomes: string };

/**
 * The outcomes of one bucket. A snapshot lists the newest bucket first, and leaves empty buckets out.
 *
 * @example
 * ```ts
 * const breaker = circuitBreaker({ failureThreshold: 5, rollingWindow: 10_000 });
 * breaker.acquire().failure();
 * const { window } = breaker.snapshot();
 * const newest: BucketSnapshot | undefined = window?.kind === 'time' ? window.buckets[0] : undefined;
 * console.log(newest?.failures); // 1
 * ```
 */
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

/**
 * The number of outcomes of each kind. Totals only grow. A window forgets outcomes when the totals of its oldest
 * bucket, which the window subtracts, grow.
 */
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

  /** The outcomes since these were the totals. */
  minus(earlier: Totals): Outcomes {
    return {
      successes: this.allSuccesses - earlier.allSuccesses,
      failures: this.allFailures - earlier.allFailures,
      ignored: this.allIgnored - earlier.allIgnored,
      slow: this.allSlow - earlier.allSlow,
    };
  }

  add({ successes, failures, ignored, slow }: Outcomes): void {
    this.allSuccesses += successes;
    this.allFailures += failures;
    this.allIgnored += ignored;
    this.allSlow += slow;
  }
}

/** A stretch of time, with the totals of the window at the beginning of the stretch. */
class Bucket extends Totals {
  /** The number of the stretch of time, from 0 on. */
  index: number;
  newer: Bucket | null = null;

  constructor(index: number, totals: Totals) {
    super();
    this.index = index;
    this.add(totals.minus(this));
  }
}

/** The place of an outcome in a window. */
export interface Spot {
  readonly bucket: Bucket;
  /** The number of the call, from 0 on. */
  readonly call: number;
}

/**
 * A rolling window of outcomes.
 *
 * window count = total now - total when the oldest bucket began. Each outcome is counted once, no sum is computed
 * again, and the cost of an outcome is O(1) for every size.
 *
 *   totals    0      3      3      8          12
 *             ├──────┼──────┼──────┼───────────▶ now
 *   buckets   (gone) oldest        newest      window count = 12 - 3
 *
 * A window of time is cut into buckets, aligned to the moment when the state was entered. An outcome belongs to the
 * bucket of its completion. The window holds the newest `buckets` buckets, so every outcome in the window is younger
 * than `duration`. The window keeps no empty bucket: an idle hour costs at most `buckets` steps.
 *
 * A window of calls has one bucket. The beginning of the bucket moves past each forgotten call; a `CallRing` knows how
 * the forgotten call ended.
 */
export class Window extends Totals {
  private size!: WindowConfig;
  /** The beginning of stretch 0. */
  private start!: number;
  /** The end of the present stretch. */
  private end!: number;
  private oldest!: Bucket;
  protected newest!: Bucket;
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

  /** Forgets the buckets that are too old at `now`. */
  roll(now: number): void {
    if (now >= this.end) this.advance(now);
  }

  private beginningOf(index: number): number {
    const { duration, buckets } = this.size;
    return this.start + (index * duration) / buckets;
  }

  private advance(now: number): void {
    const { duration, buckets } = this.size;
    let index = Math.floor(((now - this.start) * buckets) / duration);
    while (this.beginningOf(index) > now) index--; // the quotient may be rounded up to the next stretch
    this.end = this.beginningOf(index + 1);
    this.open(index);
    while (this.oldest.index <= index - buckets) this.oldest = this.oldest.newer as Bucket;
  }

  /** Makes the bucket of this index the newest one. An empty newest bucket takes the new index. */
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
      const isFull = this.successes + this.failures === this.size.size;
      const forgotten = ring.push(this.allSuccesses + this.allFailures, failed + 2 * slow);
      if (isFull) this.forget(forgotten);
    }
    this.allSuccesses += 1 - failed;
    this.allFailures += failed;
    this.allSlow += slow;
  }

  /** Counts a quick success in a window that no time ends. */
  protected recordSuccess(): void {
    if (this.ring !== null) this.recordOutcome(0, 0, this.start);
    else this.allSuccesses++;
  }

  private forget(code: number): void {
    const { oldest } = this;
    oldest.allSuccesses += 1 - (code % 2);
    oldest.allFailures += code % 2;
    oldest.allSlow += code >> 1;
  }

  /** Turns the success at this spot into a failure. The window may have rolled on since. */
  protected amendOutcome({ bucket, call }: Spot): void {
    this.amendOne();
    let last = bucket;
    for (; last.newer !== null; last = last.newer) last.newer.amendOne();
    const isForgotten = this.ring !== null && call < this.oldest.ended;
    if (last !== this.newest || isForgotten) {
      // forgotten, or the window has begun anew: what it shows stays, and only the totals change
      for (let at: Bucket | null = this.oldest; at !== null; at = at.newer) at.amendOne();
    } else {
      this.ring?.amend(call);
    }
  }

  /** Counts an ignored call. In a window of calls an ignored call takes no place and stays counted. */
  ignore(now: number): void {
    this.roll(now);
    this.allIgnored++;
  }

  /** The contents; null for an endless window, whose counts say all. */
  windowSnapshot(now: number): WindowSnapshot | null {
    const { ring } = this;
    if (ring !== null) {
      // ignored calls stay here, so every forgotten call has had a place in the ring
      const from = this.oldest.ended;
      return { kind: 'calls', outcomes: ring.outcomes(from, this.allSuccesses + this.allFailures) };
    }
    if (this.size.duration === NEVER) return null;
    const kept: BucketSnapshot[] = [];
    for (let bucket: Bucket | null = this.oldest; bucket !== null; bucket = bucket.newer) {
      const next: Totals = bucket.newer ?? this;
      if (next.ended === bucket.ended) continue;
      kept.push({ ago: now - this.beginningOf(bucket.index), ...next.minus(bucket) });
    }
    return { kind: 'time', buckets: kept.reverse() };
  }

  /**
   * Starts from the contents of a snapshot of the same kind: buckets for a window of time, letters for a window of
   * calls, `outcomes` for an endless window. A snapshot of another kind leaves the window empty.
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
      if (snapshot?.kind !== 'calls') return;
      for (const letter of snapshot.outcomes) {
        const code = CallRing.codeOf(letter);
        this.recordOutcome(code % 2, code >> 1, this.start);
      }
      this.allIgnored += outcomes.ignored;
    } else if (duration === NEVER) {
      if (snapshot === null) this.add(outcomes);
    } else if (snapshot?.kind === 'time') {
      const width = duration / buckets;
      const kept = [...snapshot.buckets].sort((a, b) => b.ago - a.ago);
      const age = ((kept.at(-1)?.ago ?? 0) + passed) % width;
      this.start -= age;
      this.end = this.beginningOf(1);
      for (const bucket of kept) {
        // the stretch in which the bucket began: no outcome lives longer than without the restart
        const back = Math.ceil((bucket.ago + passed - age) / width - 1e-9);
        if (back >= buckets) continue;
        this.open(-back);
        this.add(bucket);
      }
      this.open(0);
    }
  }

  /** Takes another size. The contents stay if the kind of window stays; otherwise the window starts empty. */
  protected resize(size: WindowConfig, now: number): void {
    this.roll(now);
    const snapshot = this.windowSnapshot(now);
    const outcomes = this.minus(this.oldest);
    this.allSuccesses = this.allFailures = this.allIgnored = this.allSlow = 0;
    this.begin(size, now);
    this.restoreWindow(outcomes, snapshot, 0);
  }
}
