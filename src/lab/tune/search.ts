import type { CircuitBreakerOptions } from '../../index.js';
import type { Standing } from '../compare/compare.js';
import { standingOf } from '../compare/compare.js';
import { type Day, playDay } from '../compare/play.js';
import type { Expectation } from '../expect/expectation.js';
import { Stream, sequence } from '../random/index.js';
import type { Weights } from '../score/score.js';
import type { Plan } from '../world/plan.js';
import { isSound, optionsAt, type Point, pointOf } from './point.js';
import type { Axis } from './space.js';

/** Days on which settings are tried, from few to all: the poor ones leave early. */
const RUNGS = [2, 5, 12, 30] as const;
const TRAINING_DAYS = 30;
/**
 * While the search goes on, settings that miss the requirements by their whole size cost `1 + penalty` times as much. The
 * first ways begin with a low penalty: they come along settings that are cheap and miss a little to such as are cheap and
 * miss nothing.
 */
const PENALTIES = [1, 3, 10] as const;
/**
 * Days of the final, which the search never plays. The search chooses among thousands of settings, so its winner is in
 * part the luckiest on its days; other days show what the settings are worth.
 */
const FINAL_DAYS = 40;
const FINALISTS = 10;
/** The part of the budget that the search may play; the final and the plain answer take the rest. */
const SEARCHED = 0.75;
/**
 * Seeds of the first days. All searches meet the same days, so two searches differ by their ways alone: with days of its
 * own each search would meet another p95, and one search would meet a hard requirement where another does not.
 */
const FIRST_DAY = 10_000;
const FIRST_FINAL_DAY = 20_000;
/** Of the candidates on a rung so many go on to the next. */
const SURVIVORS = 0.25;
/** The stream of the search, apart from those of the plans. */
const SEARCH = 98;
/** After a kick settings go on if they cost at most so many times as much: the way down begins above. */
const KICKED = 1.25;
/** On `n` days settings go on if they cost at most `1 + LUCK / n` times as much: a day is mostly luck. */
const LUCK = 0.2;
/** Settings from which the search goes down hill. */
const STARTS = 4;
/** The part of the search's days that the first round of the race takes, two days for each racer. */
const FIRST_ROUND = 0.12;

/** Settings after a trial. */
export interface Tried {
  readonly point: Point;
  readonly options: CircuitBreakerOptions;
  readonly days: Day[];
  readonly finalDays: Day[];
}

/** What is searched, and how. */
interface SearchPlan {
  readonly plan: Plan;
  readonly axes: readonly Axis[];
  readonly from: CircuitBreakerOptions;
  readonly weights: Required<Weights>;
  readonly expectations: readonly Expectation[];
  /** Days of play. */
  readonly budget: number;
  readonly seed: number;
  readonly onProgress: ((done: number) => void) | undefined;
}

/**
 * A search over the grid of settings. Every candidate meets the same days with the same luck, so two candidates differ by
 * their settings alone, and a few days tell which one is better.
 *
 * 1. From the settings to begin with, and from the defaults, down hill by the best of all neighbours. The same for all
 *    seeds.
 * 2. A race of random settings: all on two days, the better quarter on five, then on 12, then on 30. From the best
 *    of them down hill, one axis after the other.
 * 3. On from the best so far with a kick, as long as the budget lasts.
 * 4. The final: the best, and the best ends of the ways, on days that nobody has seen.
 */
export class Search {
  private readonly how: SearchPlan;
  private readonly known = new Map<string, Tried | null>();
  private readonly random: () => number;
  /** The settings that no neighbour beats. */
  private readonly ends = new Set<Tried>();
  /** Days that the search may play. */
  private readonly budget: number;
  private played = 0;
  private penalty: number = PENALTIES[0];

  constructor(how: SearchPlan) {
    this.how = how;
    this.budget = how.budget * SEARCHED;
    this.random = sequence(new Stream(how.seed, SEARCH));
  }

  /** Days played so far. */
  get days(): number {
    return this.played;
  }

  run(): void {
    const { axes, from } = this.how;
    const plainest = new Set(this.allTried([pointOf(axes, from), axes.map(() => 0)]));
    let valleys = [...plainest];
    for (const penalty of PENALTIES) {
      this.penalty = penalty;
      valleys = valleys.map((start) => this.descendSteepest(start));
    }
    valleys = [...new Set(valleys)];
    const racers = this.race(this.field([...plainest]));
    valleys.push(...racers.map((start) => this.descend(start)));
    // then on from the deepest valleys, with a kick, as long as the budget lasts
    for (let tries = 0; this.played < this.budget && tries < this.budget; tries++) {
      valleys.sort((a, b) => this.order(a, b, TRAINING_DAYS));
      valleys.splice(STARTS);
      const from = valleys[Math.floor(this.random() * this.random() * valleys.length)] as Tried;
      const kicked = this.tried(this.kick(from.point));
      if (kicked === null || !this.mayBeBetter(kicked, from, KICKED)) continue;
      this.play(kicked, TRAINING_DAYS);
      const valley = this.descend(kicked);
      if (!valleys.includes(valley)) valleys.push(valley);
    }
  }

  /** Settings as they are, each option at every level with all others left out, and random ones. */
  private field(plainest: readonly Tried[]): Tried[] {
    const size = Math.max(12, Math.min(400, Math.floor((this.budget * FIRST_ROUND) / RUNGS[0])));
    const field = new Set([...plainest, ...this.allTried(this.single())]);
    for (let draws = 0; field.size < size && draws < 50 * size; draws++) {
      const drawn = this.tried(this.draw());
      if (drawn !== null) field.add(drawn);
    }
    return [...field];
  }

  /** The best settings of a field, the best first: a few days for all, all days for few. */
  private race(field: readonly Tried[]): Tried[] {
    let racers = [...field];
    for (const days of RUNGS) {
      for (const racer of racers) this.play(racer, days);
      racers.sort((a, b) => this.order(a, b, days));
      racers = racers.slice(0, Math.max(STARTS, Math.ceil(racers.length * SURVIVORS)));
    }
    return racers.slice(0, STARTS);
  }

  /** All settings that were played on all days of the search, the best first. */
  finished(): Tried[] {
    return [...this.known.values()]
      .filter((it) => it !== null)
      .filter((it) => it.days.length >= TRAINING_DAYS)
      .sort((a, b) => this.order(a, b, TRAINING_DAYS));
  }

  /** The best of the finalists in the final. Half of the finalists are ends of ways, which differ more than neighbours do. */
  winner(): Tried | undefined {
    const most = Math.max(2, Math.min(FINALISTS, Math.floor((this.how.budget * 0.1) / FINAL_DAYS)));
    const finished = this.finished();
    const ends = finished.filter((it) => this.ends.has(it)).slice(0, most / 2);
    const finalists = [...new Set([...ends, ...finished])].slice(0, most);
    return finalists.map((it) => this.final(it)).sort((a, b) => this.finalOrder(a, b))[0];
  }

  /** The settings of a point after the final; null for settings that the library does not take. */
  finalOf(point: Point): Tried | null {
    const it = this.tried(point);
    return it === null ? null : this.final(it);
  }

  private final(it: Tried): Tried {
    while (it.finalDays.length < FINAL_DAYS) {
      it.finalDays.push(this.day(it, FIRST_FINAL_DAY + it.finalDays.length));
    }
    return it;
  }

  /** Settings that meet all come first, the cheapest before; of the others, those that miss little for their cost. */
  private finalOrder({ finalDays: a }: Tried, { finalDays: b }: Tried): number {
    const met = (days: readonly Day[]) => this.missed(days) === 0;
    return Number(met(b)) - Number(met(a)) || this.worth(a) - this.worth(b);
  }

  /** How far days are from what is required; 0 is met. */
  missed(days: readonly Day[]): number {
    const { expectations, plan } = this.how;
    if (expectations.length === 0) return 0;
    const standing: Standing = standingOf(plan, '', days);
    return expectations.reduce((sum, it) => sum + it.judge(standing).missedBy, 0);
  }

  /**
   * The cheaper settings come first; what is missed of the requirements costs as well. A way down hill may lead over
   * settings that miss a little, where a strict order would stop at the first that meets all.
   */
  order(a: Tried, b: Tried, days: number): number {
    return this.worth(a.days.slice(0, days)) - this.worth(b.days.slice(0, days));
  }

  private worth(days: readonly Day[]): number {
    return costOf(days) * (1 + this.penalty * this.missed(days));
  }

  /** Every option at every level, all others left out. */
  private single(): Point[] {
    const { axes } = this.how;
    return axes.flatMap(({ levels }, axis) =>
      levels.slice(1).map((_, n) => axes.map((_, at) => (at === axis ? n + 1 : 0))),
    );
  }

  /** Random settings; many options are left out, since options have to fit each other. */
  private draw(): Point {
    const leftOut = 0.3 + 0.5 * this.random();
    return this.how.axes.map(({ levels }) =>
      this.random() < leftOut ? 0 : Math.floor(this.random() * levels.length),
    );
  }

  /** Other settings near by: two or three options at other levels. */
  private kick(point: Point): Point {
    const kicked = [...point];
    for (let changes = this.random() < 0.5 ? 2 : 3; changes > 0; changes--) {
      const axis = Math.floor(this.random() * kicked.length);
      const { levels } = this.how.axes[axis] as Axis;
      kicked[axis] = this.random() < 0.3 ? 0 : Math.floor(this.random() * levels.length);
    }
    return kicked;
  }

  /** Goes down hill to settings that no neighbour beats. */
  private descend(start: Tried): Tried {
    let best = start;
    for (;;) {
      const here = best;
      for (const axis of this.shuffled()) {
        for (const point of this.neighbours(best.point, axis)) best = this.better(best, point);
      }
      if (best === here) return this.end(best);
    }
  }

  private end(valley: Tried): Tried {
    this.ends.add(valley);
    return valley;
  }

  /**
   * Goes down hill by the best of all neighbours. Chance has no part in this way, so all searches know its end: what two
   * seeds find differs by no more than what each finds beyond.
   */
  private descendSteepest(start: Tried): Tried {
    this.play(start, TRAINING_DAYS);
    for (let best = start; ; ) {
      const points = [...this.how.axes.keys()].flatMap((axis) => this.neighbours(best.point, axis));
      const [next] = this.played < this.budget ? this.race(this.allTried(points)) : [];
      if (next === undefined || this.order(next, best, TRAINING_DAYS) >= 0) return this.end(best);
      best = next;
    }
  }

  /** The better one of settings and a neighbour. */
  private better(best: Tried, point: Point): Tried {
    if (this.played >= this.budget) return best;
    const other = this.tried(point);
    if (other === null || !this.mayBeBetter(other, best)) return best;
    this.play(other, TRAINING_DAYS);
    return this.order(other, best, TRAINING_DAYS) < 0 ? other : best;
  }

  /** Whether a candidate holds its ground on a few of the days: it costs at most `slack` times as much. */
  private mayBeBetter(other: Tried, best: Tried, slack = 1.01): boolean {
    for (const days of RUNGS.slice(0, -1)) {
      this.play(other, days);
      const luck = 1 + LUCK / days;
      const limit = this.worth(best.days.slice(0, days)) * slack * luck;
      if (this.worth(other.days.slice(0, days)) > limit) return false;
    }
    return true;
  }

  private neighbours(point: Point, axis: number): Point[] {
    const { levels } = this.how.axes[axis] as Axis;
    const here = point[axis] as number;
    // from "left out" no level is far: the default may lie anywhere among the levels
    const places =
      here === 0 ? levels.keys() : new Set([0, here - 2, here - 1, here + 1, here + 2]);
    return [...places]
      .filter((place) => place >= 0 && place < levels.length && place !== here)
      .map((place) => point.map((it, n) => (n === axis ? place : it)));
  }

  private shuffled(): number[] {
    const places = this.how.axes.map((_, n) => n);
    for (let n = places.length - 1; n > 0; n--) {
      const other = Math.floor(this.random() * (n + 1));
      [places[n], places[other]] = [places[other] as number, places[n] as number];
    }
    return places;
  }

  private allTried(points: readonly Point[]): Tried[] {
    return points.map((point) => this.tried(point)).filter((it) => it !== null);
  }

  private tried(point: Point): Tried | null {
    const key = point.join();
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const options = optionsAt(this.how.axes, point, this.how.from);
    const fresh = isSound(options) ? { point, options, days: [], finalDays: [] } : null;
    this.known.set(key, fresh);
    return fresh;
  }

  private play(tried: Tried, days: number): void {
    while (tried.days.length < days) {
      tried.days.push(this.day(tried, FIRST_DAY + tried.days.length));
    }
  }

  private day({ options }: Tried, seed: number): Day {
    const { plan, weights, budget, onProgress } = this.how;
    // values are judged by the operator only
    const access = options.classifyValue || options.successOn ? 'operator' : 'permit';
    this.played++;
    onProgress?.(Math.min(0.99, this.played / budget));
    return playDay(plan, options, seed, weights, { access });
  }
}

/** The mean cost of a day. */
export function costOf(days: readonly Day[]): number {
  return days.reduce((sum, { score }) => sum + score.cost, 0) / days.length;
}
