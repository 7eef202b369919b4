/**
 * A queue before a number of workers, first come, first served. Since calls begin in the order in which they
 * come, the end of a call is known when the call comes: the earliest worker that is free takes the call.
 */
export class Workers {
  /** When each worker is free, as a heap: the earliest one in front. */
  private readonly free: Float64Array;
  /** When the queued calls begin, as a ring of ascending instants. */
  private begins: Float64Array = new Float64Array(64);
  private head = 0;
  private queued = 0;

  constructor(count: number) {
    this.free = new Float64Array(count).fill(-1);
  }

  idle(now: number): boolean {
    return (this.free[0] as number) <= now;
  }

  /** Milliseconds that a call which comes now waits. */
  delay(now: number): number {
    const first = this.free[0] as number;
    return first > now ? first - now : 0;
  }

  /** Calls that have come and have not begun. */
  waiting(now: number): number {
    const { begins } = this;
    while (this.queued > 0 && (begins[this.head] as number) <= now) {
      this.head = (this.head + 1) & (begins.length - 1);
      this.queued--;
    }
    return this.queued;
  }

  /** Takes a call in; returns the instant at which `length` milliseconds of work on the call are done. */
  work(now: number, length: number): number {
    const first = this.free[0] as number;
    const begin = first > now ? first : now;
    if (begin > now) this.enqueue(now, begin);
    const end = begin + length;
    this.occupy(end);
    return end;
  }

  /** Drops all work. */
  clear(): void {
    this.free.fill(-1);
    this.queued = 0;
  }

  /** The first worker is free at `end`. */
  private occupy(end: number): void {
    const { free } = this;
    let hole = 0;
    for (let child = 1; child < free.length; child = 2 * hole + 1) {
      if (child + 1 < free.length && (free[child + 1] as number) < (free[child] as number)) child++;
      if ((free[child] as number) >= end) break;
      free[hole] = free[child] as number;
      hole = child;
    }
    free[hole] = end;
  }

  private enqueue(now: number, begin: number): void {
    const { begins } = this;
    if (this.waiting(now) === begins.length) {
      const larger = new Float64Array(begins.length * 2);
      larger.set(begins.subarray(this.head));
      larger.set(begins.subarray(0, this.head), begins.length - this.head);
      this.begins = larger;
      this.head = 0;
    }
    this.begins[(this.head + this.queued++) & (this.begins.length - 1)] = begin;
  }
}
