import type { Config } from './config.js';
import { type Flight, Flights } from './flights.js';
import type { Judge } from './judge.js';
import type { ProbesSnapshot } from './snapshot.js';
import type { StateChangeReason } from './state.js';

/** The shortest time, in milliseconds, after which an unanswered probe loses its place by default. */
const SHORTEST_LEASE = 10_000;

/** The shortest `retryAfter` of a refusal in half-open, in milliseconds. */
const SHORTEST_WAIT = 10;

/**
 * The judgement of half-open (rules 14 to 16): who may be a probe, what the probes' results mean, and when an
 * unanswered probe loses its place.
 *
 * By rounds (the default): one probe at once, then `probeGrowth` more with each good round, as long as calls are
 * refused. A round is good when at most a third of its probes were bad; a bad round halves the number, and opens
 * the breaker when that number is 1. A good round closes the breaker when it refused nobody, or when all went well
 * for as long as the breaker was open.
 *
 *   limit 1   p           good, somebody was refused
 *   limit 3   p p p       good, somebody was refused
 *   limit 5   p p p p p   good, nobody was refused: closed
 *
 * Fixed: `successThreshold` good probes close the breaker, `probeFailureThreshold` bad ones open it.
 */
export class Probes {
  /** Milliseconds that the breaker was open before. */
  readonly served: number;
  /** Probes that have not answered, and lose their places at the age of `lease`. */
  readonly leases: Flights;
  /** Unanswered probes that become bad at the slow-call limit; null where slow is not bad. */
  limits: Flights | null;
  /** Good and bad probes: of the present round, or of the whole stay where the numbers are fixed. */
  good = 0;
  bad = 0;
  /** When the last probe was admitted, or half-open began. */
  lastProbe: number;
  /** Rounds: how many probes at once. */
  private limit = 1;
  /** Rounds: a call was refused in this round for want of a place. */
  private refused = false;
  /** Rounds: since when all rounds have been good. */
  private wellSince: number;

  private byRounds: boolean;

  constructor(config: Config, since: number, served: number) {
    this.byRounds = config.probeGrowth !== undefined;
    this.served = served;
    this.leases = new Flights(this.leaseUnder(config));
    this.limits = config.slowIsBad ? new Flights(config.slowLimit) : null;
    this.lastProbe = this.wellSince = since;
  }

  /** Milliseconds for which an unanswered probe keeps its place. */
  get lease(): number {
    return this.leases.limit;
  }

  private leaseUnder({ probeTimeout }: Config): number {
    return probeTimeout ?? Math.max(this.served, SHORTEST_LEASE);
  }

  /** When the next probe loses its place or becomes slow. */
  get due(): number {
    const { due } = this.leases;
    return this.limits === null ? due : Math.min(due, this.limits.due);
  }

  /** Admits a probe. */
  add(now: number): Flight {
    this.lastProbe = now;
    const flight = this.leases.add(now);
    flight.twin = null;
    if (this.limits !== null) {
      flight.twin = this.limits.add(now);
      flight.twin.twin = flight;
    }
    return flight;
  }

  /**
   * Says whether all places are taken (rule 14).
   *
   * @param slowInFlight Probes in flight that are slow: they occupy a place, and are among the bad ones already.
   */
  isFull(config: Config, inFlight: number, slowInFlight: number): boolean {
    if (config.probeGrowth !== undefined) return inFlight >= this.limit;
    const { maxProbes, successThreshold, probeFailureThreshold } = config;
    // so many results make the verdict certain: another probe could not matter
    const enough = successThreshold + probeFailureThreshold - 1;
    return inFlight >= maxProbes || this.good + this.bad + inFlight - slowInFlight >= enough;
  }

  /**
   * Says whether a call may be a probe. A call that may not be one may all the same where no probe has come for as long
   * as one may take, so that half-open is never stuck. Where the breaker makes its own probes, no other call may be one.
   */
  mayProbe({ probe }: Config, { mayProbe, isHealthCheck }: Judge, now: number): boolean {
    if (probe !== undefined) return isHealthCheck;
    return mayProbe || now - this.lastProbe >= this.lease;
  }

  /** A call found no place. */
  refuse(): void {
    this.refused = true;
  }

  /**
   * Milliseconds until it is worth asking again (rule 16). For a call that may be a probe: as long again as the oldest
   * probe has been out, but not longer than until that probe loses its place. For another: until any call may be one.
   */
  retryAfter(config: Config, judge: Judge, now: number): number {
    if (config.probe === undefined && !this.mayProbe(config, judge, now)) {
      return this.lastProbe + this.lease - now;
    }
    const { oldest, due } = this.leases;
    const out = now - oldest.since;
    return Math.min(Math.max(out, SHORTEST_WAIT), due - now);
  }

  /** Counts the result of a probe. Returns the verdict once there is one. */
  record(isBad: boolean, now: number, config: Config): StateChangeReason | null {
    if (isBad) this.bad++;
    else this.good++;
    return config.probeGrowth === undefined
      ? this.verdict(config)
      : this.endRound(config.probeGrowth, now);
  }

  private verdict({ successThreshold, probeFailureThreshold }: Config): StateChangeReason | null {
    if (this.bad >= probeFailureThreshold) return 'probes-failed';
    return this.good >= successThreshold ? 'probes-succeeded' : null;
  }

  private endRound(probeGrowth: number, now: number): StateChangeReason | null {
    if (this.bad > this.limit / 3) {
      if (this.limit === 1) return 'probes-failed';
      this.limit = Math.floor(this.limit / 2);
      this.wellSince = now;
      this.refused = true;
    } else if (this.good + this.bad < this.limit) {
      return null;
    } else {
      const wellLongEnough = now - this.wellSince >= this.served;
      if (!this.refused || wellLongEnough || probeGrowth === Infinity) return 'probes-succeeded';
      this.limit += probeGrowth;
      this.refused = false;
    }
    this.good = this.bad = 0;
    return null;
  }

  /** Goes on with the results of a snapshot, where the numbers are fixed and no verdict follows from them. */
  restore(config: Config, { good, bad }: ProbesSnapshot): boolean {
    this.good = good;
    this.bad = bad;
    const fits = config.probeGrowth === undefined && this.verdict(config) === null;
    if (!fits) this.good = this.bad = 0;
    return fits;
  }

  /** Takes other settings. Results stay unless they would be a verdict by now. */
  reconfigure(config: Config): void {
    this.leases.limit = this.leaseUnder(config);
    if (!config.slowIsBad) this.limits = null;
    else if (this.limits === null) this.limits = new Flights(config.slowLimit);
    else this.limits.limit = config.slowLimit;
    const byRounds = config.probeGrowth !== undefined;
    if (byRounds !== this.byRounds) {
      this.byRounds = byRounds;
      this.limit = 1;
      this.refused = false;
      this.good = this.bad = 0;
    } else if (!byRounds && this.verdict(config) !== null) {
      this.good = this.bad = 0;
    }
  }
}
