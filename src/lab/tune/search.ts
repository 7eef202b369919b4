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
const RUNGS = [2, 5, 12] as const;
const TRAINING_DAYS = 12;
/**
 * Seed of the first day. All searches meet the same days, so two searches differ by their ways alone: with days of its own
 * each search would meet another p95, and a requirement that is hard to meet would be met by one search and not by another.
 */
const FIRST_DAY = 10_000;
/** Of the candidates on a rung so many go on to the next. */
const SURVIVORS = 0.25;
/** The stream of the search, apart from those of the plans. */
const SEARCH = 98;
/** After a kick settings go on if they cost at most so many times as much: the way down begins above. */
const KICKED = 1.25;
/** Settings from which the search goes down hill. */
const STARTS = 4;

/** Settings after a trial. */
export interface Tried {
  readonly point: Point;
  readonly options: CircuitBreakerOptions;
  readonly days: Day[];
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
 * A search over the grid of settings. Every candidate meets the same days with the same luck, so two candidates differ by their settings alone, and a few days tell which one is better.
 *
 * First a race: many candidates on two days, the better quarter on five, the better quarter of these on twelve.
 * Then, from the best, down hill along one axis after the other until no neighbour is better.
 */
export class Search {
  private readonly how: SearchPlan;
  private readonly known = new Map<string, Tried | null>();
  private readonly random: () => number;
  private played = 0;

  constructor(how: SearchPlan) {
    this.how = how;
    this.random = sequence(new Stream(how.seed, SEARCH));
  }

  /** Days played so far. */
  get days(): number {
    return this.played;
  }

  run(): void {
    const { axes, from, budget } = this.how;
    const pool = Math.max(12, Math.min(400, Math.floor((budget * 0.35) / RUNGS[0])));
    let racers = [pointOf(axes, from), axes.map(() => 0), ...this.single()]
      .map((point) => this.tried(point))
      .filter((it) => it !== null);
    racers = [...new Set(racers)];
    for (let misses = 0; racers.length < pool && misses < 50 * pool; ) {
      const racer = this.tried(this.draw());
      if (racer === null || racers.includes(racer)) misses++;
      else racers.push(racer);
    }
    for (const [rung, days] of RUNGS.entries()) {
      for (const racer of racers) this.play(racer, days);
      racers.sort((a, b) => this.order(a, b, days));
      if (rung < RUNGS.length - 1) {
        racers = racers.slice(0, Math.max(STARTS, Math.ceil(racers.length * SURVIVORS)));
      }
    }
    let valleys = racers.slice(0, STARTS).map((racer) => this.descend(racer));
    // then on from the deepest valleys, with a kick, as long as the budget lasts
    for (let tries = 0; this.played < budget && tries < budget; tries++) {
      valleys.sort((a, b) => this.order(a, b, TRAINING_DAYS));
      valleys = valleys.slice(0, STARTS);
      const from = valleys[Math.floor(this.random() * this.random() * valleys.length)] as Tried;
      const kicked = this.tried(this.kick(from.point));
      if (kicked === null || !this.mayBeBetter(kicked, from, KICKED)) continue;
      this.play(kicked, TRAINING_DAYS);
      const valley = this.descend(kicked);
      if (!valleys.includes(valley)) valleys.push(valley);
    }
    this.how.onProgress?.(1);
  }

  /** All settings that were played on all days, the best first. */
  finished(): Tried[] {
    return [...this.known.values()]
      .filter((it) => it !== null)
      .filter((it) => it.days.length >= TRAINING_DAYS)
      .sort((a, b) => this.order(a, b, TRAINING_DAYS));
  }

  /** The settings of a point, played on all days; null for settings that the library does not take. */
  full(point: Point): Tried | null {
    const it = this.tried(point);
    if (it !== null) this.play(it, TRAINING_DAYS);
    return it;
  }

  cost(tried: Tried, days: number = TRAINING_DAYS): number {
    let sum = 0;
    for (let n = 0; n < days; n++) sum += (tried.days[n] as Day).score.cost;
    return sum / days;
  }

  /** How far the settings are from what is required; 0 is met. */
  missed(tried: Tried, days: number = TRAINING_DAYS): number {
    const { expectations, plan } = this.how;
    if (expectations.length === 0) return 0;
    const standing: Standing = standingOf(plan, '', tried.days.slice(0, days));
    return expectations.reduce((sum, it) => sum + it.judge(standing).missedBy, 0);
  }

  /** The settings that meet more come first, then the cheaper ones. */
  order(a: Tried, b: Tried, days: number): number {
    return this.missed(a, days) - this.missed(b, days) || this.cost(a, days) - this.cost(b, days);
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
    for (let better = true; better; ) {
      better = false;
      for (const axis of this.shuffled()) {
        for (const point of this.neighbours(best.point, axis)) {
          if (this.played >= this.how.budget) return best;
          const other = this.tried(point);
          if (other === null || !this.mayBeBetter(other, best)) continue;
          this.play(other, TRAINING_DAYS);
          if (this.order(other, best, TRAINING_DAYS) < 0) {
            best = other;
            better = true;
          }
        }
      }
    }
    return best;
  }

  /** Whether a candidate holds its ground on a few of the days: it costs at most `slack` times as much. */
  private mayBeBetter(other: Tried, best: Tried, slack = 1.02): boolean {
    const [, few] = RUNGS;
    this.play(other, few);
    if (this.missed(other, few) > this.missed(best, few) + 0.2) return false;
    return this.cost(other, few) <= this.cost(best, few) * slack;
  }

  private neighbours(point: Point, axis: number): Point[] {
    const { levels } = this.how.axes[axis] as Axis;
    const here = point[axis] as number;
    const places = new Set([0, here - 2, here - 1, here + 1, here + 2]);
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

  private tried(point: Point): Tried | null {
    const key = point.join();
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const options = optionsAt(this.how.axes, point, this.how.from);
    const fresh = isSound(options) ? { point, options, days: [] } : null;
    this.known.set(key, fresh);
    return fresh;
  }

  private play(tried: Tried, days: number): void {
    const { plan, weights, budget, onProgress } = this.how;
    // values are judged by the operator only
    const { classifyValue, successOn } = tried.options;
    const access = classifyValue || successOn ? 'operator' : 'permit';
    while (tried.days.length < days) {
      const day = FIRST_DAY + tried.days.length;
      tried.days.push(playDay(plan, tried.options, day, weights, { access }));
      this.played++;
      onProgress?.(Math.min(0.99, this.played / budget));
    }
  }
}
