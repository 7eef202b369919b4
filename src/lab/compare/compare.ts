import { ensure } from '../../core/index.js';
import { ensureFields, seedRule, whole } from '../check.js';
import { type IncidentScore, incidentScores } from '../score/incidentScore.js';
import { MEASURES, meanScore, type Score, type Weights, weightsOf } from '../score/score.js';
import type { Candidate, Plan } from '../world/plan.js';
import { type Bounded, bootstrap } from './bootstrap.js';
import { type Day, notesOf, playDay } from './play.js';

/** How one candidate did over all days. */
export interface Standing {
  readonly name: string;
  /** The mean day. */
  readonly score: Score;
  /** One entry for each incident of the plan, over all days. */
  readonly incidents: readonly IncidentScore[];
  /** The cost of each day, in the order of the seeds. */
  readonly costs: readonly number[];
}

/** By how much a candidate differs from the first one on the same days: candidate minus first. */
export interface Difference {
  readonly name: string;
  /** The name of the first candidate. */
  readonly from: string;
  /** For each measure the mean difference of a day, with 95 % bounds. */
  readonly by: { readonly [measure in keyof Score]: Bounded };
}

/** Candidates on the same days. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly seeds: readonly number[];
  readonly standings: readonly Standing[];
  /** One entry for each candidate but the first. */
  readonly differences: readonly Difference[];
  /** The limits of the numbers, in sentences. */
  readonly notes: readonly string[];
}

/** How candidates are compared. */
export interface CompareOptions {
  /**
   * Days: how many, or the seed of each.
   * @default 20
   */
  readonly seeds?: number | readonly number[];
  /**
   * The cost of each thing.
   * @default a failed or refused request 1, a second in vain 1, a call into a broken service 0.1
   */
  readonly weights?: Weights;
  /** Hears how much of the work is done, as a fraction. */
  readonly onProgress?: (done: number) => void;
}

/**
 * Plays the same days with several candidates and says by how much they differ.
 *
 * The candidates meet the same requests, the same incidents and the same luck, call by call, so a difference
 * is one of the settings. Candidates that are alike differ by exactly 0.
 *
 * @param candidates The candidates by name; the others are compared with the first.
 * @throws RangeError or TypeError naming the field.
 * @example
 * ```ts
 * const comparison = compare(plan, { none: null, defaults: {}, ours: { retryTimeout: 5_000 } });
 * console.log(toTable(comparison));
 * ```
 */
export function compare(
  plan: Plan,
  candidates: Readonly<Record<string, Candidate>>,
  options: CompareOptions = {},
): Comparison {
  ensureFields('compare options', options, {
    'seeds?': null,
    'weights?': null,
    'onProgress?': ['a function', Boolean, 'function'],
  });
  const names = Object.keys(Object(candidates));
  if (names.length === 0) throw new RangeError('candidates must hold at least one candidate');
  const seeds = seedsOf(options.seeds ?? 20);
  const weights = weightsOf(options.weights);
  const days = new Map<string, Day[]>(names.map((name) => [name, []]));
  let done = 0;
  for (const seed of seeds) {
    for (const name of names) {
      const day = playDay(plan, candidates[name] as Candidate, seed, weights, {
        access: 'operator',
        explain: false,
      });
      days.get(name)?.push(day);
      options.onProgress?.(++done / (seeds.length * names.length));
    }
  }
  const standings = [...days].map(([name, played]) => standingOf(plan, name, played));
  const [first = '', ...others] = names;
  return {
    kind: 'comparison',
    seeds,
    standings,
    differences: others.map((name) => ({
      name,
      from: first,
      by: differ(days.get(name) as Day[], days.get(first) as Day[]),
    })),
    notes: notesOf(plan),
  };
}

/** The seeds that an option means. */
function seedsOf(seeds: number | readonly number[]): readonly number[] {
  if (typeof seeds === 'number') {
    ensure('seeds', seeds, whole(1, 100_000));
    return Array.from({ length: seeds }, (_, n) => n + 1);
  }
  ensure('seeds', seeds, [
    'a number of days, or a list of seeds that is not empty',
    (it: readonly number[]) => Array.isArray(it) && it.length > 0,
    'object',
  ]);
  for (const [n, seed] of seeds.entries()) ensure(`seeds[${n}]`, seed, seedRule);
  return seeds;
}

/** The summary of a candidate's days. */
export function standingOf(plan: Plan, name: string, days: readonly Day[]): Standing {
  return {
    name,
    score: meanScore(days.map(({ score }) => score)),
    incidents: incidentScores(
      plan.service?.incidents ?? [],
      days.flatMap(({ reactions }) => reactions),
    ),
    costs: days.map(({ score }) => score.cost),
  };
}

function differ(days: readonly Day[], from: readonly Day[]): Difference['by'] {
  return Object.fromEntries(
    MEASURES.map((measure) => [
      measure,
      bootstrap(days.map(({ score }, n) => score[measure] - (from[n] as Day).score[measure])),
    ]),
  ) as unknown as Difference['by'];
}
