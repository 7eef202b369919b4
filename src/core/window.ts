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

/** How many outcomes there were of each kind. */
class Totals {
  successes = 0;
  failures = 0;
  ignored = 0;
  /** Slow calls that have ended, among the successes and failures. */
  endedSlow = 0;

  add(successes: number, failures: number, ignored: number, slow: number): void {
    this.successes += successes;
    this.failures += failures;
    this.ignored += ignored;
    this.endedSlow += slow;
  }
}

/** Outcomes that are forgotten together: those of a stretch of time, or of calls in a row that ended alike. */
class Bucket extends Totals {
  /** Which stretch of time, or in which way the calls ended. */
  readonly key: number;
  newer: Bucket | null = null;

  constructor(key: number) {
    super();
    this.key = key;
  }
}

const letters = 'sfSF';

/**
 * A rolling window of outcomes and their totals, which are kept and never summed again.
 *
 * What is in it hangs on a chain of buckets, of which there are only those with outcomes in them: an idle
 * breaker has none, an idle hour is let go of at once, and an outcome costs the same whatever the size.
 * A window of time is cut into buckets aligned to `since`; an outcome belongs to that of its completion,
 * and the present one and those before it, `buckets` in all, are held, so nothing as old as `duration`.
 * A window of calls has a bucket for each run of calls that ended alike, so most often very few.
 */
export class Window extends Totals {
  private readonly config: WindowConfig;
  /** When the first stretch of time began. */
  since: number;
  /** Which stretch it is now, and when it ends. */
  private index = 0;
  private end: number;
  private oldest: Bucket | null = null;
  private newest: Bucket | null = null;

  constructor(config: WindowConfig, since: number) {
    super();
    this.config = config;
    this.since = since;
    this.end = since + config.duration / config.buckets;
  }

  /** Forgets what is too old at `now`. */
  roll(now: number): void {
    if (now >= this.end) this.advance(now);
  }

  private advance(now: number): void {
    const { duration, buckets } = this.config;
    this.index = Math.floor(((now - this.since) * buckets) / duration);
    this.end = this.since + ((this.index + 1) * duration) / buckets;
    const last = this.index - buckets;
    if (this.newest !== null && this.newest.key <= last) {
      // all of it: not one by one
      this.oldest = this.newest = null;
      this.add(-this.successes, -this.failures, -this.ignored, -this.endedSlow);
    }
    for (let old = this.oldest; old !== null && old.key <= last; old = old.newer) {
      this.add(-old.successes, -old.failures, -old.ignored, -old.endedSlow);
      this.oldest = old.newer;
    }
  }

  /** Counts an outcome at `now`: a success, a failure or an ignored one, each 1 or 0. */
  record(successes: number, failures: number, ignored: number, slow: number, now: number): void {
    if (now >= this.end) this.advance(now);
    const { size } = this.config;
    const key = size === NEVER ? this.index : failures + 2 * slow;
    this.put(key, successes, failures, ignored, slow);
    if (this.successes + this.failures > size) this.forgetOne();
  }

  /** Takes back the success just recorded. */
  protected undo(slow: number): void {
    this.put((this.newest as Bucket).key, -1, 0, 0, -slow);
  }

  private put(
    key: number,
    successes: number,
    failures: number,
    ignored: number,
    slow: number,
  ): void {
    let bucket = this.newest;
    if (bucket === null || bucket.key !== key) bucket = this.push(key);
    bucket.add(successes, failures, ignored, slow);
    this.add(successes, failures, ignored, slow);
  }

  private push(key: number): Bucket {
    const bucket = new Bucket(key);
    if (this.newest === null) this.oldest = bucket;
    else this.newest.newer = bucket;
    this.newest = bucket;
    return bucket;
  }

  /** Forgets the oldest of the calls. */
  private forgetOne(): void {
    let run = this.oldest as Bucket;
    while (run.successes + run.failures === 0) this.oldest = run = run.newer as Bucket;
    const failed = run.key % 2;
    const slow = run.key >> 1;
    run.add(failed - 1, -failed, 0, -slow);
    this.add(failed - 1, -failed, 0, -slow);
  }

  /** What is in it, if anything is ever forgotten: or else the totals say it all. */
  toJSON(now: number): WindowSnapshot | null {
    const { duration, buckets, size } = this.config;
    const kept: BucketSnapshot[] = [];
    let outcomes = '';
    for (let bucket = this.oldest; bucket !== null; bucket = bucket.newer) {
      const { key, successes, failures, ignored, endedSlow: slow } = bucket;
      if (size < NEVER) {
        outcomes += (letters[key] as string).repeat(successes + failures);
      } else {
        const ago = now - (this.since + (key * duration) / buckets);
        kept.push({ ago, successes, failures, ignored, slow });
      }
    }
    if (size < NEVER) return { kind: 'calls', outcomes };
    return duration < NEVER ? { kind: 'time', buckets: kept.reverse() } : null;
  }

  /** Starts from what a snapshot held, if it is of this kind and as far as there is room for it. */
  protected refill(totals: Omit<Totals, 'add'>, snapshot: WindowSnapshot | null): void {
    const { duration, buckets, size } = this.config;
    if (size < NEVER) {
      for (const letter of snapshot?.kind === 'calls' ? snapshot.outcomes : '') {
        const key = letters.indexOf(letter);
        this.record(1 - (key % 2), key % 2, 0, key >> 1, this.since);
      }
    } else if (duration === NEVER) {
      this.put(0, totals.successes, totals.failures, totals.ignored, totals.endedSlow);
    } else if (snapshot?.kind === 'time') {
      const width = duration / buckets;
      const kept = [...snapshot.buckets].sort((a, b) => b.ago - a.ago);
      const age = (kept.at(-1)?.ago ?? 0) % width;
      this.since -= age;
      this.end = this.since + width;
      for (const { ago, successes, failures, ignored, slow } of kept) {
        // into the bucket in which it began, so that nothing is kept for longer than it would have been
        const back = Math.ceil((ago - age) / width - 1e-9);
        if (back < buckets) this.put(-back, successes, failures, ignored, slow);
      }
    }
  }
}
