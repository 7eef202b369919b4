import { NEVER } from './clock.js';

/** How much of the past counts: `size` calls, or `duration` milliseconds cut into `buckets`. */
export interface WindowConfig {
  /** `Infinity` where time forgets nothing. */
  readonly duration: number;
  readonly buckets: number;
  /** `Infinity` where it is not calls that are held. */
  readonly size: number;
}

/** A window that forgets nothing. */
export const endless: WindowConfig = { duration: NEVER, buckets: 1, size: NEVER };

/** What a window held, as plain data. */
export type WindowSnapshot =
  | { readonly kind: 'time'; readonly buckets: readonly BucketSnapshot[] }
  /** One letter a call, oldest first: `s` success, `f` failure, `S` and `F` slow ones. */
  | { readonly kind: 'calls'; readonly outcomes: string };

/** The outcomes of one bucket, the newest first. Buckets without any are left out. */
export interface BucketSnapshot {
  /** Milliseconds since the bucket began. */
  readonly ago: number;
  readonly successes: number;
  readonly failures: number;
  readonly ignored: number;
  readonly slow: number;
}

/** How many outcomes of each kind there have been. They only grow: to forget is to look at less of them. */
class Totals {
  allSuccesses = 0;
  allFailures = 0;
  allIgnored = 0;
  /** Slow calls that have ended, among the successes and failures. */
  allSlow = 0;

  /** One of the successes was a failure. */
  correct(): void {
    this.allSuccesses--;
    this.allFailures++;
  }
}

/** The outcomes of a stretch of time: what the totals grew by from when it began to when the next one did. */
class Bucket extends Totals {
  /** Which stretch of time. */
  index: number;
  newer: Bucket | null = null;

  /** @param totals Those at its beginning, which it keeps. */
  constructor(index: number, totals: Totals) {
    super();
    this.index = index;
    this.allSuccesses = totals.allSuccesses;
    this.allFailures = totals.allFailures;
    this.allIgnored = totals.allIgnored;
    this.allSlow = totals.allSlow;
  }
}

/** Where in a window an outcome is. */
export interface Spot {
  readonly bucket: Bucket;
  /** How many calls there were before it. */
  readonly call: number;
}

function ended(totals: Totals): number {
  return totals.allSuccesses + totals.allFailures + totals.allIgnored;
}

/** How a call ended, by its number in a ring: 1 for a failure and 2 for slow, added. */
const letters = 'sfSF';

/**
 * A rolling window of outcomes.
 *
 * What is in it is what the totals have grown by since its oldest bucket began. So an outcome is counted
 * once, nothing is summed up again, and it all costs the same whatever the size.
 *
 * A window of time is cut into buckets aligned to `since`; an outcome belongs to that of its completion,
 * and the present one and those before it, `buckets` in all, are held, so nothing as old as `duration`.
 * There are only buckets with outcomes in them, and the present one: an idle hour is let go of at once.
 *
 * A window of calls has one bucket, whose beginning moves on past each call that is forgotten. A ring
 * remembers how that one ended.
 */
export class Window extends Totals {
  private readonly config: WindowConfig;
  /** When the stretch of time of index 0 began. */
  since: number;
  /** When the present one ends. */
  private end: number;
  private oldest: Bucket;
  private newest: Bucket;
  private readonly ring: Uint8Array | null;

  constructor(config: WindowConfig, since: number) {
    super();
    this.config = config;
    this.since = since;
    this.ring = config.size < NEVER ? new Uint8Array(config.size) : null;
    this.end = this.beginOf(1);
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

  /** When a stretch of time begins; the first has the index 0. */
  private beginOf(index: number): number {
    const { duration, buckets } = this.config;
    return this.since + (index * duration) / buckets;
  }

  private advance(now: number): void {
    const { duration, buckets } = this.config;
    const index = Math.floor(((now - this.since) * buckets) / duration);
    this.end = this.beginOf(index + 1);
    if (this.newest.index <= index - buckets) this.oldest = this.newest; // all of it: not one by one
    this.begin(index);
    while (this.oldest.index <= index - buckets) this.oldest = this.oldest.newer as Bucket;
  }

  /** What comes goes into this bucket. */
  private begin(index: number): void {
    const { newest } = this;
    if (newest.index === index) return;
    if (ended(newest) === ended(this))
      newest.index = index; // nothing in it
    else this.newest = newest.newer = new Bucket(index, this);
  }

  /** Counts a success, or a failure (1), slow (1) or not. */
  protected record(failed: number, slow: number, now: number): void {
    this.roll(now);
    if (this.ring !== null) this.enter(this.ring, failed + 2 * slow);
    this.allSuccesses += 1 - failed;
    this.allFailures += failed;
    this.allSlow += slow;
  }

  /** Where the outcome just recorded is. */
  spot(): Spot {
    return { bucket: this.newest, call: this.allSuccesses + this.allFailures - 1 };
  }

  /** Turns a success into a failure where it is, whatever was recorded and forgotten since. */
  protected turn({ bucket, call }: Spot): void {
    if (this.ring !== null) {
      if (call < ended(this.oldest)) return;
      (this.ring[call % this.ring.length] as number)++;
    }
    for (let later = bucket.newer; later !== null; later = later.newer) later.correct();
    this.correct();
  }

  /** Counts a call that is not to count. A window of calls has no place for it, and never forgets it. */
  ignore(now: number): void {
    this.roll(now);
    this.allIgnored++;
  }

  /** Puts a call into the ring, in the place of the oldest once all are taken. */
  private enter(ring: Uint8Array, call: number): void {
    const { oldest } = this;
    const size = ring.length;
    const place = (this.allSuccesses + this.allFailures) % size;
    if (this.successes + this.failures === size) {
      const forgotten = ring[place] as number;
      oldest.allSuccesses += 1 - (forgotten % 2);
      oldest.allFailures += forgotten % 2;
      oldest.allSlow += forgotten >> 1;
    }
    ring[place] = call;
  }

  /** What is in it, if anything is ever forgotten: or else the totals say it all. */
  toJSON(now: number): WindowSnapshot | null {
    const { ring } = this;
    if (ring !== null) {
      let outcomes = '';
      const calls = this.allSuccesses + this.allFailures;
      // ignored calls are never forgotten here, so all that have are calls of the ring
      for (let call = ended(this.oldest); call < calls; call++) {
        outcomes += letters[ring[call % ring.length] as number];
      }
      return { kind: 'calls', outcomes };
    }
    if (this.config.duration === NEVER) return null;
    const kept: BucketSnapshot[] = [];
    for (let bucket: Bucket | null = this.oldest; bucket !== null; bucket = bucket.newer) {
      const next: Totals = bucket.newer ?? this;
      if (ended(next) === ended(bucket)) continue;
      kept.push({
        ago: now - this.beginOf(bucket.index),
        successes: next.allSuccesses - bucket.allSuccesses,
        failures: next.allFailures - bucket.allFailures,
        ignored: next.allIgnored - bucket.allIgnored,
        slow: next.allSlow - bucket.allSlow,
      });
    }
    return { kind: 'time', buckets: kept.reverse() };
  }

  /** Starts from what a snapshot held, if it is of this kind and as far as there is room for it. */
  protected refill(totals: Omit<BucketSnapshot, 'ago'>, snapshot: WindowSnapshot | null): void {
    const { duration, buckets } = this.config;
    if (this.ring !== null) {
      for (const letter of snapshot?.kind === 'calls' ? snapshot.outcomes : '') {
        const call = letters.indexOf(letter);
        this.record(call % 2, call >> 1, this.since);
      }
    } else if (duration === NEVER) {
      this.add(totals);
    } else if (snapshot?.kind === 'time') {
      const width = duration / buckets;
      const kept = [...snapshot.buckets].sort((a, b) => b.ago - a.ago);
      const age = (kept.at(-1)?.ago ?? 0) % width;
      this.since -= age;
      this.end = this.beginOf(1);
      for (const bucket of kept) {
        // into the bucket in which it began, so that nothing is kept for longer than it would have been
        const back = Math.ceil((bucket.ago - age) / width - 1e-9);
        if (back >= buckets) continue;
        this.begin(-back);
        this.add(bucket);
      }
      this.begin(0);
    }
  }

  private add({ successes, failures, ignored, slow }: Omit<BucketSnapshot, 'ago'>): void {
    this.allSuccesses += successes;
    this.allFailures += failures;
    this.allIgnored += ignored;
    this.allSlow += slow;
  }
}
