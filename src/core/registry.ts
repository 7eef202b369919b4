/** What a registry has to know of the things it keeps. */
export interface Kept {
  /** Nothing in it would be missed: a fresh one could take its place. */
  readonly forgettable: boolean;
}

/** How many looks a new key brings along. */
const LOOKS = 4;

interface Entry<V> {
  readonly value: V;
  /** When it was last asked for, or last looked at in vain. */
  since: number;
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
  /** The least recently used first. */
  private readonly entries = new Map<string, Entry<V>>();
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
  }

  /** All that is kept, for reading only. */
  kept(): ReadonlyMap<string, { readonly value: V }> {
    this.dropIdle(this.now());
    return this.entries;
  }

  /** What is kept for the key, which is thereby in use. */
  use(key: string): V | undefined {
    const now = this.now();
    const entry = this.entries.get(key);
    if (entry !== undefined) this.touch(key, entry, now);
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
      this.look(now);
    }
    return !this.isFull;
  }

  private get isFull(): boolean {
    return this.entries.size >= this.maxKeys;
  }

  add(key: string, value: V): void {
    this.entries.set(key, { value, since: this.now() });
  }

  private dropIdle(now: number): void {
    for (const { since } of this.entries.values()) {
      if (now - since < this.idleTime) return;
      this.look(now);
    }
  }

  /** Drops the least recently used key if it can go. Or else it has its next look when the others had theirs. */
  private look(now: number): boolean {
    for (const [key, entry] of this.entries) {
      if (entry.value.forgettable) {
        this.entries.delete(key);
        this.dropped(entry.value);
        return true;
      }
      this.touch(key, entry, now);
      return false;
    }
    return false;
  }

  private touch(key: string, entry: Entry<V>, now: number): void {
    entry.since = now;
    this.entries.delete(key);
    this.entries.set(key, entry);
  }
}
