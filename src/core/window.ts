/** Running totals of what a window holds. */
export interface Totals {
  successes: number;
  failures: number;
  ignored: number;
  /** Slow calls that have ended, among the successes and failures. */
  endedSlow: number;
}

/** What one more of can be counted; the number is its column in a {@link TimeWindow}. */
export type Counted = typeof SUCCESS | typeof FAILURE | typeof IGNORED;
export const SUCCESS = 0;
export const FAILURE = 1;
export const IGNORED = 2;
const SLOW = 3;
const columns = ['successes', 'failures', 'ignored', 'endedSlow'] as const;

/**
 * Forgets. The totals live with the state, whoever counts adds to them; a window remembers when, or in
 * which order, that was, so that it can take it out again. Without a window nothing is forgotten.
 */
export interface Window {
  /** Takes out of the totals what is too old at `now`. */
  roll(totals: Totals, now: number): void;
  /** Remembers one outcome at `now`, having rolled up to it. */
  add(totals: Totals, counted: Counted, slow: boolean, now: number): void;
  /** Remembers the success that was just added as a failure. */
  amend(): void;
  /** Adds what a snapshot holds, if it is of this kind and as far as there is room for it. */
  load(totals: Totals, snapshot: WindowSnapshot | null, now: number): void;
  toJSON(now: number): WindowSnapshot;
}

/** A fresh window; one of time is aligned to `since`. */
export function openWindow(config: NonNullable<WindowConfig>, since: number): Window {
  return 'calls' in config
    ? new CallWindow(config.calls)
    : new TimeWindow(config.duration, config.buckets, since);
}

/** What forgets: time, calls, or (null) nothing. */
export type WindowConfig = { duration: number; buckets: number } | { calls: number } | null;

/** What a window held, as plain data. */
export type WindowSnapshot =
  | { readonly kind: 'time'; readonly buckets: readonly BucketSnapshot[] }
  /** One letter a call, oldest first: `s` success, `f` failure, `S` and `F` slow ones. */
  | { readonly kind: 'calls'; readonly outcomes: string };

/** The outcomes of one bucket. Buckets without any are left out. */
export interface BucketSnapshot {
  /** Milliseconds since the bucket began. */
  readonly ago: number;
  readonly successes: number;
  readonly failures: number;
  readonly ignored: number;
  readonly slow: number;
}

/**
 * A rolling window of time: a ring of buckets aligned to `since`. An outcome belongs to the bucket of
 * its completion. The window is the present bucket and the ones before it, `buckets` in all, so nothing
 * as old as `duration` is ever in it. An outcome costs the same whatever the size.
 */
class TimeWindow implements Window {
  private readonly duration: number;
  private readonly buckets: number;
  private since: number;
  private index = 0;
  /** `index` in the ring. */
  private head = 0;
  /** When the present bucket ends. */
  private end: number;
  // Column by column, and a column only from its first outcome on: most breakers never see a slow or
  // an ignored call, and an idle one has no cells at all.
  private cells: number[] = [];

  constructor(duration: number, buckets: number, since: number) {
    this.duration = duration;
    this.buckets = buckets;
    this.since = since;
    this.end = since + duration / buckets;
  }

  roll(totals: Totals, now: number): void {
    if (now < this.end) return;
    const { duration, buckets, since, cells } = this;
    const index = Math.floor(((now - since) * buckets) / duration);
    if (index - this.index >= buckets) {
      cells.fill(0);
      for (const column of columns) totals[column] = 0;
    } else if (cells.length > 0) {
      for (let passed = this.index + 1; passed <= index; passed++) {
        columns.forEach((column, nth) => {
          const at = nth * buckets + (passed % buckets);
          totals[column] -= cells[at] ?? 0;
          if (at < cells.length) cells[at] = 0;
        });
      }
    }
    this.index = index;
    this.head = index % buckets;
    this.end = since + ((index + 1) * duration) / buckets;
  }

  add(totals: Totals, counted: Counted, slow: boolean, now: number): void {
    if (now >= this.end) this.roll(totals, now);
    this.put(counted, this.head, 1);
    if (slow) this.put(SLOW, this.head, 1);
  }

  amend(): void {
    this.put(SUCCESS, this.head, -1);
    this.put(FAILURE, this.head, 1);
  }

  toJSON(now: number): WindowSnapshot {
    const { duration, buckets, since, index, cells } = this;
    const snapshots: BucketSnapshot[] = [];
    for (let back = 0; back < buckets; back++) {
      const cell = (this.head - back + buckets) % buckets;
      const at = (column: number): number => cells[column * buckets + cell] ?? 0;
      const ago = now - (since + ((index - back) * duration) / buckets);
      const bucket = { ago, successes: at(0), failures: at(1), ignored: at(2), slow: at(SLOW) };
      if (bucket.successes + bucket.failures + bucket.ignored > 0) snapshots.push(bucket);
    }
    return { kind: 'time', buckets: snapshots };
  }

  load(totals: Totals, snapshot: WindowSnapshot | null, now: number): void {
    if (snapshot?.kind !== 'time') return;
    const width = this.duration / this.buckets;
    const age = (snapshot.buckets[0]?.ago ?? 0) % width;
    this.since = now - age;
    this.end = this.since + width;
    for (const bucket of snapshot.buckets) {
      // into the bucket in which it began, so that nothing is kept for longer than it would have been
      const back = Math.ceil((bucket.ago - age) / width - 1e-9);
      if (back >= this.buckets) continue;
      const { successes, failures, ignored, slow } = bucket;
      [successes, failures, ignored, slow].forEach((amount, nth) => {
        this.put(nth, (this.buckets - back) % this.buckets, amount);
        totals[columns[nth] as keyof Totals] += amount;
      });
    }
  }

  private put(column: number, cell: number, amount: number): void {
    const at = column * this.buckets + cell;
    if (at >= this.cells.length) {
      if (amount === 0) return;
      const missing = (column + 1) * this.buckets - this.cells.length;
      this.cells = this.cells.concat(new Array<number>(missing).fill(0));
    }
    this.cells[at] = (this.cells[at] as number) + amount;
  }
}

const letters = 'sf?SF';

/** A window of the last `calls` outcomes: a ring of one byte each. It needs no clock. */
class CallWindow implements Window {
  private readonly slots: Uint8Array;
  private next = 0;

  constructor(calls: number) {
    this.slots = new Uint8Array(calls);
  }

  roll(): void {}

  add(totals: Totals, counted: Counted, slow: boolean): void {
    if (counted === IGNORED) return; // takes no place among the calls
    const { slots, next } = this;
    const old = (slots[next] as number) - 1;
    if (old >= 0) {
      if (old % SLOW === SUCCESS) totals.successes--;
      else totals.failures--;
      if (old >= SLOW) totals.endedSlow--;
    }
    slots[next] = 1 + counted + (slow ? SLOW : 0);
    this.next = next + 1 === slots.length ? 0 : next + 1;
  }

  amend(): void {
    const { slots, next } = this;
    const last = (next === 0 ? slots.length : next) - 1;
    slots[last] = (slots[last] as number) + FAILURE - SUCCESS;
  }

  toJSON(): WindowSnapshot {
    const { slots, next } = this;
    const oldestFirst = [...slots.subarray(next), ...slots.subarray(0, next)];
    const outcomes = oldestFirst.map((slot) => (slot === 0 ? '' : letters[slot - 1])).join('');
    return { kind: 'calls', outcomes };
  }

  load(totals: Totals, snapshot: WindowSnapshot | null): void {
    if (snapshot?.kind !== 'calls') return;
    for (const letter of snapshot.outcomes) {
      const slow = letter === 'S' || letter === 'F';
      const failed = letter === 'f' || letter === 'F';
      this.add(totals, failed ? FAILURE : SUCCESS, slow);
      if (failed) totals.failures++;
      else totals.successes++;
      if (slow) totals.endedSlow++;
    }
  }
}
