import { Observable, type Subscriber } from 'rxjs';
import { type CircuitBreaker, isCircuitOpenError, type Permit } from '../../index.js';
import type { Stream } from '../random/index.js';
import type { Backend } from '../service/backend.js';
import { BEGINS, ENDS, Timeline, TimelineScheduler } from '../time/index.js';
import { Attempt } from './attempt.js';
import { ATTEMPTS, type ClientsPlan } from './plan.js';
import { ServiceError, TimeLimitError } from './serviceErrors.js';
import { StateRecord } from './stateRecord.js';
import { Tally } from './tally.js';

// what a call comes to
const ANSWERED = 0;
const FAILED = 1;
const TIMED_OUT = 2;
const REFUSED = 3;

/** Somebody who watches the calls of a world, as a picture does. */
export interface Spectator {
  /** A breaker let a call through at `at`; the call ends at `end` (`Infinity`: never). */
  admitted?(call: SpectatorCall, end: number): void;
  /** A breaker refused a call. */
  refused?(call: SpectatorCall): void;
  /** A call ended. */
  ended?(call: SpectatorCall, outcome: 'answered' | 'failed' | 'timed-out'): void;
}

/** A call as a spectator sees it. The object is used again for the next call. */
export interface SpectatorCall {
  /** Index of the lane. */
  lane: number;
  /** Index of the process. */
  process: number;
  /** Number of the request, from 0 on. */
  request: number;
  /** 0 for the first call of the request, 1 for its first retry ... */
  attempt: number;
  /** The instant, in milliseconds. */
  at: number;
}

/** How a lane makes its calls: by the operator, or by `acquire()`, which is faster and judges no values. */
export type Access = 'operator' | 'permit';

/** What a lane is made of. */
interface LaneParts {
  readonly index: number;
  readonly name: string;
  readonly arrivals: () => number;
  readonly backend: Backend;
  readonly clients: ClientsPlan;
  readonly duration: number;
  readonly warmUp: number;
  readonly access: Access;
  readonly explain: boolean;
  readonly spectator: Spectator | undefined;
  readonly processOf: Stream;
  /** Makes the breaker of one process on the lane's virtual time; null for a lane without breakers. */
  readonly breaker: ((scheduler: TimelineScheduler, process: number) => CircuitBreaker) | null;
}

type Ender = Subscriber<unknown> | Permit | null;

/** The value of a good answer. */
const ANSWER: Readonly<{ status: number }> = Object.freeze({ status: 200 });

/**
 * One candidate on its way through the plan: its breakers, its own copy of the service, and its own virtual
 * time. Lanes never meet, so each lane runs by itself; equal seeds give all lanes the same traffic.
 *
 *     arrive -> attempt -> breaker -> begin -> (timeline) -> finish -> settle -> tally
 *                 ^           `- refused ----------------------------^  |
 *                 `------------------- retry (timeline) <----------------'
 *
 * A request has a slot, an index into typed arrays, from its arrival to its end. On the timeline `2 * slot` is
 * the end of a call, `2 * slot + 1` the beginning of a retry, and a negative item a timer.
 */
export class Lane {
  readonly name: string;
  /** The breakers, one for each process; empty for a lane without breakers. */
  readonly breakers: readonly CircuitBreaker[];
  readonly tally: Tally = new Tally();
  /** The states of each breaker over time. */
  readonly records: readonly StateRecord[];
  readonly scheduler: TimelineScheduler;
  private readonly timeline = new Timeline();
  private readonly backend: Backend;
  private readonly parts: LaneParts;
  private readonly guarded: readonly Observable<unknown>[];
  private readonly processes: number;
  private readonly limit: number;
  private readonly failure = new ServiceError();
  private readonly overdue: TimeLimitError;
  private readonly call: SpectatorCall;
  /** The instant of the next request. */
  private arrival: number;
  private requestsSoFar = 0;
  /** Slot of the call that is being subscribed. */
  private beginning = 0;
  private over = false;

  // one entry per slot
  private request = new Float64Array(64);
  private since = new Float64Array(64);
  private process = new Int32Array(64);
  private attempts = new Uint8Array(64);
  private fate = new Uint8Array(64);
  private scored = new Uint8Array(64);
  private readonly enders: Ender[] = [];
  private readonly free: number[] = [];
  private slots = 0;

  constructor(parts: LaneParts) {
    const { backend, clients, breaker, explain } = parts;
    this.parts = parts;
    this.name = parts.name;
    this.backend = backend;
    this.processes = clients.processes ?? 1;
    this.limit = clients.timeout ?? Infinity;
    this.overdue = new TimeLimitError(this.limit);
    this.scheduler = new TimelineScheduler(this.timeline);
    this.call = { lane: parts.index, process: 0, request: 0, attempt: 0, at: 0 };
    const make = (_: unknown, process: number): CircuitBreaker =>
      (breaker as NonNullable<typeof breaker>)(this.scheduler, process);
    this.breakers = breaker === null ? [] : Array.from({ length: this.processes }, make);
    this.records = this.breakers.map(
      (it, process) => new StateRecord(it, process, this.timeline, backend, explain),
    );
    const source = new Observable<unknown>((subscriber) => {
      this.enders[this.beginning] = subscriber;
      this.begin(this.beginning);
    });
    this.guarded = this.breakers.map((it) => source.pipe(it));
    backend.onCrash = () => this.crash();
    this.arrival = this.nextArrival();
  }

  /** The instant that has been reached, in milliseconds. */
  get now(): number {
    return this.timeline.now;
  }

  /** Calls in the queue of the service. */
  get waiting(): number {
    return this.backend.waiting(this.now);
  }

  /** Whether an incident or a crash is on. */
  get broken(): boolean {
    return this.backend.isBroken(this.now);
  }

  /** Plays everything that is due up to and including the instant `to`. */
  advance(to: number): void {
    const { timeline } = this;
    const end = Math.min(to, this.parts.duration);
    for (;;) {
      const due = timeline.next;
      if (due <= this.arrival) {
        if (due > end) break;
        this.happen(timeline.take());
      } else {
        if (this.arrival > end) break;
        timeline.now = this.arrival;
        this.arrive();
      }
    }
    timeline.now = Math.max(timeline.now, end);
    if (end < this.parts.duration || this.over) return;
    this.over = true;
    for (const record of this.records) record.close();
  }

  private nextArrival(): number {
    const at = this.parts.arrivals();
    return at < this.parts.duration ? at : Infinity;
  }

  private happen(item: number): void {
    if (item < 0) this.scheduler.run(item);
    else if ((item & 1) === 0) this.finish(item >> 1);
    else this.attempt(item >> 1);
  }

  private arrive(): void {
    const slot = this.free.length > 0 ? (this.free.pop() as number) : this.newSlot();
    const n = this.requestsSoFar++;
    const { now } = this.timeline;
    this.request[slot] = n;
    this.since[slot] = now;
    this.attempts[slot] = 0;
    this.process[slot] =
      this.processes === 1 ? 0 : Math.floor(this.parts.processOf.at(n) * this.processes);
    const scored = now >= this.parts.warmUp ? 1 : 0;
    this.scored[slot] = scored;
    this.tally.requests += scored;
    this.arrival = this.nextArrival();
    this.attempt(slot);
  }

  private attempt(slot: number): void {
    this.tally.calls += this.scored[slot] as number;
    const process = this.process[slot] as number;
    if (this.guarded.length === 0) {
      this.begin(slot);
    } else if (this.parts.access === 'operator') {
      this.beginning = slot;
      (this.guarded[process] as Observable<unknown>).subscribe(new Attempt(this, slot));
    } else {
      try {
        this.enders[slot] = (this.breakers[process] as CircuitBreaker).acquire();
      } catch (error) {
        this.fail(slot, error);
        return;
      }
      this.begin(slot);
    }
  }

  /** The service takes a call in. */
  private begin(slot: number): void {
    const { timeline, backend, tally, limit } = this;
    const { now } = timeline;
    const end = backend.begin(now, this.key(slot));
    const inTime = end - now <= limit;
    this.fate[slot] = inTime ? (backend.ok ? ANSWERED : FAILED) : TIMED_OUT;
    const scored = this.scored[slot] as number;
    tally.admitted += scored;
    if (backend.broken) tally.letIntoBroken += scored;
    const at = inTime ? end : now + limit;
    if (at < Infinity) timeline.add(at, ENDS, slot * 2);
    if (this.parts.spectator?.admitted) this.parts.spectator.admitted(this.seen(slot), at);
  }

  /** A call ends, and the breaker hears of the end; the request's turn comes in `settle`. */
  private finish(slot: number): void {
    const fate = this.fate[slot] as number;
    if (this.parts.spectator?.ended) {
      const outcome = fate === ANSWERED ? 'answered' : fate === FAILED ? 'failed' : 'timed-out';
      this.parts.spectator.ended(this.seen(slot), outcome);
    }
    const error = fate === FAILED ? this.failure : this.overdue;
    if (this.guarded.length === 0) {
      this.settle(slot, fate);
    } else if (this.parts.access === 'operator') {
      const subscriber = this.enders[slot] as Subscriber<unknown>;
      this.enders[slot] = null;
      if (fate === ANSWERED) {
        subscriber.next(ANSWER);
        subscriber.complete();
      } else {
        subscriber.error(error);
      }
    } else {
      const permit = this.enders[slot] as Permit;
      this.enders[slot] = null;
      if (fate === ANSWERED) permit.success();
      else permit.failure(error);
      this.settle(slot, fate);
    }
  }

  /** The caller hears of a good end. */
  succeed(slot: number): void {
    this.settle(slot, ANSWERED);
  }

  /** The caller hears of an error: of the service, of the time limit, or a refusal. */
  fail(slot: number, error: unknown): void {
    if (!isCircuitOpenError(error)) {
      this.settle(slot, FAILED);
      return;
    }
    if (this.parts.spectator?.refused) this.parts.spectator.refused(this.seen(slot));
    this.settle(slot, REFUSED);
  }

  /** A request goes on with a retry, or is over. */
  private settle(slot: number, outcome: number): void {
    const { retry } = this.parts.clients;
    if (outcome !== ANSWERED && retry !== undefined) {
      const made = this.attempts[slot] as number;
      if (made < retry.count && (outcome !== REFUSED || retry.refused === true)) {
        let { delay } = retry;
        for (let n = 0; n < made; n++) delay *= retry.factor ?? 1;
        this.attempts[slot] = made + 1;
        this.timeline.add(this.timeline.now + delay, BEGINS, slot * 2 + 1);
        return;
      }
    }
    if (this.scored[slot] === 1) this.score(slot, outcome);
    this.free.push(slot);
  }

  private score(slot: number, outcome: number): void {
    const { tally, timeline } = this;
    const { now } = timeline;
    const waited = now - (this.since[slot] as number);
    if (outcome === ANSWERED) {
      tally.answered++;
      tally.answering += waited;
      return;
    }
    tally.waited += waited;
    if (outcome === REFUSED) {
      tally.refused++;
      if (this.backend.wouldAnswer(now, this.key(slot))) tally.refusedInVain++;
    } else {
      tally.failed++;
    }
  }

  /** The service has crashed: every call in it fails now. */
  private crash(): void {
    const struck: number[] = [];
    this.timeline.keepOnly((item) => {
      const running = item >= 0 && (item & 1) === 0;
      if (running) struck.push(item >> 1);
      return !running;
    });
    struck.sort((a, b) => (this.request[a] as number) - (this.request[b] as number));
    for (const slot of struck) {
      this.fate[slot] = FAILED;
      this.timeline.add(this.timeline.now, ENDS, slot * 2);
    }
  }

  /** Number of the call in a slot: the key of its random numbers. */
  private key(slot: number): number {
    return (this.request[slot] as number) * ATTEMPTS + (this.attempts[slot] as number);
  }

  private seen(slot: number): SpectatorCall {
    const { call } = this;
    call.process = this.process[slot] as number;
    call.request = this.request[slot] as number;
    call.attempt = this.attempts[slot] as number;
    call.at = this.timeline.now;
    return call;
  }

  private newSlot(): number {
    const slot = this.slots++;
    this.enders.push(null);
    if (slot < this.since.length) return slot;
    this.request = doubled(this.request);
    this.since = doubled(this.since);
    this.process = doubled(this.process);
    this.attempts = doubled(this.attempts);
    this.fate = doubled(this.fate);
    this.scored = doubled(this.scored);
    return slot;
  }
}

function doubled<A extends Float64Array | Int32Array | Uint8Array>(array: A): A {
  const larger = new (array.constructor as new (length: number) => A)(array.length * 2);
  larger.set(array);
  return larger;
}
