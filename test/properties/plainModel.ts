import type { CircuitState, Counts } from '../../src/index.ts';

/** The options of a model: all given, none clever. Slow calls and classifiers are tested elsewhere. */
export interface ModelOptions {
  readonly window: { duration: number; buckets: number } | { calls: number } | number;
  readonly failureThreshold: number;
  readonly consecutiveFailureThreshold: number;
  readonly failureRateThreshold: number;
  readonly minimumCalls: number;
  readonly retryTimeout: number;
  readonly successThreshold: number;
  readonly maxProbes: number;
  readonly probeFailureThreshold: number;
  readonly probeTimeout: number;
}

export type Ending = 'success' | 'failure' | 'ignored';

interface Call {
  readonly stay: number;
  readonly since: number;
  ended: boolean;
  expired: boolean;
}

/**
 * What the design says, in plain data: every outcome is kept with its time, and every number is counted
 * anew from the list whenever somebody asks.
 */
export class Model {
  state: CircuitState = 'closed';
  now = 0;
  attempt = 0;
  isolations = 0;
  disables = 0;
  readonly calls: Call[] = [];
  /** Which stay in a state this is. */
  private stay = 0;
  private entered = 0;
  private until = 0;
  private outcomes: { at: number; ending: Ending }[] = [];
  private readonly options: ModelOptions;

  constructor(options: ModelOptions) {
    this.options = options;
  }

  /** Time passes one millisecond after the other. */
  advance(milliseconds: number): void {
    for (let i = 0; i < milliseconds; i++) {
      this.now++;
      this.settleTime();
    }
  }

  /** The number of the call that was let in, or null. */
  acquire(): number | null {
    if (!this.hasPlace()) return null;
    this.calls.push({ stay: this.stay, since: this.now, ended: false, expired: false });
    this.settleTime(); // a lease of 0 would end here; there is none
    return this.calls.length - 1;
  }

  end(number: number, ending: Ending): void {
    const call = this.calls[number] as Call;
    if (call.ended) return;
    call.ended = true;
    if (call.stay !== this.stay) return; // late
    this.outcomes.push({ at: this.now, ending });
    if (ending === 'ignored') return;
    const { failures, successes, calls, consecutiveFailures } = this.counts();
    const { options } = this;
    if (this.state === 'half-open') {
      if (failures >= options.probeFailureThreshold) this.open();
      else if (successes >= options.successThreshold) this.enter('closed');
    } else if (this.state === 'closed') {
      const byRate =
        calls >= options.minimumCalls && failures / calls >= options.failureRateThreshold;
      const byNumber = failures >= options.failureThreshold;
      const inARow = consecutiveFailures >= options.consecutiveFailureThreshold;
      if (byRate || byNumber || inARow) this.open();
    }
  }

  hold(isolations: number, disables: number): void {
    this.isolations += isolations;
    this.disables += disables;
    if (this.held() !== this.state) this.enter(this.held());
  }

  reset(): void {
    this.attempt = 0;
    this.enter(this.held());
  }

  get retryAfter(): number {
    if (this.hasPlace()) return 0;
    if (this.state === 'isolated') return Number.POSITIVE_INFINITY;
    if (this.state === 'open') return this.until - this.now;
    const oldest = Math.min(...this.inFlight().map((call) => call.since));
    return oldest + this.options.probeTimeout - this.now;
  }

  counts(): Counts {
    const refusing = this.state === 'open' || this.state === 'isolated';
    const counted = this.outcomes.filter(({ ending }) => ending !== 'ignored');
    const inWindow = this.inWindow(counted);
    const successes = inWindow.filter(({ ending }) => ending === 'success').length;
    const failures = inWindow.length - successes;
    const streak = (ending: Ending): number => {
      const other = counted.findLastIndex((outcome) => outcome.ending !== ending);
      return counted.length - 1 - other;
    };
    return {
      calls: successes + failures,
      successes,
      failures,
      slow: 0,
      ignored: this.ignored(),
      inFlight: refusing ? 0 : this.inFlight().length,
      consecutiveSuccesses: streak('success'),
      consecutiveFailures: streak('failure'),
      failureRate: failures === 0 ? 0 : failures / (successes + failures),
      slowRate: 0,
    };
  }

  private ignored(): number {
    const ignored = this.outcomes.filter(({ ending }) => ending === 'ignored');
    const { window } = this.options;
    const byTime = typeof window === 'object' && 'duration' in window;
    return byTime ? this.inWindow(ignored).length : ignored.length;
  }

  private inWindow<O extends { at: number }>(outcomes: readonly O[]): readonly O[] {
    const { window } = this.options;
    if (this.state === 'half-open' || typeof window === 'number') return outcomes;
    if ('calls' in window) return outcomes.slice(-window.calls);
    const { duration, buckets } = window;
    const bucket = (at: number): number => Math.floor(((at - this.entered) * buckets) / duration);
    return outcomes.filter(({ at }) => bucket(at) > bucket(this.now) - buckets);
  }

  private inFlight(): Call[] {
    return this.calls.filter(
      ({ stay, ended, expired }) => stay === this.stay && !ended && !expired,
    );
  }

  private hasPlace(): boolean {
    if (this.state === 'open' || this.state === 'isolated') return false;
    if (this.state !== 'half-open') return true;
    const { maxProbes, successThreshold, probeFailureThreshold } = this.options;
    const { calls, inFlight } = this.counts();
    return inFlight < maxProbes && calls + inFlight < successThreshold + probeFailureThreshold - 1;
  }

  private settleTime(): void {
    if (this.state === 'open' && this.now >= this.until) this.enter('half-open');
    if (this.state === 'half-open') {
      for (const call of this.inFlight()) {
        if (this.now - call.since >= this.options.probeTimeout) call.expired = true;
      }
    }
  }

  private open(): void {
    this.attempt++;
    this.until = this.now + this.options.retryTimeout;
    this.enter('open');
    this.settleTime();
  }

  private held(): 'isolated' | 'disabled' | 'closed' {
    if (this.isolations > 0) return 'isolated';
    return this.disables > 0 ? 'disabled' : 'closed';
  }

  private enter(state: CircuitState): void {
    this.state = state;
    this.stay++;
    this.entered = this.now;
    this.outcomes = [];
    if (state === 'closed') this.attempt = 0;
  }
}
