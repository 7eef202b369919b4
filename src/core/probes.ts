import { NEVER } from './clock.js';
import type { Config } from './config.js';
import { type Flight, Flights, limited } from './flights.js';
import type { Judge } from './judge.js';
import type { ProbesSnapshot } from './snapshot.js';
import type { StateChangeReason } from './state.js';

/** The least default of `probeTimeout`, in milliseconds. */
const SHORTEST_LEASE = 10_000;

/** The shortest `retryAfter` of a refusal in half-open, in milliseconds. */
const SHORTEST_WAIT = 10;

/**
 * The rules of half-open: which call may be a probe, the verdict of the probes, and the time after which an unanswered
 * probe loses its place (marbles/04-rounds, marbles/07-fixed-half-open).
 *
 * By rounds (the default): the first round has the limit 1. A round is good if bad <= limit / 3.
 *
 * - Good round: closes the breaker if the round refused no call, or if all rounds were good for as long as the breaker
 *   was open, or if probeGrowth = Infinity. Otherwise limit += probeGrowth.
 * - Bad round: opens the breaker if limit = 1. Otherwise limit = floor(limit / 2).
 *
 *   limit 1   p           good, a call was refused
 *   limit 3   p p p       good, a call was refused
 *   limit 5   p p p p p   good, no call was refused: closed
 *
 * Fixed: `successThreshold` good probes close the breaker, `probeFailureThreshold` bad ones open it.
 */
export class Probes {
  /** The open time before half-open, in milliseconds. */
  readonly served: number;
  /** Unanswered probes with a place. At the age of `lease` a probe loses its place. */
  readonly leases: Flights = new Flights(NEVER);
  /** Unanswered probes, until the slow-call limit makes them bad; null if slow is not bad. */
  limits: Flights | null = null;
  /** Good and bad probes: of the present round, or with fixed numbers of the whole epoch. */
  good = 0;
  bad = 0;
  /** The instant of the last admitted probe, or the beginning of half-open. */
  lastProbe: number;
  /** Rounds: the most probes in flight. */
  private limit = 1;
  /** Rounds: in this round a call found no place. */
  private refused = false;
  /** Rounds: the instant since which all rounds are good. */
  private wellSince: number;

  private config!: Config;

  constructor(config: Config, since: number, served: number) {
    this.served = served;
    this.follow(config);
    this.lastProbe = this.wellSince = since;
  }

  /** `probeTimeout`: an unanswered probe keeps its place for this time, in milliseconds. */
  get lease(): number {
    return this.leases.limit;
  }

  private follow(config: Config): void {
    this.config = config;
    this.leases.limit = config.probeTimeout ?? Math.max(this.served, SHORTEST_LEASE);
    this.limits = limited(this.limits, config.slowIsBad ? config.slowLimit : NEVER);
  }

  /** The instant at which the next probe loses its place or becomes slow. */
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
   * True if no place is free.
   *
   *   rounds: inFlight >= limit
   *   fixed:  inFlight >= maxProbes, or
   *           good + bad + inFlight - slowInFlight >= successThreshold + probeFailureThreshold - 1
   *
   * @param slowInFlight Slow probes in flight: each occupies a place, and `bad` already counts the probe.
   */
  isFull(inFlight: number, slowInFlight: number): boolean {
    const { probeGrowth, maxProbes, successThreshold, probeFailureThreshold } = this.config;
    if (probeGrowth !== undefined) return inFlight >= this.limit;
    // with so many results the verdict is certain: one more probe could not change the verdict
    const enough = successThreshold + probeFailureThreshold - 1;
    return inFlight >= maxProbes || this.good + this.bad + inFlight - slowInFlight >= enough;
  }

  /**
   * True if a call may be a probe. With the option `probe` only the health check is a probe. A call with
   * `mayProbe: false` becomes a probe when no probe has come for `lease` milliseconds: half-open never gets stuck.
   */
  mayProbe({ probe }: Config, { mayProbe, isHealthCheck }: Judge, now: number): boolean {
    if (probe !== undefined) return isHealthCheck;
    return mayProbe || now >= this.lastProbe + this.lease; // the same sum as in retryAfter: rounded alike
  }

  /** Notes that a call found no place. */
  refuse(): void {
    this.refused = true;
  }

  /**
   * Milliseconds until a refused call should ask again (marbles/04-rounds/18). A call that may be a probe waits for the
   * age of the oldest probe, at least 10 ms, at most until the oldest probe loses its place. Another call waits until
   * every call may be a probe.
   */
  retryAfter(config: Config, judge: Judge, now: number): number {
    if (config.probe === undefined && !this.mayProbe(config, judge, now)) {
      return this.lastProbe + this.lease - now;
    }
    const { oldest, due } = this.leases;
    const out = now - oldest.since;
    return Math.min(Math.max(out, SHORTEST_WAIT), due - now);
  }

  /** Counts the result of a probe. Returns the verdict, or null before the verdict. */
  record(isBad: boolean, now: number): StateChangeReason | null {
    if (isBad) this.bad++;
    else this.good++;
    const { probeGrowth } = this.config;
    return probeGrowth === undefined ? this.verdict() : this.endRound(probeGrowth, now);
  }

  private verdict(): StateChangeReason | null {
    const { successThreshold, probeFailureThreshold } = this.config;
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

  /** Fixed numbers: goes on with the results of a snapshot, unless the results are a verdict by now. */
  restore({ good, bad }: ProbesSnapshot): boolean {
    this.good = good;
    this.bad = bad;
    const fits = this.config.probeGrowth === undefined && this.verdict() === null;
    if (!fits) this.good = this.bad = 0;
    return fits;
  }

  /** Replaces the settings. Results stay, unless the results would be a verdict by now. */
  reconfigure(config: Config): void {
    const wasByRounds = this.config.probeGrowth !== undefined;
    this.follow(config);
    const byRounds = config.probeGrowth !== undefined;
    if (byRounds !== wasByRounds) {
      this.limit = 1;
      this.refused = false;
      this.good = this.bad = 0;
    } else if (!byRounds && this.verdict() !== null) {
      this.good = this.bad = 0;
    }
  }
}
