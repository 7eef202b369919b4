import type { StateChangeEvent } from '../../index.js';
import { ensureFields, seedRule } from '../check.js';
import { type ExplainedOpening, explain } from '../score/explain.js';
import {
  type IncidentScore,
  incidentScores,
  type Reaction,
  reactionsOf,
} from '../score/incidentScore.js';
import { type Score, scoreOf, type Weights, weightsOf } from '../score/score.js';
import type { Scheduled } from '../service/incident.js';
import type { Candidate, Plan } from '../world/plan.js';
import type { Opening, StateRecord } from '../world/stateRecord.js';
import { World, type WorldOptions } from '../world/world.js';
import { type Strip, StripRecorder } from './strip.js';

/** One candidate, one day. */
export interface Run {
  readonly kind: 'run';
  readonly seed: number;
  readonly score: Score;
  /** One entry for each incident of the plan. */
  readonly incidents: readonly IncidentScore[];
  /** Every opening with its cause in a sentence; empty unless the run `explain`s. */
  readonly openings: readonly ExplainedOpening[];
  /** The day as a picture has it. */
  readonly strip: Strip;
  /** The limits of the numbers, in sentences: a replay is an open loop, for example. */
  readonly notes: readonly string[];
}

/** How a run is played. */
export interface PlayOptions {
  /**
   * Any finite number; another seed is another day.
   * @default 1
   */
  readonly seed?: number;
  /**
   * Whether the run says of each opening why it came.
   * @default false
   */
  readonly explain?: boolean;
  /**
   * The cost of each thing.
   * @default a failed or refused request 1, a second in vain 1, a call into a broken service 0.1
   */
  readonly weights?: Weights;
}

/**
 * Plays one day of a plan with one candidate.
 *
 * @param candidate Options of a breaker, `null` for none, or a function that makes the breaker of one process.
 * @throws RangeError or TypeError naming the field.
 * @example
 * ```ts
 * const { score, openings } = play(plan, { failureRateThreshold: 0.5 }, { explain: true });
 * console.log(score.answered, openings.map(({ sentence }) => sentence));
 * ```
 */
export function play(plan: Plan, candidate: Candidate, options: PlayOptions = {}): Run {
  ensureFields('play options', options, { 'seed?': seedRule, 'explain?': null, 'weights?': null });
  const { seed = 1, explain: explains = false } = options;
  const recorder = new StripRecorder(plan.duration);
  const day = playDay(plan, candidate, seed, weightsOf(options.weights), {
    access: 'operator',
    explain: explains === true,
    spectator: recorder,
  });
  const strip = recorder.strip(day.calendar, day.records);
  return {
    kind: 'run',
    seed,
    score: day.score,
    incidents: incidentScores(plan.service?.incidents ?? [], day.reactions),
    openings: day.openings,
    strip,
    notes: notesOf(plan),
  };
}

/** A day before its summary. */
export interface Day {
  readonly score: Score;
  readonly reactions: readonly Reaction[];
  readonly openings: readonly ExplainedOpening[];
  readonly calendar: readonly Scheduled[];
  readonly records: readonly StateRecord[];
}

/** Plays one candidate through one day, to the end. */
export function playDay(
  plan: Plan,
  candidate: Candidate,
  seed: number,
  weights: Required<Weights>,
  how: WorldOptions,
): Day {
  const world = new World(plan, { it: candidate }, seed, how);
  world.advance(plan.duration);
  const [lane] = world.lanes;
  if (lane === undefined) throw new Error('a world has a lane for its candidate');
  const { incidents } = world.service;
  const { timeout = 0, processes = 1 } = plan.clients ?? {};
  const reactions = reactionsOf(incidents, lane.records, {
    warmUp: plan.warmUp ?? 0,
    duration: plan.duration,
    grace: timeout,
  });
  const openings = (how.explain === true ? lane.records : [])
    .flatMap((record) => record.openings)
    .filter((it): it is Opening & { event: StateChangeEvent } => it.event !== null)
    .sort((a, b) => a.at - b.at || a.process - b.process)
    .map((it) => explain(it, incidents, processes));
  return {
    score: scoreOf(lane, weights),
    reactions,
    openings,
    calendar: incidents,
    records: lane.records,
  };
}

/** What the numbers of a plan do not know. */
export function notesOf(plan: Plan): string[] {
  if (plan.service !== undefined) return [];
  return [
    'A replay is an open loop: each request comes to what the log says, whatever the breaker did before. So the ' +
      'replay shows when a breaker would have opened and what it would have refused, and nothing of the relief ' +
      'that its refusals would have been to the service.',
  ];
}
