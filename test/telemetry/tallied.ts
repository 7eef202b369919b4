import { channel } from 'node:diagnostics_channel';
import { asyncScheduler } from 'rxjs';
import type {
  CircuitBreaker,
  CircuitBreakerOptions,
  CircuitBreakers,
  CircuitBreakersOptions,
  CircuitEvent,
  CircuitState,
} from '../../src/index.ts';
import * as main from '../../src/index.ts';
import { addTotals, noTotals } from '../../src/telemetry/reading.ts';
import type { BreakerSource, GroupSource, Totals } from '../../src/telemetry/sources.ts';

const names = {
  success: 'successes',
  failure: 'failures',
  ignored: 'ignored',
  cancelled: 'cancelled',
  late: 'late',
  rejected: 'rejected',
  'probe-expired': 'expiredProbes',
} as const;

class Tally {
  private sum: Totals = noTotals;
  private since: number;
  private state: CircuitState;
  private readonly now: () => number;
  private readonly name: string;
  constructor(breaker: CircuitBreaker, now: () => number) {
    this.now = now;
    this.name = breaker.name;
    this.since = now();
    this.state = breaker.state;
    breaker.events$.subscribe((event) => this.count(event));
  }
  private count(event: CircuitEvent): void {
    if (event.type === 'state-change') {
      this.sum = this.totals();
      this.since = this.now();
      this.state = event.to;
      this.sum = {
        ...this.sum,
        transitions: { ...this.sum.transitions, [event.to]: this.sum.transitions[event.to] + 1 },
      };
    } else {
      if (event.type === 'rejected') {
        channel('rxjs-circuit-breaker:rejected').publish({ name: this.name, ...event });
      }
      const field = names[event.type];
      this.sum = { ...this.sum, [field]: this.sum[field] + 1 };
    }
  }
  totals(): Totals {
    const { time } = this.sum;
    return {
      ...this.sum,
      time: { ...time, [this.state]: time[this.state] + this.now() - this.since },
    };
  }
}

export function circuitBreaker(
  options: CircuitBreakerOptions = {},
): CircuitBreaker & BreakerSource {
  const breaker = main.circuitBreaker(options);
  const tally = new Tally(breaker, () => (options.scheduler ?? asyncScheduler).now());
  return Object.assign(breaker, { totals: () => tally.totals() });
}

export function circuitBreakers(
  options: CircuitBreakersOptions = {},
): CircuitBreakers & GroupSource {
  const group = main.circuitBreakers(options);
  const tallies = new Map<string, Tally>();
  const { get } = group;
  group.get = (key) => {
    const breaker = get.call(group, key);
    if (!tallies.has(key)) {
      const tally = new Tally(breaker, () => (options.scheduler ?? asyncScheduler).now());
      tallies.set(key, tally);
      Object.assign(breaker, { totals: () => tally.totals() });
    }
    return breaker;
  };
  return Object.assign(group, {
    totals: () => [...tallies.values()].map((it) => it.totals()).reduce(addTotals, noTotals),
  }) as CircuitBreakers & GroupSource;
}
