/** What a registry has to know of the things it keeps. */
interface Kept {
  /** Nothing in it would be missed: a fresh one could take its place. */
  readonly forgettable: boolean;
}

/** How many looks a new key brings along. */
const LOOKS = 4;

/** A key in the order of use. The order is a ring whose two ends meet at a sentinel. */
class Entry<V> {
  readonly key: string;
  readonly value: V;
  /** When it was last asked for, or last looked at in vain. */
  since: number;
  older: Entry<V> = this;
  newer: Entry<V> = this;

  constructor(key: string, value: V, since: number) {
    this.key = key;
    this.value = value;
    this.since = since;
  }

  unlink(): void {
    this.older.newer = this.newer;
    this.newer.older = this.older;
  }

  linkBefore(next: Entry<V>): void {
    this.older = next.older;
    this.newer = next;
    this.older.newer = this.newer.older = this;
  }
}

/**
 * A map with a limit and a memory for use. Keys that were not asked for in a while go, and at the limit
 * the one that was not asked for longest, but only ever one that is forgettable. It has no timer: it
 * looks whenever it is touched.
 */
export class Registry<V extends Kept> {
  private readonly maxKeys: number;
  private readonly idleTime: number;
  private readonly now: () => number;
  private readonly dropped: (value: V) => void;
  private readonly entries = new Map<string, Entry<V>>();
  /** Its newer is the key least recently used, its older the one most recently used. */
  private readonly ends: Entry<V>;
  /**
   * Looks saved up. Each new key brings some, and one is spent on every key that is asked whether it can
   * go: so a new key costs the same on average, even while hardly any of the others can go.
   */
  private looks = 0;

  constructor(maxKeys: number, idleTime: number, now: () => number, dropped: (value: V) => void) {
    this.maxKeys = maxKeys;
    this.idleTime = idleTime;
    this.now = now;
    this.dropped = dropped;
    this.ends = new Entry('', null as unknown as V, Number.POSITIVE_INFINITY);
  }

  get size(): number {
    this.dropIdle(this.now());
    return this.entries.size;
  }

  has(key: string): boolean {
    this.dropIdle(this.now());
    return this.entries.has(key);
  }

  /** All that is kept, the least recently used first. To look is no use. */
  values(): V[] {
    this.dropIdle(this.now());
    const values: V[] = [];
    for (let entry = this.ends.newer; entry !== this.ends; entry = entry.newer) {
      values.push(entry.value);
    }
    return values;
  }

  /** What is kept for the key, which is thereby in use. */
  use(key: string): V | undefined {
    const now = this.now();
    const entry = this.entries.get(key);
    if (entry !== undefined) this.touch(entry, now);
    this.dropIdle(now);
    return entry?.value;
  }

  /** Whether there is room for a new key, made where that can be. */
  makeRoom(): boolean {
    this.looks = Math.min(this.looks + LOOKS, LOOKS * this.maxKeys);
    const now = this.now();
    // at most one round, in which each key has its look
    for (let left = this.entries.size; left > 0 && this.isFull && this.looks > 0; left--) {
      this.looks--;
      this.look(this.ends.newer, now);
    }
    return !this.isFull;
  }

  /** Keeps a value under a key that is not kept yet. */
  add(key: string, value: V): void {
    const entry = new Entry(key, value, this.now());
    this.entries.set(key, entry);
    entry.linkBefore(this.ends);
  }

  private get isFull(): boolean {
    return this.entries.size >= this.maxKeys;
  }

  private dropIdle(now: number): void {
    // the sentinel's since ends the loop; a key that cannot go has a new one, and its turn later
    while (now - this.ends.newer.since >= this.idleTime) this.look(this.ends.newer, now);
  }

  /** Drops the key if it can go. Or else it has its next look when all the others had theirs. */
  private look(entry: Entry<V>, now: number): void {
    if (!entry.value.forgettable) {
      this.touch(entry, now);
      return;
    }
    entry.unlink();
    this.entries.delete(entry.key);
    this.dropped(entry.value);
  }

  private touch(entry: Entry<V>, now: number): void {
    entry.since = now;
    entry.unlink();
    entry.linkBefore(this.ends);
  }
}
