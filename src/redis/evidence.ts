import type { Epoch } from '../core/index.js';

/** How a circuit cuts the store's time into buckets. */
export interface Layout {
  /** Milliseconds of a bucket of the joint window; 0: a single endless bucket. */
  readonly width: number;
  /** Milliseconds of a step of the joint excess; 0 without the excess rule. */
  readonly step: number;
}

/** A report: the outcomes of calls, by buckets of the store's time. */
export interface Report {
  /** Groups of four: bucket, successes, failures, slow calls. */
  readonly window: readonly number[];
  /** Pairs: step, bad calls minus good calls. */
  readonly steps: readonly number[];
  /** Good calls minus bad calls. */
  readonly balance: number;
  /** The report holds a bad call. */
  readonly bad: boolean;
}

/** Counts by bucket. */
type Buckets = Map<number, [successes: number, failures: number, slow: number]>;

/**
 * Reads the outcomes of calls from the totals of the machine's epoch, so a success costs nothing.
 *
 * The machine calls `note` for each bad call, so each bad call is in the right bucket. Good calls between two readings
 * spread evenly over the time between the readings.
 */
export class Evidence {
  private readonly layout: Layout;
  private readonly now: () => number;
  /** The epoch of the readings; null outside of closed. */
  private epoch: Epoch | null = null;
  private successes = 0;
  private failures = 0;
  private slow = 0;
  private balance = 0;
  /** Bad calls since the last reading, for the excess rule. */
  private newlyBad = 0;
  /** The last reading, and the begin of the next bucket or step, in the store's time. */
  private readAt = 0;
  private edge = 0;

  private readonly buckets: Buckets = new Map();
  private readonly steps: Map<number, number> = new Map();
  private net = 0;
  private bad = false;

  /** Failures and slow calls, and all successes, since the last report. */
  badCalls = 0;
  private reportedSuccesses = 0;
  /** The excess of this process's calls since the last report. */
  excess = 0;
  private successesAtBad = 0;

  /** @param now The estimated time of the store, in milliseconds. */
  constructor(layout: Layout, now: () => number) {
    this.layout = layout;
    this.now = now;
  }

  /** Successes since the last report. */
  get goodCalls(): number {
    return this.epoch === null ? 0 : this.epoch.allSuccesses - this.reportedSuccesses;
  }

  /** Slow calls in flight. */
  get overdue(): number {
    return this.epoch?.slowInFlight ?? 0;
  }

  /** Reads another epoch from now on, or none; `whole`: the calls of the epoch so far count as well. */
  follow(epoch: Epoch | null, whole: boolean): void {
    this.epoch = epoch;
    this.newlyBad = 0;
    this.successes = this.failures = this.slow = this.balance = 0;
    if (epoch !== null && !whole) this.mark(epoch);
    this.reportedSuccesses = this.successesAtBad = this.successes;
    this.excess = 0;
    this.readAt = this.now();
    this.setEdge();
  }

  /** Forgets the unreported calls. */
  clear(): void {
    this.buckets.clear();
    this.steps.clear();
    this.net = 0;
    this.bad = false;
    this.badCalls = 0;
  }

  /** Counts calls that have just turned out bad; 0 for the end of a call that was bad before. */
  note(calls: number): void {
    const { epoch } = this;
    if (epoch === null) return;
    this.bad = true;
    this.badCalls++;
    this.excess = Math.max(0, this.excess - (epoch.allSuccesses - this.successesAtBad)) + 1;
    this.successesAtBad = epoch.allSuccesses;
    this.newlyBad += calls;
    this.read(this.now());
  }

  /** Assigns the growth of the totals to buckets; bad calls belong to `now`. */
  private read(now: number): void {
    const { epoch } = this;
    if (epoch === null) return;
    const good = epoch.allSuccesses - this.successes;
    const failed = epoch.allFailures - this.failures;
    const slow = epoch.allSlow - this.slow;
    const change = this.layout.step > 0 ? epoch.excess.balance - this.balance : 0;
    const well = Math.max(0, change + this.newlyBad);
    this.mark(epoch);
    this.newlyBad = 0;
    this.net += change;
    const from = Math.min(this.readAt, now);
    this.readAt = now;
    if (now < this.edge) {
      this.count(now, good, failed, slow);
      this.step(now, -change);
      return;
    }
    this.setEdge();
    spread(from, now, this.layout.width, good, (at, share) => this.count(at, share, 0, 0));
    this.count(now, 0, failed, slow);
    if (this.layout.step === 0) return;
    spread(from, now, this.layout.step, well, (at, share) => this.step(at, -share));
    this.step(now, well - change);
  }

  private mark(epoch: Epoch): void {
    this.successes = epoch.allSuccesses;
    this.failures = epoch.allFailures;
    this.slow = epoch.allSlow;
    if (this.layout.step > 0) this.balance = epoch.excess.balance;
  }

  private setEdge(): void {
    const { width, step } = this.layout;
    const next = (size: number) =>
      size > 0 ? (Math.floor(this.readAt / size) + 1) * size : Number.POSITIVE_INFINITY;
    this.edge = Math.min(next(width), next(step));
  }

  private count(at: number, successes: number, failures: number, slow: number): void {
    if (successes === 0 && failures === 0 && slow === 0) return;
    const { width } = this.layout;
    const index = width > 0 ? Math.floor(at / width) : 0;
    const bucket = this.buckets.get(index);
    if (bucket === undefined) {
      this.buckets.set(index, [successes, failures, slow]);
      return;
    }
    bucket[0] += successes;
    bucket[1] += failures;
    bucket[2] += slow;
  }

  private step(at: number, net: number): void {
    if (net === 0) return;
    const index = Math.floor(at / this.layout.step);
    this.steps.set(index, (this.steps.get(index) ?? 0) + net);
  }

  /** Takes the calls since the last report; null without calls. */
  take(): Report | null {
    this.read(this.now());
    if (this.epoch !== null) this.reportedSuccesses = this.successesAtBad = this.successes;
    this.excess = 0;
    if (this.buckets.size === 0 && !this.bad) return null;
    const report: Report = {
      window: [...this.buckets].flatMap(([index, counts]) => [index, ...counts]),
      steps: [...this.steps].flat(),
      balance: this.net,
      bad: this.bad,
    };
    this.clear();
    return report;
  }

  /** The machine has left the epoch: the rest of the epoch counts, the last bad call too. */
  leave(): void {
    const { epoch } = this;
    if (epoch === null) return;
    if (epoch.allFailures > this.failures || epoch.allSlow > this.slow) {
      this.bad = true;
      this.newlyBad += Math.max(0, epoch.allFailures - this.failures);
    }
    this.read(this.now());
    this.epoch = null;
  }
}

/** Shares out a number of calls evenly over the buckets of a time. */
function spread(
  from: number,
  to: number,
  width: number,
  calls: number,
  add: (at: number, share: number) => void,
): void {
  if (calls === 0) return;
  const first = width > 0 ? Math.floor(from / width) : 0;
  const last = width > 0 ? Math.floor(to / width) : 0;
  // after a long sleep the last 1,000 buckets share the calls
  const start = Math.max(first, last - 1_000);
  let given = 0;
  for (let index = start; index < last; index++) {
    const whole = Math.floor((calls * ((index + 1) * width - from)) / (to - from || 1));
    const share = Math.min(calls, Math.max(0, whole)) - given;
    if (share > 0) add(index * width, share);
    given += Math.max(0, share);
  }
  if (calls > given) add(to, calls - given);
}
