import type { Stream } from '../random/index.js';
import type { Backend } from './backend.js';
import type { Scheduled } from './incident.js';
import { type Distribution, distributionOf } from './latency.js';
import type { ServicePlan } from './servicePlan.js';
import { Workers } from './workers.js';

/** Milliseconds until a call fails in a crash or at a full queue. */
const REFUSED_BY_SERVICE = 1;

/**
 * The service as one lane sees it. What a call will come to is known when the call arrives: the calendar says
 * what is broken, the queue is first come, first served, and the random numbers belong to the call.
 *
 * Callers that leave do not stop the service: it works on for them, as services do.
 */
export class Service implements Backend {
  /** Whether the call begun last gets a good answer. */
  ok = true;
  /** Whether an incident or a crash struck the call begun last. */
  broken = false;
  /** The last instant at which a call ends that ran into trouble: what comes later is no fault of the service. */
  troubledUntil = -1;
  /** Called when the service crashes, which ends every call in it. */
  onCrash: (() => void) | undefined;

  private readonly plan: ServicePlan;
  private readonly calendar: readonly Scheduled[];
  private readonly latencies: Stream;
  private readonly luck: Stream;
  private readonly limit: number;
  private readonly workers: Workers | null;
  private readonly usual: Distribution;
  // the present stretch between two dates of the calendar
  private until = 0;
  private read = -1;
  private down: Distribution | null = null;
  private hanging = false;
  private incident = false;
  private expected = true;
  private failureRate = 0;
  private factor = 1;
  private latency: Distribution;
  /** Calls that the caches still need to be warm. */
  private chill = 0;
  private crashedUntil = -1;

  /** @param limit the time limit of the clients in milliseconds; `Infinity` for none */
  constructor(
    plan: ServicePlan,
    calendar: readonly Scheduled[],
    latencies: Stream,
    luck: Stream,
    limit: number,
  ) {
    this.plan = plan;
    this.calendar = calendar;
    this.latencies = latencies;
    this.luck = luck;
    this.limit = limit;
    this.usual = distributionOf('plan.service.latency', plan.latency);
    this.latency = this.usual;
    this.workers = plan.workers === undefined ? null : new Workers(plan.workers);
  }

  /** The calendar has changed: reads it at the next call. */
  reread(): void {
    this.until = -1;
  }

  /** Calls in the queue. */
  waiting(now: number): number {
    return this.workers?.waiting(now) ?? 0;
  }

  /** Whether an incident or a crash is on. */
  isBroken(now: number): boolean {
    if (now >= this.until) this.turn(now);
    return this.incident || now < this.crashedUntil;
  }

  /** Whether an opening now has a cause: trouble is on for which nobody expects `closed`, or has just struck calls. */
  isTroubled(now: number): boolean {
    if (now >= this.until) this.turn(now);
    return (this.incident && this.expected) || now < this.crashedUntil || now <= this.troubledUntil;
  }

  /**
   * Takes a call in. Returns the instant of its answer (`Infinity` for none), and says in `ok` and `broken` how
   * the call goes.
   *
   * @param key number of the call: the key of its random numbers
   */
  begin(now: number, key: number): number {
    if (now >= this.until) this.turn(now);
    const { workers, plan } = this;
    this.broken = this.incident;
    this.ok = false;
    if (now < this.crashedUntil) {
      this.broken = true;
      return this.trouble(now, now + REFUSED_BY_SERVICE);
    }
    if (this.down !== null) {
      return this.trouble(now, now + this.down.quantile(this.latencies.at(key)));
    }
    if (this.hanging) return this.trouble(now, Infinity);
    let work = this.latency.quantile(this.latencies.at(key)) * this.factor;
    if (this.chill > 0) work *= this.coldFactor(this.chill--);
    this.ok = this.failureRate === 0 || this.luck.at(key) >= this.failureRate;
    if (workers === null) {
      const end = now + work;
      if (this.incident && (!this.ok || work > this.limit)) this.trouble(now, end);
      return end;
    }
    if (plan.thrash !== undefined) work *= 1 + workers.waiting(now) / plan.thrash;
    if (plan.queue !== undefined && workers.waiting(now) >= plan.queue && !workers.idle(now)) {
      this.ok = false;
      return this.trouble(now, now + REFUSED_BY_SERVICE);
    }
    const queued = !workers.idle(now);
    const end = workers.work(now, work);
    if ((queued && end - now > this.limit) || (this.incident && (!this.ok || work > this.limit))) {
      this.trouble(now, end);
    }
    if (plan.crash !== undefined && workers.waiting(now) >= plan.crash.waiting) {
      this.crash(now, plan.crash.for);
      this.ok = false;
      return now + REFUSED_BY_SERVICE;
    }
    return end;
  }

  /** Whether a call now would be answered well within the time limit; nothing is taken in. */
  wouldAnswer(now: number, key: number): boolean {
    if (now >= this.until) this.turn(now);
    if (now < this.crashedUntil || this.down !== null || this.hanging) return false;
    if (this.failureRate > 0 && this.luck.at(key) < this.failureRate) return false;
    const { workers, plan } = this;
    let work = this.latency.quantile(this.latencies.at(key)) * this.factor;
    if (this.chill > 0) work *= this.coldFactor(this.chill);
    if (workers === null) return work <= this.limit;
    const waiting =
      plan.thrash === undefined && plan.queue === undefined ? 0 : workers.waiting(now);
    if (plan.thrash !== undefined) work *= 1 + waiting / plan.thrash;
    if (plan.queue !== undefined && waiting >= plan.queue && !workers.idle(now)) return false;
    return workers.delay(now) + work <= this.limit;
  }

  /** Notes that a call ran into trouble, and returns the end of the call. */
  private trouble(now: number, end: number): number {
    if (this.incident && !this.expected) return end;
    const until = Math.min(end, now + this.limit);
    if (until > this.troubledUntil && until < Infinity) this.troubledUntil = until;
    return end;
  }

  private coldFactor(chill: number): number {
    const { factor, calls } = this.plan.cold as { factor: number; calls: number };
    return 1 + ((factor - 1) * chill) / calls;
  }

  private crash(now: number, length: number): void {
    this.crashedUntil = now + length;
    this.troubledUntil = Math.max(this.troubledUntil, this.crashedUntil);
    this.broken = true;
    this.workers?.clear();
    this.chill = this.plan.cold?.calls ?? 0;
    this.onCrash?.();
  }

  /** Reads the calendar: what is broken from now on, and until when that holds. */
  private turn(now: number): void {
    const before = this.read;
    this.read = now;
    this.until = Infinity;
    this.down = null;
    this.hanging = false;
    this.incident = false;
    this.expected = false;
    this.factor = 1;
    this.latency = this.usual;
    let answered = 1 - (this.plan.failureRate ?? 0);
    for (const { incident, start, end } of this.calendar) {
      if (now < start) {
        this.until = Math.min(this.until, start);
        break; // the calendar is in the order of the beginnings
      }
      if (now >= end) {
        const wasDown = incident.kind === 'outage' || incident.kind === 'hang';
        if (wasDown && end > before) this.chill = this.plan.cold?.calls ?? 0;
        continue;
      }
      this.until = Math.min(this.until, end);
      this.incident = true;
      if (incident.expect !== 'closed') this.expected = true;
      if (incident.kind === 'outage') this.down = incident.latency;
      else if (incident.kind === 'hang') this.hanging = true;
      else if (incident.latency !== null) this.latency = incident.latency;
      answered *= 1 - incident.rate;
      this.factor *= incident.factor;
    }
    this.failureRate = 1 - answered;
  }
}
