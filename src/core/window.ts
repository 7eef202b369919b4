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
}

/**
 * Outcomes that are forgotten together: those of a stretch of time, or of calls in a row that ended alike.
 * It holds the totals as they were when it began; the next one holds them as they were when it ended.
 */
class Bucket extends Totals {
  /** Which stretch of time, or in which way the calls ended. */
  key: number;
  newer: Bucket | null = null;

  constructor(key: number, totals: Totals) {
    super();
    this.key = key;
    this.allSuccesses = totals.allSuccesses;
    this.allFailures = totals.allFailures;
    this.allIgnored = totals.allIgnored;
    this.allSlow = totals.allSlow;
  }
}

function ended({ allSuccesses, allFailures, allIgnored }: Totals): number {
  return allSuccesses + allFailures + allIgnored;
}

const letters = 'sfSF';

/**
 * A rolling window of outcomes.
 *
 * What is in it is what the totals have grown by since its oldest bucket began. So an outcome is counted
 * once, nothing is summed up again, and it all costs the same whatever the size. There are only buckets
 * with outcomes in them, and the present one: an idle hour is let go of at once.
 *
 * A window of time is cut into buckets aligned to `since`; an outcome belongs to that of its completion,
 * and the present one and those before it, `buckets` in all, are held, so nothing as old as `duration`.
 * A window of calls has a bucket for each run of calls that ended alike, so most often very few.
 */
export class Window extends Totals {
  private readonly config: WindowConfig;
  /** When the first stretch of time began. */
  since: number;
  /** When the present one ends. */
  private end: number;
  private oldest: Bucket;
  private newest: Bucket;

  constructor(config: WindowConfig, since: number) {
    super();
    this.config = config;
    this.since = since;
    this.end = since + config.duration / config.buckets;
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

  private advance(now: number): void {
    const { duration, buckets } = this.config;
    const index = Math.floor(((now - this.since) * buckets) / duration);
    this.end = this.since + ((index + 1) * duration) / buckets;
    if (this.newest.key <= index - buckets) this.oldest = this.newest; // all of it: not one by one
    this.begin(index);
    while (this.oldest.key <= index - buckets) this.oldest = this.oldest.newer as Bucket;
  }

  /** What comes goes into a bucket of this key. */
  private begin(key: number): void {
    const { newest } = this;
    if (newest.key === key) return;
    if (ended(newest) === ended(this)) newest.key = key;
    else this.newest = newest.newer = new Bucket(key, this);
  }

  /** Counts a success, or a failure (1), slow (1) or not. */
  protected record(failed: number, slow: number, now: number): void {
    if (now >= this.end) this.advance(now);
    if (this.config.size < NEVER) this.makeRoom(failed + 2 * slow);
    this.allSuccesses += 1 - failed;
    this.allFailures += failed;
    this.allSlow += slow;
  }

  /** Takes back the success just recorded. */
  protected undo(slow: number): void {
    this.allSuccesses--;
    this.allSlow -= slow;
  }

  /** Counts a call that is not to count. A window of calls has no place for it, and never forgets it. */
  ignore(now: number): void {
    if (now >= this.end) this.advance(now);
    this.allIgnored++;
  }

  /** Forgets the oldest call if it has to give way to one that ended in this way. */
  private makeRoom(key: number): void {
    this.begin(key);
    this.newest.allIgnored = 0;
    if (this.successes + this.failures < this.config.size) return;
    let run = this.oldest;
    while (run.newer !== null && ended(run) === ended(run.newer)) this.oldest = run = run.newer;
    const failed = run.key % 2;
    run.allSuccesses += 1 - failed;
    run.allFailures += failed;
    run.allSlow += run.key >> 1;
  }

  /** What is in it, if anything is ever forgotten: or else the totals say it all. */
  toJSON(now: number): WindowSnapshot | null {
    const { duration, buckets, size } = this.config;
    const kept: BucketSnapshot[] = [];
    let outcomes = '';
    for (let bucket: Bucket | null = this.oldest; bucket !== null; bucket = bucket.newer) {
      const next: Totals = bucket.newer ?? this;
      const successes = next.allSuccesses - bucket.allSuccesses;
      const failures = next.allFailures - bucket.allFailures;
      const ignored = next.allIgnored - bucket.allIgnored;
      const slow = next.allSlow - bucket.allSlow;
      if (size < NEVER) {
        outcomes += (letters[bucket.key] as string).repeat(successes + failures);
      } else if (successes + failures + ignored > 0) {
        const ago = now - (this.since + (bucket.key * duration) / buckets);
        kept.push({ ago, successes, failures, ignored, slow });
      }
    }
    if (size < NEVER) return { kind: 'calls', outcomes };
    return duration < NEVER ? { kind: 'time', buckets: kept.reverse() } : null;
  }

  /** Starts from what a snapshot held, if it is of this kind and as far as there is room for it. */
  protected refill(
    totals: Omit<BucketSnapshot, 'ago'>,
    snapshot: WindowSnapshot | null,
  ): void {
    const { duration, buckets, size } = this.config;
    if (size < NEVER) {
      for (const letter of snapshot?.kind === 'calls' ? snapshot.outcomes : '') {
        const key = letters.indexOf(letter);
        this.record(key % 2, key >> 1, this.since);
      }
    } else if (duration === NEVER) {
      this.add(totals);
    } else if (snapshot?.kind === 'time') {
      const width = duration / buckets;
      const kept = [...snapshot.buckets].sort((a, b) => b.ago - a.ago);
      const age = (kept.at(-1)?.ago ?? 0) % width;
      this.since -= age;
      this.end = this.since + width;
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
