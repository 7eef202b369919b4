import { ensure, show } from '../../core/index.js';
import { type CircuitBreaker, circuitBreaker } from '../../index.js';
import { ensureFields, seedRule } from '../check.js';
import { Stream, sequence } from '../random/index.js';
import type { Recording } from '../recording/recording.js';
import type { Backend } from '../service/backend.js';
import { ensureIncidents, type Incident, type Scheduled, schedule } from '../service/incident.js';
import { Replay } from '../service/replay.js';
import { Service } from '../service/service.js';
import { ensureTimeLimit } from '../service/servicePlan.js';
import type { TimelineScheduler } from '../time/index.js';
import { type Access, Lane, type Spectator } from './lane.js';
import { ATTEMPTS, type Candidate, type CandidateEnv, ensurePlan, type Plan } from './plan.js';

// the streams of a seed
const ARRIVALS = 1;
const LATENCIES = 2;
const LUCK = 3;
const PROCESSES = 4;
const CALENDAR = 5;
/** Streams from here on belong to candidates that draw numbers: one for each process. */
const CANDIDATES = 1_000;

/** How a world plays. */
export interface WorldOptions {
  /**
   * Calls by the operator, or by `acquire()`: faster, and without `classifyValue` and `successOn`.
   * @default 'operator'
   */
  readonly access?: Access;
  /**
   * Whether openings keep their event with the counts; makes the play about a third slower.
   * @default false
   */
  readonly explain?: boolean;
  /**
   * Hears of every call.
   * @default nobody
   */
  readonly spectator?: Spectator;
}

/** The service of a world: what is broken when, and a hand to break and heal the service. */
export interface WorldService {
  /** The incidents on this seed's calendar, by beginning. */
  readonly incidents: readonly Scheduled[];
  /** The incidents that are on at an instant. */
  at(instant: number): readonly Scheduled[];
  /** Begins an incident now, in all lanes, until `heal`; the incident's own `at` and `for` mean nothing here. */
  break(incident: Incident): void;
  /** Ends now every incident that is on. */
  heal(): void;
}

/**
 * A plan that is being played: the same traffic and the same service for every lane, and in each lane the
 * breakers of one candidate, on virtual time.
 *
 * Runs in a browser and on every Node; the same plan, lanes and seed give the same numbers to the last bit.
 *
 * @example
 * ```ts
 * const world = new World(plan, { ours: {}, patient: { retryTimeout: 60_000 } }, 1);
 * world.advance(30_000); // half a minute, in some milliseconds
 * console.log(world.lanes[0]?.tally.answered);
 * ```
 */
export class World {
  /** The candidates on their way, in the order in which they were given. */
  readonly lanes: readonly Lane[];
  /** What is broken when. */
  readonly service: WorldService;
  readonly plan: Plan;
  private instant = 0;

  /**
   * @param plan What is played; checked here.
   * @param lanes The candidates by name.
   * @param seed Any finite number; another seed is another day.
   * @throws RangeError or TypeError naming the field.
   */
  constructor(
    plan: Plan,
    lanes: Readonly<Record<string, Candidate>>,
    seed: number,
    options: WorldOptions = {},
  ) {
    ensurePlan(plan);
    ensure('seed', seed, seedRule);
    ensureFields('lanes', lanes, Object.fromEntries(Object.keys(lanes).map((it) => [it, null])));
    const { access = 'operator', explain = false, spectator } = options;
    const { service, traffic, clients = {}, duration, warmUp = 0 } = plan;
    const incidents = schedule(service?.incidents ?? [], seed, CALENDAR);
    this.plan = plan;
    const limit = clients.timeout ?? Infinity;
    const services: Service[] = [];
    const backend = (): Backend => {
      if (service === undefined) {
        return new Replay(traffic.recording as Recording, limit, ATTEMPTS);
      }
      const latencies = new Stream(seed, LATENCIES);
      const made = new Service(service, incidents, latencies, new Stream(seed, LUCK), limit);
      services.push(made);
      return made;
    };
    this.service = {
      incidents,
      at: (instant) => incidents.filter(({ start, end }) => start <= instant && instant < end),
      break: (incident) => {
        ensureIncidents('incident', [incident]);
        if (service === undefined) throw new TypeError('a replay has no service to break');
        ensureTimeLimit({ ...service, incidents: [incident] }, clients.timeout);
        incidents.push({ incident, index: -1, start: this.instant, end: Infinity });
        incidents.sort((a, b) => a.start - b.start);
        for (const it of services) it.reread();
      },
      heal: () => {
        for (const [n, it] of incidents.entries()) {
          const on = it.start <= this.instant && this.instant < it.end;
          if (on) incidents[n] = { ...it, end: this.instant };
        }
        for (const it of services) it.reread();
      },
    };
    this.lanes = Object.entries(lanes).map(
      ([name, candidate], index) =>
        new Lane({
          index,
          name,
          arrivals: traffic.arrivals(new Stream(seed, ARRIVALS)),
          backend: backend(),
          clients,
          duration,
          warmUp,
          access,
          explain,
          spectator,
          processOf: new Stream(seed, PROCESSES),
          breaker: maker(name, candidate, seed, clients.processes ?? 1),
        }),
    );
  }

  /** The instant that has been reached, in milliseconds. */
  get now(): number {
    return this.instant;
  }

  /**
   * Plays everything that is due up to and including the instant `to`, at most to the end of the plan. An instant in
   * the past changes nothing.
   *
   * @throws RangeError or TypeError for a `to` that is no number.
   */
  advance(to: number): void {
    ensure('to', to, ['a number of milliseconds', (value: number) => !Number.isNaN(value)]);
    for (const lane of this.lanes) lane.advance(to);
    this.instant = Math.max(this.instant, Math.min(to, this.plan.duration));
  }
}

/** A breaker is known by its handle, so a breaker of another copy of the package is one too. */
function isBreaker(value: unknown): value is CircuitBreaker {
  return typeof value === 'function' && 'state$' in value && 'acquire' in value;
}

/** What makes the breaker of each process; null for a candidate without breakers. */
function maker(
  lane: string,
  candidate: Candidate,
  seed: number,
  processes: number,
): ((scheduler: TimelineScheduler, process: number) => CircuitBreaker) | null {
  if (candidate === null) return null;
  if (isBreaker(candidate)) {
    throw new TypeError(
      `candidate ${show(lane)} goes by another clock: give its options, or a function that makes the breaker`,
    );
  }
  if (typeof candidate === 'function') {
    return (scheduler, process) => {
      const random = sequence(new Stream(seed, CANDIDATES + process));
      const env: CandidateEnv = { scheduler, process, random };
      const made: unknown = candidate(env);
      if (isBreaker(made)) return made;
      throw new TypeError(
        `candidate ${show(lane)} must return a circuit breaker, got ${show(made)}`,
      );
    };
  }
  ensure(`candidate ${show(lane)}`, candidate, [
    'options of a breaker, null, or a function that makes a breaker',
    (it: object) => !Array.isArray(it),
    'object',
  ]);
  // processes are told apart by name, as machines are by theirs: the spread of open times depends on the name
  const name = candidate.name ?? 'circuit-breaker';
  return (scheduler, process) =>
    circuitBreaker({
      ...candidate,
      scheduler,
      name: processes === 1 ? name : `${name}-${process + 1}`,
    });
}
