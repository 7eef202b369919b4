import type { CircuitBreakerOptions, StateChangeEvent } from 'rxjs-circuit-breaker';
import {
  bursty,
  errors,
  hang,
  type Incident,
  type Lane,
  lognormal,
  type Plan,
  poisson,
  type SpectatorCall,
  slow,
  steady,
  type Traffic,
  World,
} from 'rxjs-circuit-breaker/lab';
import { LONGEST, type Mood, type Scenario, type Turn } from './scenario.ts';

/** The width of a bin of counts, in milliseconds. */
export const BIN = 250;

/** The calls of a lane by the bin in which they ended. */
export interface Bins {
  readonly answered: number[];
  readonly failed: number[];
  readonly refused: number[];
}

/** What passed the breaker: the instant, and how it went. */
export interface Passing {
  readonly at: number;
  readonly kind: 'in' | 'good' | 'bad' | 'refused';
}

/** A change of state, as the breaker told it. */
export interface Change {
  readonly at: number;
  readonly event: StateChangeEvent;
}

/** Settings on their way through the play. */
export interface Track {
  readonly lane: Lane;
  readonly bins: Bins;
  /** The last passings, by time. */
  readonly passings: Passing[];
  readonly changes: Change[];
  /** Calls in the service. */
  inside: number;
}

/** Passings that are kept for the picture. */
const KEPT = 4_000;

/** The plan of a scenario, without its turns. */
export function planOf({ pattern, rate, latency, limit, noise }: Scenario): Plan {
  const traffic: Traffic =
    pattern === 'steady'
      ? steady(rate)
      : pattern === 'random'
        ? poisson(rate)
        : bursty({ rate: rate / 2, burst: rate * 3, every: 5_000, for: 1_000 });
  return {
    traffic,
    service: {
      latency: pattern === 'steady' ? latency : lognormal({ p50: latency, p99: latency * 3 }),
      failureRate: noise,
    },
    clients: { timeout: limit },
    duration: LONGEST + 1,
  };
}

/** The trouble of a mood; it lasts until the next turn. */
export function troubleOf(mood: Exclude<Mood, 'well'>, { broken }: Scenario): Incident {
  const when = { at: 0, for: 1 };
  if (mood === 'errors') return errors({ ...when, rate: broken });
  return mood === 'hang' ? hang(when) : slow({ ...when, factor: 10 });
}

/**
 * A scenario on its way, with the lab's `World` and the real library. Figures depend on the scenario and on the
 * instant only, never on the size of the steps.
 */
export class Play {
  readonly scenario: Scenario;
  readonly tracks: readonly Track[];
  /** Instants of the calls, also of those that come next. */
  readonly arrivals: number[] = [];
  private readonly world: World;
  private readonly ahead: World;
  private turn = 0;

  constructor(scenario: Scenario, candidates: readonly CircuitBreakerOptions[]) {
    this.scenario = scenario;
    const plan = planOf(scenario);
    const tracks: Track[] = [];
    const track = ({ lane }: SpectatorCall): Track => tracks[lane] as Track;
    this.world = new World(
      plan,
      Object.fromEntries(candidates.map((it, n) => ['AB'.charAt(n), it])),
      scenario.seed,
      {
        spectator: {
          admitted: (call) => {
            track(call).inside++;
            pass(track(call), call.at, 'in');
          },
          refused: (call) => {
            count(track(call).bins.refused, call.at);
            pass(track(call), call.at, 'refused');
          },
          ended: (call, outcome) => {
            const good = outcome === 'answered';
            track(call).inside--;
            count(good ? track(call).bins.answered : track(call).bins.failed, call.at);
            pass(track(call), call.at, good ? 'good' : 'bad');
          },
        },
      },
    );
    for (const lane of this.world.lanes) {
      const changes: Change[] = [];
      lane.breakers[0]?.events$.subscribe((event) => {
        if (event.type === 'state-change') changes.push({ at: lane.now, event });
      });
      const bins = { answered: [], failed: [], refused: [] };
      tracks.push({ lane, bins, passings: [], changes, inside: 0 });
    }
    this.tracks = tracks;
    this.ahead = new World(plan, { calls: null }, scenario.seed, {
      spectator: { admitted: ({ at }) => this.arrivals.push(at) },
    });
  }

  get now(): number {
    return this.world.now;
  }

  /** Plays up to an instant, turns of the service included. */
  advance(to: number): void {
    const { turns } = this.scenario;
    for (
      let next = turns[this.turn];
      next !== undefined && next.at <= to;
      next = turns[this.turn]
    ) {
      this.world.advance(next.at);
      this.take(next);
      this.turn++;
    }
    this.world.advance(to);
  }

  /** Learns which calls come up to an instant. */
  lookAhead(to: number): void {
    this.ahead.advance(to);
    const { arrivals } = this;
    if (arrivals.length > 2 * KEPT)
      arrivals.splice(
        0,
        arrivals.findIndex((at) => at > this.now - 60_000),
      );
  }

  /** The mood of the service at an instant. */
  moodAt(at: number): Mood {
    return this.scenario.turns.filter((turn) => turn.at <= at).at(-1)?.mood ?? 'well';
  }

  private take({ mood }: Turn): void {
    this.world.service.heal();
    if (mood !== 'well') this.world.service.break(troubleOf(mood, this.scenario));
  }
}

function count(bins: number[], at: number): void {
  const bin = Math.floor(at / BIN);
  while (bins.length <= bin) bins.push(0);
  bins[bin] = (bins[bin] as number) + 1;
}

function pass({ passings }: Track, at: number, kind: Passing['kind']): void {
  passings.push({ at, kind });
  if (passings.length > 2 * KEPT) passings.splice(0, passings.length - KEPT);
}
