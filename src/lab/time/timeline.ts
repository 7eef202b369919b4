/** The place of an item among all items that are due at one instant: ends of calls, then timers, then new calls. */
export const ENDS = 0;
export const TIMERS = 1;
export const BEGINS = 2;

/** A rank outweighs every sequence number: 2^50 items are a century of play. */
const RANK = 2 ** 50;

/**
 * Virtual time: a clock, and a heap of numbered items in the order in which the items are due.
 *
 * The heap is three typed arrays, so an item costs 20 bytes and no object. Items that are due at the same
 * instant leave the heap by rank, then in the order in which the items were added.
 *
 *     parent of i = (i - 1) >> 2      first child of i = 4 i + 1
 */
export class Timeline {
  /** The present instant in milliseconds. */
  now = 0;
  private size = 0;
  private times = new Float64Array(64);
  private orders = new Float64Array(64);
  private items = new Int32Array(64);
  private sequence = 0;

  /** The instant of the first item; `Infinity` for an empty heap. */
  get next(): number {
    return this.size === 0 ? Infinity : (this.times[0] as number);
  }

  /** Adds an item; an instant in the past counts as now. */
  add(at: number, rank: number, item: number): void {
    if (this.size === this.times.length) this.grow();
    const time = at > this.now ? at : this.now;
    this.rise(this.size++, time, rank * RANK + this.sequence++, item);
  }

  /** Removes the first item, sets the clock to its instant, and returns the item. */
  take(): number {
    const { times, orders, items } = this;
    const item = items[0] as number;
    this.now = times[0] as number;
    const last = --this.size;
    if (last > 0) {
      this.sink(times[last] as number, orders[last] as number, items[last] as number);
    }
    return item;
  }

  /** Removes every item that `keep` answers with false. Costs a walk over the heap. */
  keepOnly(keep: (item: number) => boolean): void {
    const { times, orders, items, size } = this;
    this.size = 0;
    for (let at = 0; at < size; at++) {
      const item = items[at] as number;
      if (keep(item)) this.rise(this.size++, times[at] as number, orders[at] as number, item);
    }
  }

  private rise(hole: number, time: number, order: number, item: number): void {
    const { times, orders, items } = this;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const above = times[parent] as number;
      if (above < time || (above === time && (orders[parent] as number) < order)) break;
      times[hole] = above;
      orders[hole] = orders[parent] as number;
      items[hole] = items[parent] as number;
      hole = parent;
    }
    times[hole] = time;
    orders[hole] = order;
    items[hole] = item;
  }

  private sink(time: number, order: number, item: number): void {
    const { times, orders, items, size } = this;
    let hole = 0;
    for (let child = 1; child < size; child = 4 * hole + 1) {
      let least = child;
      let leastTime = times[child] as number;
      const end = child + 4 < size ? child + 4 : size;
      for (let other = child + 1; other < end; other++) {
        const at = times[other] as number;
        if (
          at < leastTime ||
          (at === leastTime && (orders[other] as number) < (orders[least] as number))
        ) {
          least = other;
          leastTime = at;
        }
      }
      if (leastTime > time || (leastTime === time && (orders[least] as number) > order)) break;
      times[hole] = leastTime;
      orders[hole] = orders[least] as number;
      items[hole] = items[least] as number;
      hole = least;
    }
    times[hole] = time;
    orders[hole] = order;
    items[hole] = item;
  }

  private grow(): void {
    const length = this.times.length * 2;
    const { times, orders, items } = this;
    this.times = new Float64Array(length);
    this.times.set(times);
    this.orders = new Float64Array(length);
    this.orders.set(orders);
    this.items = new Int32Array(length);
    this.items.set(items);
  }
}
