/**
 * Items by rank, the least rank first: a binary heap. An item that lost its meaning stays until its turn;
 * whoever takes the item out has to look whether the item still means what it did.
 */
export class Heap<T> {
  private readonly ranks: number[] = [];
  private readonly items: T[] = [];

  /** The least rank; `Infinity` of an empty heap. */
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

  /** Takes the item of the least rank out. */
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

  /** Puts an item at the top, then under all that have a lesser rank. */
  private sink(rank: number, item: T): void {
    const { ranks, items } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if ((ranks[child + 1] as number) < (ranks[child] as number)) child++;
      if (!((ranks[child] as number) < rank)) break; // also where there is no child
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
