import type { Epoch } from '../core/index.js';

/** How a circuit cuts the store's time into buckets. */
export interface Layout {
  /** Milliseconds of a bucket of the joint window; 0 for one bucket that forgets nothing. */
  readonly width: number;
  /** Milliseconds of a step of the joint excess; 0 without that rule. */
  readonly step: number;
}

/** What a process reports: how its calls ended, by buckets of the store's time. */
export interface Report {
  /** Bucket, successes, failures, slow calls; and so on. */
  readonly window: readonly number[];
  /** Step, bad calls minus good ones; and so on. */
  readonly steps: readonly number[];
  /** Good calls minus bad ones. */
  readonly balance: number;
  /** A bad call is among them. */
  readonly bad: boolean;
}

/** Counts by bucket, as few numbers in a row. */
type Buckets = Map<number, [successes: number, failures: number, slow: number]>;

/**
 * Reads how calls ended from the totals of the machine's epoch, so that a success costs nothing.
 *
 * The machine tells of each bad call, so bad calls are in the right bucket. Good calls between two readings are
 * spread evenly over the time between them.
 */
export class Evidence {
  private readonly layout: Layout;
  private readonly now: () => number;
  /** The epoch that is read; null outside of closed. */
  private epoch: Epoch | null = null;
  private successes = 0;
  private failures = 0;
  private slow = 0;
  private balance = 0;
  /** Bad calls since the last reading, for the excess rule. */
  private newlyBad = 0;
  /** When the totals were last read, in the store's time, and when the next bucket or step begins. */
  private readAt = 0;
  private edge = 0;

  private readonly buckets: Buckets = new Map();
  private readonly steps: Map<number, number> = new Map();
  private net = 0;
  private bad = false;

  /** Failures and slow calls, and all successes, since the last report. */
  badCalls = 0;
  private reportedSuccesses = 0;
  /** The excess of the calls since the last report, as far as this process knows. */
  excess = 0;
  private successesAtBad = 0;

  /** @param now The store's time in milliseconds, as well as this process can tell. */
  constructor(layout: Layout, now: () => number) {
    this.layout = layout;
    this.now = now;
  }

  /** Successes since the last report. */
  get goodCalls(): number {
    return this.epoch === null ? 0 : this.epoch.allSuccesses - this.reportedSuccesses;
  }

  /** Calls in flight that are slow by now. */
  get overdue(): number {
    return this.epoch?.slowInFlight ?? 0;
  }

  /** Reads another epoch from now on, or none; `whole` where its calls so far count as well. */
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

  /** Forgets what was not reported. */
  clear(): void {
    this.buckets.clear();
    this.steps.clear();
    this.net = 0;
    this.bad = false;
    this.badCalls = 0;
  }

  /** So many calls have just turned out bad; one that was bad already only ends. */
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

  /** Assigns what the totals have grown by to buckets; the bad calls among it are of now. */
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

  /** The calls since the last report, which are thereby reported; null when there are none. */
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

  /** The machine has left the epoch: what is left of it counts, its last bad call too. */
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
  // a process that slept has no more to say of the time than its last buckets hold
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
