/**
 * A binary heap: items by rank, the least rank first. A heap cannot remove an outdated item. The caller of `shift` checks
 * whether the item is outdated.
 */
export class Heap<T> {
  private readonly ranks: number[] = [];
  private readonly items: T[] = [];

  /** The least rank; `Infinity` for an empty heap. */
  get rank(): number {
    return this.ranks[0] ?? Number.POSITIVE_INFINITY;
  }

  /** The item of the least rank. */
  get first(): T | undefined {
    return this.items[0];
  }

  push(rank: number, item: T): void {
    let at = this.ranks.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.ranks[parent] as number) <= rank) break;
      this.put(at, this.ranks[parent] as number, this.items[parent] as T);
      at = parent;
    }
    this.put(at, rank, item);
  }

  /** Removes and returns the item of the least rank. */
  shift(): T | undefined {
    const { first, ranks, items } = this;
    const rank = ranks.pop();
    const item = items.pop();
    if (ranks.length > 0) this.sink(rank as number, item as T);
    return first;
  }

  clear(): void {
    this.ranks.length = this.items.length = 0;
  }

  /** Puts an item at the top, and moves the item down below all children of lesser rank. */
  private sink(rank: number, item: T): void {
    const { ranks, items } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if ((ranks[child + 1] as number) < (ranks[child] as number)) child++;
      if (!((ranks[child] as number) < rank)) break; // true without a child, too: undefined < rank is false
      this.put(at, ranks[child] as number, items[child] as T);
      at = child;
    }
    this.put(at, rank, item);
  }

  private put(at: number, rank: number, item: T): void {
    this.ranks[at] = rank;
    this.items[at] = item;
  }
}
