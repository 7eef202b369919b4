import { ensure } from '../../core/index.js';
import { type CircuitBreakerOptions, circuitBreaker } from '../../index.js';
import { ensureFields, seedRule, whole } from '../check.js';
import { type Comparison, compare, standingOf } from '../compare/compare.js';
import { type Day, notesOf } from '../compare/play.js';
import {
  type Expectation,
  type ExpectationText,
  expectation,
  type Judgement,
} from '../expect/expectation.js';
import { type Score, type Weights, weightsOf } from '../score/score.js';
import { ensurePlan, type Plan } from '../world/plan.js';
import { codeAt } from './point.js';
import { costOf, Search, type Tried } from './search.js';
import { type Axis, axesOf, type Space } from './space.js';

/** How settings are tuned. */
export interface TuneOptions {
  /** The settings to begin with; options that are not tuned stay as they are. @default {} */
  readonly from?: CircuitBreakerOptions;
  /** The tuned options and their levels. @default all options with numbers, at levels that suit most services */
  readonly space?: Space;
  /** Days of play in the search; more days are slower and better. @default 8_000 */
  readonly budget?: number;
  /** What the settings must reach, as `['open < 5s', 'false openings < 1']`. @default nothing */
  readonly require?: readonly ExpectationText[];
  /**
   * The cost of each thing.
   * @default a failed or refused request 1, a second in vain 1, a call into a broken service 0.1
   */
  readonly weights?: Weights;
  /** Another seed searches along other ways, on the same days. @default 1 */
  readonly seed?: number;
  /** Hears how much of the work is done, as a fraction. */
  readonly onProgress?: (done: number) => void;
}

/** Settings found by the search. */
export interface Tuned {
  readonly options: CircuitBreakerOptions;
  /** The settings as code. */
  readonly code: string;
  /** The mean day: of the final for `best` and `plain`, of the search for `front`; never of the held-out days. */
  readonly score: Score;
}

/** What a search came to. */
export interface Tuning {
  readonly kind: 'tuning';
  /** The settings with the least cost, of those that meet the requirements. */
  readonly best: Tuned;
  /** The best settings, in which every option is left out again that is not worth 1 % of the cost. */
  readonly plain: Tuned;
  /**
   * Settings of which none is better than another in every respect: requests that failed, requests that were
   * refused, calls let into a broken service. By failed requests, at most twelve.
   */
  readonly front: readonly Tuned[];
  /** What became of the requirements with the plain settings, on the held-out days. */
  readonly requirements: readonly Judgement[];
  /** The settings to begin with, the best, the plain ones and no breaker, on 20 days that the search never saw. */
  readonly comparison: Comparison;
  /** Days played by the search. */
  readonly days: number;
  /** The limits of the tuning, in sentences. */
  readonly notes: readonly string[];
}

/** An option that saves less than this part of the cost is not worth a line in the settings. */
const WORTH = 0.01;
const HELD_OUT = 20;
const FRONT = 12;

/**
 * Looks for better settings for a plan, and shows what they are worth on days that the search never saw.
 *
 * What it does not know: whether the plan is like your world. It tunes to the incidents of the plan, so give
 * these a `jitter`, and more than one kind. Where many settings are about as good, another seed finds others with
 * the same cost; `plain` is then the answer to take. Where hardly any settings meet a requirement, the costs of two seeds
 * may differ by a tenth or more: try several seeds, a larger budget, or a milder requirement.
 *
 * @throws RangeError or TypeError naming the field.
 * @example
 * ```ts
 * const { plain, comparison } = tune(plan, { from: paymentOptions, require: ['open < 5s'] });
 * console.log(plain.code);
 * console.log(toTable(comparison));
 * ```
 */
export function tune(plan: Plan, options: TuneOptions = {}): Tuning {
  ensurePlan(plan);
  ensureFields('tune options', options, {
    'from?': null,
    'space?': null,
    'budget?': whole(100, 10_000_000),
    'require?': null,
    'weights?': null,
    'seed?': seedRule,
    'onProgress?': ['a function', Boolean, 'function'],
  });
  const { from = {}, budget = 8_000, seed = 1, onProgress } = options;
  ensure('tune from', from, ['options of a breaker', (it: object) => !Array.isArray(it), 'object']);
  circuitBreaker(from); // throws the library's own message
  const require: unknown = options.require ?? [];
  ensure('tune require', require, ['a list of expectations', Array.isArray, 'object']);
  const expectations = (require as string[]).map(expectation);
  const weights = weightsOf(options.weights);
  const axes = axesOf(options.space, from);
  const search = new Search({ plan, axes, from, weights, expectations, budget, seed, onProgress });
  search.run();
  const best = search.winner();
  if (best === undefined) throw new RangeError('space holds no settings that the library takes');
  const plain = plainer(search, best);
  onProgress?.(1);
  const show = ({ options, point }: Tried, days: readonly Day[]): Tuned => ({
    options,
    code: codeAt(axes, point, from),
    score: standingOf(plan, '', days).score,
  });
  const comparison = compare(
    plan,
    { from, best: best.options, plain: plain.options, none: null },
    { seeds: Array.from({ length: HELD_OUT }, (_, n) => -1 - n), weights },
  );
  return {
    kind: 'tuning',
    best: show(best, best.finalDays),
    plain: show(plain, plain.finalDays),
    front: front(search.finished()).map((it) => show(it, it.days)),
    requirements: judged(expectations, comparison),
    comparison,
    days: search.days,
    notes: [...notesOf(plan), ...doubts(plan, axes)],
  };
}

function judged(expectations: readonly Expectation[], { standings }: Comparison): Judgement[] {
  const plain = standings.find(({ name }) => name === 'plain');
  return plain === undefined ? [] : expectations.map((it) => it.judge(plain));
}

/** Leaves options out, the least worth first, as long as the cost stays within 1 % and requirements hold. */
function plainer(search: Search, best: Tried): Tried {
  const limit = costOf(best.finalDays) * (1 + WORTH);
  const missed = search.missed(best.finalDays);
  for (let plain = best; ; ) {
    const simpler = plain.point
      .map((place, axis) =>
        place === 0 ? null : search.finalOf(plain.point.map((it, n) => (n === axis ? 0 : it))),
      )
      .filter((it) => it !== null)
      .filter(({ finalDays }) => costOf(finalDays) <= limit && search.missed(finalDays) <= missed)
      .sort((a, b) => costOf(a.finalDays) - costOf(b.finalDays));
    const [next] = simpler;
    if (next === undefined) return plain;
    plain = next;
  }
}

/** The settings that no other settings beat in every respect. */
function front(finished: readonly Tried[]): Tried[] {
  const seen = finished.map((tried) => {
    let [failed, refused, broken] = [0, 0, 0];
    for (const { score } of tried.days) {
      failed += score.failed;
      refused += score.refused;
      broken += score.letIntoBroken;
    }
    return { tried, failed, refused, broken };
  });
  const undominated = seen.filter(
    (it, n) =>
      !seen.some(
        (other, m) =>
          other.failed <= it.failed &&
          other.refused <= it.refused &&
          other.broken <= it.broken &&
          (other.failed < it.failed ||
            other.refused < it.refused ||
            other.broken < it.broken ||
            m < n),
      ),
  );
  undominated.sort((a, b) => a.failed - b.failed);
  const step = Math.max(1, (undominated.length - 1) / (FRONT - 1));
  const picked = new Set<Tried>();
  for (let place = 0; Math.round(place) < undominated.length; place += step) {
    picked.add((undominated[Math.round(place)] as { tried: Tried }).tried);
  }
  return [...picked];
}

function doubts({ service }: Plan, axes: readonly Axis[]): string[] {
  const notes = [
    'The search knows the plan and nothing else: other traffic, other incidents and other weights have other best settings.',
  ];
  const incidents = service?.incidents ?? [];
  if (service !== undefined && incidents.length === 0) {
    notes.push('The plan has no incidents, so the best settings are those that never open.');
  }
  if (incidents.length > 0 && incidents.every(({ jitter }) => !jitter)) {
    notes.push(
      'No incident has a jitter, so the settings may fit the instants of the plan and no others.',
    );
  }
  if (axes.length === 0) notes.push('The space is empty: nothing was tuned.');
  return notes;
}
