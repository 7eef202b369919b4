import {
  adopt,
  type CircuitState,
  type Counts,
  type Epoch,
  type Machine,
  type Sharing,
  type StateChangeReason,
} from '../core/index.js';
import { Evidence, type Report } from './evidence.js';
import {
  clock,
  FIRST_PAUSE,
  type Link,
  type Linked,
  LONGEST_PAUSE,
  later,
  spread,
} from './link.js';
import {
  type Act,
  type FleetState,
  type JointEvidence,
  type News,
  type Reply,
  type Request,
  readReply,
  toWire,
} from './protocol.js';
import type { Rules } from './rules.js';

/** Reports in one heartbeat without a gap between them. */
const BURST = 16;
/** Milliseconds between two reports after `BURST` reports. */
const GAP = 2;

/**
 * A process's part in its fleet, as plain JSON.
 *
 * @example
 * ```ts
 * const sharing = shareCircuit(payments, { store: nodeRedis(client, subscriber) });
 * const { inTouch, lastError }: SharingSnapshot = sharing.snapshot();
 * if (!inTouch) console.warn('payments is alone', lastError);
 * ```
 */
export interface SharingSnapshot {
  /** The id of this process in the fleet: random, new with each start. */
  readonly id: string;
  /** The store has answered lately; `false`: the process is alone with its own rules. */
  readonly inTouch: boolean;
  /** News arrives by the channel, before the next heartbeat. */
  readonly listening: boolean;
  /** Processes with a report in the last two heartbeats and a timeout; 0 before the first answer. */
  readonly members: number;
  /** The fleet may decide; `false` in the first heartbeat after a silence of all processes. */
  readonly settled: boolean;
  /** The state of the fleet in the last answer or news. */
  readonly fleet: 'closed' | 'open';
  /** The number of the fleet's last change, equal in all processes that know of the change. Only grows. */
  readonly epoch: string;
  /** The hold of an operator on the fleet, or null. */
  readonly held: 'isolated' | 'disabled' | null;
  /** The fleet opened the breaker; `false` after a verdict of the breaker's own rules. */
  readonly following: boolean;
  /** This process may probe for the fleet. */
  readonly prober: boolean;
  /** Milliseconds from the last command to its answer. */
  readonly roundTrip: number;
  /** Scripts with an answer. */
  readonly answered: number;
  /** Scripts without a valid answer in time. */
  readonly failed: number;
  /** The message of the last failure, or null. */
  readonly lastError: string | null;
}

/** A breaker's part in its fleet. */
export class SharedCircuit implements Sharing, Linked {
  readonly name: string;
  nextBeat: number;
  places: number = Number.POSITIVE_INFINITY;

  private readonly machine: Machine;
  private readonly link: Link;
  private readonly rulesOf: () => Rules;
  private rules: Rules;
  private config: Machine['config'];
  private keys: readonly string[];
  private readonly id: string = crypto.randomUUID().slice(0, 13);
  private evidence: Evidence;
  private stopped = false;

  // the fleet, by the last answer or news
  private fleet: FleetState = {
    epoch: '0',
    state: 'closed',
    attempt: 0,
    left: 0,
    reason: '',
    by: '',
    held: undefined,
  };
  /** The fleet's whole open time, and the end of the open time on this process's clock. */
  private wait = 0;
  private until = 0;
  private members = 0;
  private settled = false;
  private slack = 1;
  /** The excess may trip from this instant on; 0: at any time. */
  private due = 0;
  /** The store's time minus this process's clock. */
  private offset = Number.NaN;
  private bestTrip = Number.POSITIVE_INFINITY;
  private roundTrip = 0;
  private heard: number;
  private alone = true;
  /** The store has answered once, so a later reset concerns this process. */
  private joined = false;

  // this process
  /** The fleet put the machine into open or half-open. */
  private following = false;
  /** The machine's own rules put the machine into open or half-open. */
  private vote = false;
  private state: CircuitState;
  /** The epoch and its successes at the last heartbeat. */
  private lived: Epoch | null = null;
  private livedSuccesses = 0;
  private livedFailures = 0;
  /** A change for the fleet, until the store has answered. */
  private verdict: { readonly act: Act; readonly epoch: string } | null = null;
  private wantsPlace = false;
  private mayAsk = true;
  private prober = false;
  private givesBack = false;
  private proberSince = 0;
  private probesSeen = 0;
  private halfOpenSince = 0;
  private othersProbe = true;
  private isolations = 0;
  private disables = 0;
  private hold: (() => void) | null = null;
  private heldAs: 'isolated' | 'disabled' | undefined;
  private holdsChanged = false;

  // sending
  private seq = 0;
  private report: { readonly seq: number; readonly of: string; readonly counts: Report } | null =
    null;
  private sending = false;
  private again = false;
  private againAtOnce = false;
  private soon = false;
  private lastSent = 0;
  /** Reports since the last heartbeat. */
  private reports = 0;
  /** The next report may open the fleet, and names the open time. */
  private mayOpen = false;
  private trips = false;
  private pause = 0;
  private pausedUntil = 0;
  private idleBeats = 0;
  private answered = 0;
  private failed = 0;
  private lastError: string | null = null;
  private cancelSoon: (() => void) | undefined;

  constructor(machine: Machine, link: Link, rulesOf: () => Rules) {
    this.machine = machine;
    this.link = link;
    this.rulesOf = rulesOf;
    this.config = machine.config;
    this.rules = rulesOf();
    this.name = machine.name;
    this.keys = link.keys(machine.name, this.rules.layout);
    this.heard = clock();
    // a random first beat spreads the reports of a fleet
    this.nextBeat = clock() + this.rules.heartbeat * Math.random();
    this.evidence = new Evidence(this.rules, () => this.storeTime());
    const state = machine.state();
    this.state = state;
    if (state === 'closed') this.evidence.follow(machine.epoch, true);
    this.vote = state === 'open' || state === 'half-open';
    machine.sharing = this;
    link.add(this);
    this.flushSoon();
  }

  /** The estimated time of the store, in milliseconds. */
  private storeTime(): number {
    return Number.isNaN(this.offset) ? Date.now() : clock() + this.offset;
  }

  // --- news from the machine ---

  bad(calls: number): void {
    this.evidence.note(calls);
    if (!this.sending && !this.soon && this.hurries) this.hurry(false);
  }

  refused(retryAfter: number): void {
    if (!this.following || this.prober || !this.mayAsk) return;
    const early = Math.max(20, 4 * this.roundTrip);
    if (this.machine.epoch.state === 'open' && retryAfter > early) return;
    this.mayAsk = false;
    this.wantsPlace = true;
    this.flushSoon();
  }

  entered(state: CircuitState, reason: StateChangeReason): void {
    const { evidence } = this;
    evidence.leave();
    if (state === 'closed') evidence.follow(this.machine.epoch, true);
    if (state === 'half-open') this.halfOpenSince = clock();
    const ofPeers = reason === 'peers-opened' || reason === 'peers-closed';
    if (!ofPeers && state !== 'half-open') this.decide(state, reason);
    this.state = state;
    if (state !== 'half-open') this.dropPlace();
    this.mayAsk = true;
    this.setPlaces();
    if (reason !== 'retry-timeout') this.flushSoon();
  }

  /** The machine has decided: as the prober for the fleet, else for this process only. */
  private decide(state: CircuitState, reason: StateChangeReason): void {
    const probed = this.following && this.state === 'half-open';
    this.following = this.vote = false;
    if (state === 'closed' && reason === 'probes-succeeded' && probed) {
      this.verdict = { act: 'close', epoch: this.fleet.epoch };
    } else if (state === 'open' && probed) {
      this.verdict = { act: 'reopen', epoch: this.fleet.epoch };
      // a process alone has its own reason to stay open
      this.vote = this.alone;
      this.following = !this.alone;
    } else if (state === 'open') {
      this.vote = true;
    }
  }

  private dropPlace(): void {
    this.prober = this.wantsPlace = this.givesBack = false;
    this.othersProbe = true;
    this.probesSeen = 0;
  }

  private setPlaces(): void {
    const { heartbeat } = this.rules;
    const idle = !this.othersProbe && clock() - this.halfOpenSince >= 2 * heartbeat;
    if (!this.following || this.alone || this.prober) this.places = Number.POSITIVE_INFINITY;
    else this.places = idle ? 1 : 0; // no prober for two heartbeats: the next call in any process is a probe
  }

  // --- time ---

  beat(now: number): void {
    const { heartbeat, timeout } = this.rules;
    this.nextBeat = now + heartbeat;
    this.reports = 0;
    this.mayAsk = true;
    const asks = this.sending || this.pause > 0 || !this.link.open;
    if (asks && !this.alone && now - this.heard > 2 * heartbeat + timeout) {
      this.alone = true;
      this.setPlaces();
    }
    this.followConfig();
    const state = this.machine.state();
    if (this.provesLife(state, now)) this.verdict = { act: 'close', epoch: this.fleet.epoch };
    if (this.prober) this.keepPlace(now);
    else if (state === 'half-open') {
      this.setPlaces();
      // a call is a probe already: the process asks for the lease
      if (this.following && this.machine.epoch.inFlight > 0) this.wantsPlace = true;
    }
    const idle =
      state === 'closed' &&
      this.fleet.state === 'closed' &&
      this.verdict === null &&
      this.heldAs === undefined &&
      !this.holdsChanged &&
      this.report === null &&
      this.evidence.badCalls === 0 &&
      this.evidence.goodCalls === 0 &&
      this.evidence.overdue === 0;
    // A circuit without calls sends no reports. Without a channel every tenth heartbeat asks for news.
    this.idleBeats = idle ? this.idleBeats + 1 : 0;
    if (this.idleBeats > 3 && (this.link.listening || this.idleBeats % 10 !== 0)) return;
    this.flush();
  }

  /**
   * The breaker was closed by hand while the fleet is open. True after a heartbeat with successes and without failures,
   * past the fleet's open time: the service is well, and the fleet may close.
   */
  private provesLife(state: CircuitState, now: number): boolean {
    if (this.fleet.state !== 'open' || state !== 'closed' || now < this.until) {
      this.lived = null;
      return false;
    }
    const { epoch } = this.machine;
    const isSame = this.lived === epoch;
    const { livedSuccesses, livedFailures } = this;
    this.lived = epoch;
    this.livedSuccesses = epoch.allSuccesses;
    this.livedFailures = epoch.allFailures;
    return isSame && epoch.allSuccesses > livedSuccesses && epoch.allFailures === livedFailures;
  }

  /** Takes over new settings of the breaker. */
  private followConfig(): void {
    const { config } = this.machine;
    if (config === this.config) return;
    this.config = config;
    try {
      this.rules = this.rulesOf();
    } catch (error) {
      this.lastError = String((error as Error).message); // the old rules go on
      return;
    }
    this.keys = this.link.keys(this.name, this.rules.layout);
    this.report = null;
    this.evidence = new Evidence(this.rules, () => this.storeTime());
    if (this.state === 'closed') this.evidence.follow(this.machine.epoch, false);
  }

  /** Renews the lease, or gives the place back after two heartbeats without a probe. */
  private keepPlace(now: number): void {
    const { epoch } = this.machine;
    const seen = epoch.successes + epoch.failures + epoch.inFlight;
    if (epoch.inFlight > 0 || seen !== this.probesSeen) this.proberSince = now;
    this.probesSeen = seen;
    if (now - this.proberSince < 2 * this.rules.heartbeat) return;
    this.prober = false;
    this.givesBack = true;
    this.setPlaces();
  }

  /** Reports after the present work; `atOnce` skips the gap after the last report. */
  private flushSoon(atOnce = false): void {
    if (this.sending) {
      this.again = true;
      this.againAtOnce ||= atOnce;
    }
    if (this.sending || this.soon || this.stopped) return;
    this.soon = true;
    const gap = atOnce || this.reports < BURST ? 0 : this.lastSent + GAP - clock();
    if (gap <= 0) queueMicrotask(() => this.flush());
    else this.cancelSoon = later(Math.max(1, gap), () => this.flush());
  }

  /** The joint rules may trip with the bad calls since the last report. */
  private get hurries(): boolean {
    const { evidence, rules } = this;
    if (evidence.badCalls === 0) return false;
    const inWindow = rules.isWindowed
      ? evidence.badCalls - rules.goodWeight * evidence.goodCalls
      : 0;
    const mayExcess = rules.excess > 0 && (this.due === 0 || clock() >= this.due);
    const inExcess = mayExcess ? evidence.excess : 0;
    // Assume that each member has as many unsent bad calls as this process: members * unsent < slack.
    // The store asks all for a report when the slack has halved: known slack <= 2 * present slack, hence the factor 2.
    // An excess has to last for `excessDuration` anyway, and goes without the factor.
    return Math.max(2 * inWindow, inExcess) * Math.max(2, this.members) >= this.slack;
  }

  /** Reports, and lets the fleet open if the joint rules trip. */
  private hurry(atOnce: boolean): void {
    this.mayOpen = true;
    this.flushSoon(atOnce);
  }

  // --- sending ---

  private flush(): void {
    this.soon = false;
    this.cancelSoon?.();
    if (this.stopped) return;
    if (this.sending) {
      this.again = true;
      return;
    }
    if (!this.link.open || clock() < this.pausedUntil) return;
    void this.send();
  }

  private async send(): Promise<void> {
    this.sending = true;
    this.again = this.againAtOnce = false;
    let { verdict, holdsChanged } = this;
    let act: Act | undefined;
    try {
      const answer = await this.run(() => {
        const request = this.request();
        act = request.act;
        ({ verdict, holdsChanged } = this);
        this.holdsChanged = false;
        this.lastSent = clock();
        this.reports++;
        return request;
      });
      const reply = readReply(answer);
      if (this.stopped) return;
      this.answered++;
      this.pause = this.pausedUntil = 0;
      if (this.verdict === verdict) this.verdict = null;
      if (act === 'ask') this.wantsPlace = false;
      if (act === 'free') this.givesBack = false;
      this.take(reply, this.lastSent, clock());
    } catch (error) {
      this.holdsChanged ||= holdsChanged;
      this.failed++;
      this.lastError = String((error as Error)?.message ?? error);
      this.pause = Math.min(LONGEST_PAUSE, this.pause * 2 || FIRST_PAUSE);
      this.pausedUntil = clock() + spread(this.pause);
    } finally {
      this.sending = false;
    }
    if (this.pause > 0) return;
    if (this.hurries) this.hurry(this.againAtOnce);
    else if (this.again) this.flushSoon(this.againAtOnce);
  }

  private run(request: () => Partial<Request>): Promise<unknown> {
    const { wire, timeout } = this.rules;
    return this.link.run(this.keys, () => JSON.stringify({ ...wire, ...request() }), timeout);
  }

  private request(): Request {
    const { machine, fleet } = this;
    const state = this.machine.state(); // brings the machine up to date
    if (this.report === null) {
      const counts = this.evidence.take();
      if (counts !== null) {
        this.idleBeats = 0;
        this.report = { seq: ++this.seq, of: fleet.epoch, counts };
      }
    }
    const { report, verdict } = this;
    const act = verdict?.act ?? (this.placeAct() as Act | undefined);
    const opens = act === 'trip' || act === 'reopen' || this.vote || this.mayOpen;
    this.mayOpen = false;
    return {
      name: this.name,
      id: this.id,
      seq: report?.seq ?? 0,
      of: report?.of ?? fleet.epoch,
      epoch: fleet.epoch,
      state: fleet.state,
      attempt: fleet.attempt,
      wait: toWire(this.wait),
      left: toWire(Math.max(0, this.until - clock())),
      window: report?.counts.window ?? [],
      steps: report?.counts.steps ?? [],
      balance: report?.counts.balance ?? 0,
      ...(report?.counts.bad && { bad: true }),
      overdue: this.evidence.overdue,
      ...(act && { act }),
      ...(opens && {
        open: toWire(this.openFor(state)),
        number: Math.max(1, machine.snapshot().attempt),
      }),
      ...(this.vote && (state === 'open' || state === 'half-open') && { vote: true }),
      ...(this.trips && { trips: true }),
      ...((this.holdsChanged || this.isolations + this.disables > 0) && {
        holds: `${this.isolations > 0 ? 'i' : ''}${this.disables > 0 ? 'd' : ''}`,
      }),
    };
  }

  private placeAct(): Act | undefined {
    if (!this.following) return undefined;
    if (this.wantsPlace || this.prober) return 'ask';
    return this.givesBack ? 'free' : undefined;
  }

  /** The open time for the fleet, in milliseconds: the machine's own open time. */
  private openFor(state: CircuitState): number {
    const { epoch } = this.machine;
    if (state === 'open') return epoch.until - epoch.since;
    return this.askOpenTime();
  }

  private askOpenTime(): number {
    try {
      return this.machine.openTime();
    } catch {
      return 30_000; // as the machine does
    }
  }

  // --- news from the fleet ---

  hear(news: News): void {
    if (this.stopped) return;
    if (news.kind === 'flush') {
      if (news.epoch === this.fleet.epoch && news.from !== this.id) this.hurry(true);
      return;
    }
    this.setHold(news.held);
    this.adopt(news);
  }

  back(): void {
    this.pause = this.pausedUntil = 0;
    if (this.idleBeats <= 3 || this.fleet.state === 'open') this.flushSoon();
  }

  private take(reply: Reply, sentAt: number, now: number): void {
    this.heard = now;
    this.roundTrip = now - sentAt;
    // the offset comes from the quickest answers; bestTrip grows, so that an old quick answer loses its weight
    this.bestTrip = Math.min(this.bestTrip * 1.05 + 0.1, this.roundTrip);
    const offset = reply.now - (sentAt + now) / 2;
    const jumped = !(Math.abs(offset - this.offset) <= 50 + this.roundTrip);
    if (this.roundTrip <= this.bestTrip || jumped) this.offset = offset;
    this.alone = false;
    this.members = reply.members;
    this.settled = reply.settled;
    this.report = null;
    this.setHold(reply.held);
    this.adopt(reply);
    this.joined = true;
    if (this.prober !== reply.mine && this.following) {
      this.prober = reply.mine;
      this.proberSince = now;
    }
    this.othersProbe = reply.taken;
    this.setPlaces();
    this.slack = reply.slack;
    this.due = reply.due > 0 ? now + reply.due : 0;
    if (reply.crossed) this.hurry(true);
    this.judge(reply);
  }

  /** Asks the user's `tripWhen` about the joint counts. */
  private judge({ evidence, failing, members }: Reply): void {
    const { tripWhen } = this.machine.config;
    const before = this.trips;
    this.trips = false;
    if (tripWhen === undefined || evidence === undefined || this.fleet.state !== 'closed') return;
    try {
      this.trips = tripWhen(this.jointCounts(evidence));
    } catch {
      return; // the machine's own check throws too, into a call
    }
    if (!this.trips) return;
    if (before) this.mayOpen = true;
    else if (failing >= this.rules.quorum && members >= this.rules.quorum) this.hurry(true);
  }

  private jointCounts(joint: JointEvidence): Counts {
    const { successes, failures, slow, overdue } = joint;
    const calls = successes + failures;
    return {
      ...this.machine.snapshot().counts, // in flight and in a row stay local
      calls,
      successes,
      failures,
      slow: slow + overdue,
      slowInFlight: overdue,
      excessFailures: joint.excess,
      troubledFor: joint.troubledFor,
      failureRate: failures / calls || 0,
      slowRate: (slow + overdue) / (calls + overdue) || 0,
    };
  }

  /** Adopts a newer state of the fleet. */
  private adopt(news: FleetState): void {
    if (Number(news.epoch) <= Number(this.fleet.epoch)) return;
    const own = news.by === this.id;
    this.fleet = news;
    this.wait = news.left;
    this.until = clock() + news.left;
    // an operator's trip or reset outlives newer states, until its own effect arrives
    const isOperator = this.verdict?.act === 'trip' || this.verdict?.act === 'reset';
    if (!isOperator || (own && this.verdict?.act === news.reason)) this.verdict = null;
    this.trips = false;
    this.slack = 1;
    this.due = 0;
    const state = this.machine.state();
    const { epoch } = this.machine;
    if (news.state === 'open') this.open(news, state);
    else this.close(news, state, own);
    // calls of the machine's last epoch are no evidence in the fleet's new epoch
    if (!own) this.evidence.clear();
    this.report = null;
    // a machine that stays closed: only later calls are evidence in the fleet's new epoch
    if (!own && this.machine.state() === 'closed' && this.machine.epoch === epoch) {
      this.evidence.follow(epoch, false);
    }
    this.dropPlace();
    this.setPlaces();
  }

  private open(news: FleetState, state: CircuitState): void {
    this.vote = false;
    if (state === 'isolated' || state === 'disabled') return;
    this.following = true;
    // the fleet may prolong the open time, never shorten
    const own = state === 'open' ? this.machine.epoch.until - this.machine.now() : 0;
    adopt(this.machine, 'open', Math.max(news.left, own), news.attempt);
  }

  private close(news: FleetState, state: CircuitState, own: boolean): void {
    const { following } = this;
    this.following = false;
    // a newcomer learns of an old reset and keeps its counts
    if (news.reason === 'reset' && !own && this.joined) {
      this.machine.hold(0, 0, 'reset');
      this.vote = false;
    } else if (following && (state === 'open' || state === 'half-open')) {
      adopt(this.machine, 'closed', 0, 0);
    }
  }

  // --- control of the fleet ---

  /** Holds the fleet. Returns a function that lifts the hold. */
  holdFleet(kind: 'isolated' | 'disabled'): () => void {
    const count = (by: number) => {
      if (kind === 'isolated') this.isolations += by;
      else this.disables += by;
      this.holdsChanged = true;
      this.setHold(undefined);
      this.flushSoon();
    };
    count(1);
    return () => count(-1);
  }

  private setHold(others: 'isolated' | 'disabled' | undefined): void {
    const isolated = this.isolations > 0 || others === 'isolated';
    const kind = isolated ? 'isolated' : this.disables > 0 ? 'disabled' : others;
    if (kind === this.heldAs) return;
    const before = this.hold;
    this.heldAs = kind;
    if (kind === undefined) this.hold = null;
    else if (kind === 'isolated') this.hold = this.machine.hold(1, 0, 'isolate');
    else this.hold = this.machine.hold(0, 1, 'disable');
    before?.();
  }

  tell(act: 'trip' | 'reset'): void {
    this.verdict = { act, epoch: this.fleet.epoch };
    this.flushSoon();
  }

  // --- a look, and the end ---

  snapshot(): SharingSnapshot {
    return {
      id: this.id,
      inTouch: !this.alone,
      listening: this.link.listening,
      members: this.members,
      settled: this.settled,
      fleet: this.fleet.state,
      epoch: this.fleet.epoch,
      held: this.heldAs ?? null,
      following: this.following,
      prober: this.prober,
      roundTrip: this.roundTrip,
      answered: this.answered,
      failed: this.failed,
      lastError: this.lastError,
    };
  }

  /** Leaves the fleet. The breaker goes on with its own rules. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.cancelSoon?.();
    this.machine.sharing = null;
    this.isolations = this.disables = 0;
    this.setHold(undefined);
    this.link.delete(this);
    if (!this.link.open) return;
    this.run(() => ({ name: this.name, id: this.id, act: 'leave' })).catch(() => undefined); // members expire anyway
  }
}
