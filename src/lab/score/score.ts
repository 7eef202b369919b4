import { ensureFields, notNegative } from '../check.js';
import type { Lane } from '../world/lane.js';

/** What became of the requests, summed over breakers and, in a comparison, averaged over days. */
export interface Score {
  /** Requests: `answered + failed + refused + running`. */
  readonly requests: number;
  /** Requests answered well. */
  readonly answered: number;
  /** Requests whose last call failed. */
  readonly failed: number;
  /** Requests with a refusal as their last call. */
  readonly refused: number;
  /** Requests without an end when the play was over. */
  readonly running: number;
  /** Refused requests for which the service had a good answer at the time. */
  readonly refusedInVain: number;
  /** Calls, retries included. */
  readonly calls: number;
  /** Calls let into a service in an incident, a crash or an overload. */
  readonly letIntoBroken: number;
  /** Seconds of waiting for requests without an answer. */
  readonly secondsInVain: number;
  /** Openings of all breakers. */
  readonly openings: number;
  /** Openings of a closed breaker while the service was well. */
  readonly falseOpenings: number;
  /** Failures and their like in one number, by the weights; less is better. */
  readonly cost: number;
}

/** The cost of each thing. */
export interface Weights {
  /**
   * A failed request.
   * @default 1
   */
  readonly failed?: number;
  /**
   * A refused request.
   * @default 1
   */
  readonly refused?: number;
  /**
   * A second of waiting in vain.
   * @default 1
   */
  readonly secondInVain?: number;
  /**
   * A call let into a broken service.
   * @default 0.1
   */
  readonly letIntoBroken?: number;
}

/** The weights with all defaults. Throws for a weight that is no number of 0 or more. */
export function weightsOf(weights: Weights = {}): Required<Weights> {
  ensureFields('weights', weights, {
    'failed?': notNegative,
    'refused?': notNegative,
    'secondInVain?': notNegative,
    'letIntoBroken?': notNegative,
  });
  return { failed: 1, refused: 1, secondInVain: 1, letIntoBroken: 0.1, ...weights };
}

/** The score of a lane at the end of its play. */
export function scoreOf({ tally, records }: Lane, weights: Required<Weights>): Score {
  let openings = 0;
  let falseOpenings = 0;
  for (const record of records) {
    openings += record.openings.length;
    for (const opening of record.openings) {
      if (opening.false && opening.from === 'closed') falseOpenings++;
    }
  }
  const { requests, answered, failed, refused, running, refusedInVain } = tally;
  const { calls, letIntoBroken } = tally;
  const secondsInVain = tally.waited / 1_000;
  const cost =
    failed * weights.failed +
    refused * weights.refused +
    secondsInVain * weights.secondInVain +
    letIntoBroken * weights.letIntoBroken;
  return {
    requests,
    answered,
    failed,
    refused,
    running,
    refusedInVain,
    calls,
    letIntoBroken,
    secondsInVain,
    openings,
    falseOpenings,
    cost,
  };
}

/** The names of a score's numbers, in the order of reports. */
export const MEASURES: readonly (keyof Score)[] = [
  'requests',
  'answered',
  'failed',
  'refused',
  'running',
  'refusedInVain',
  'calls',
  'letIntoBroken',
  'secondsInVain',
  'openings',
  'falseOpenings',
  'cost',
];

/** The mean of some scores, measure by measure. */
export function meanScore(scores: readonly Score[]): Score {
  return Object.fromEntries(
    MEASURES.map((name) => [
      name,
      scores.reduce((sum, score) => sum + score[name], 0) / scores.length,
    ]),
  ) as unknown as Score;
}
