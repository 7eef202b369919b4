/**
 * Calls as they really were: typed arrays, 17 bytes a call. Made by `readLog` and `record`.
 */
export interface Recording {
  /** Calls. */
  readonly length: number;
  /** When each call began, in milliseconds since the first one, ascending. */
  readonly at: Float64Array;
  /** How long each call took, in milliseconds. */
  readonly duration: Float64Array;
  /** 1 for a call that failed, 0 for a call that was answered. */
  readonly failed: Uint8Array;
  /** When the first call began, in milliseconds since 1970, or on the clock of the breaker that was recorded. */
  readonly start: number;
  /** Milliseconds from the beginning of the first call to the end of the last one: a plan's `duration`. */
  readonly span: number;
  /** Lines or events that became no call, by reason. */
  readonly skipped: readonly Skipped[];
}

/** Input that was not believed. */
export interface Skipped {
  /** What was wrong with the input, in words. */
  readonly reason: string;
  /** How often. */
  readonly count: number;
  /** Number of the first such line or event, from 1 on. */
  readonly line: number;
  /** The first such line, cut at 80 characters. */
  readonly sample: string;
}

/** Collects calls in any order, and tells what it could not take. */
export class RecordingBuilder {
  private starts = new Float64Array(1_024);
  private durations = new Float64Array(1_024);
  private failures = new Uint8Array(1_024);
  private size = 0;
  private readonly reasons = new Map<string, { count: number; line: number; sample: string }>();

  get length(): number {
    return this.size;
  }

  push(start: number, duration: number, failed: boolean): void {
    if (this.size === this.starts.length) this.grow();
    this.starts[this.size] = start;
    this.durations[this.size] = duration;
    this.failures[this.size++] = failed ? 1 : 0;
  }

  /** Moves the beginning of a call that was pushed. */
  shift(place: number, by: number): void {
    this.starts[place] = (this.starts[place] as number) + by;
  }

  skip(reason: string, line: number, sample: string): void {
    const known = this.reasons.get(reason);
    if (known) known.count++;
    else this.reasons.set(reason, { count: 1, line, sample: sample.slice(0, 80) });
  }

  /** Forgets all calls but the last `keep`. */
  keepLast(keep: number): void {
    const from = this.size - keep;
    if (from <= 0) return;
    this.starts.copyWithin(0, from, this.size);
    this.durations.copyWithin(0, from, this.size);
    this.failures.copyWithin(0, from, this.size);
    this.size = keep;
  }

  /** The calls in the order of their beginnings. */
  finish(): Recording {
    const { size, starts, durations, failures } = this;
    const order = Uint32Array.from({ length: size }, (_, n) => n);
    if (!isAscending(starts, size)) {
      order.sort((a, b) => (starts[a] as number) - (starts[b] as number) || a - b);
    }
    const start = size === 0 ? 0 : (starts[order[0] as number] as number);
    const at = new Float64Array(size);
    const duration = new Float64Array(size);
    const failed = new Uint8Array(size);
    let span = 0;
    for (const [n, place] of order.entries()) {
      at[n] = (starts[place] as number) - start;
      duration[n] = durations[place] as number;
      failed[n] = failures[place] as number;
      span = Math.max(span, (at[n] as number) + (duration[n] as number));
    }
    const skipped = [...this.reasons].map(([reason, rest]) => ({ reason, ...rest }));
    return { length: size, at, duration, failed, start, span, skipped };
  }

  private grow(): void {
    const length = this.starts.length * 2;
    const { starts, durations, failures } = this;
    this.starts = new Float64Array(length);
    this.starts.set(starts);
    this.durations = new Float64Array(length);
    this.durations.set(durations);
    this.failures = new Uint8Array(length);
    this.failures.set(failures);
  }
}

function isAscending(values: Float64Array, size: number): boolean {
  for (let n = 1; n < size; n++)
    if ((values[n] as number) < (values[n - 1] as number)) return false;
  return true;
}
