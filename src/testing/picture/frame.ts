import { type Claim, label, type RowName } from '../marble/claim.js';
import type { Setup } from '../marble/setup.js';
import type { Moment, Run } from '../marble/trace.js';
import { type Facts, factsOf } from './facts.js';
import { type Lane, layLanes } from './lanes.js';
import { layPills, PILL_ROW, type Pill } from './pills.js';
import { layOut, type Timeline } from './timeline.js';

/** The longest timeline in pixels: a picture of this width is legible on a narrow page too. */
const SPACE = 640;
const LABELS = 70;
const LANE = 26;
export const BAND = 28;

/** The places of everything in a picture. Parts of the picture draw themselves into it. */
export class Frame {
  readonly claim: Claim;
  readonly run: Run;
  readonly setup: Setup;
  readonly timeline: Timeline;
  readonly lanes: readonly Lane[];
  readonly pills: readonly Pill[];
  readonly restored: Facts | null;
  /** The left edge of the content; the names of the rows stand before it. */
  readonly left: number = LABELS;
  /** The beginning of the time. */
  readonly start: number;
  /** The end of the time. */
  readonly end: number;
  /** The radius of a disc. */
  readonly r: number;
  readonly callY: number;
  readonly bandY: number;
  readonly eventsY: number;
  readonly axisY: number;
  /** The end of the axis and its numbers. */
  readonly bottom: number;

  constructor(claim: Claim, run: Run, setup: Setup) {
    this.claim = claim;
    this.run = run;
    this.setup = setup;
    this.restored = setup.restored === null ? null : factsOf(setup.restored);
    this.start = this.left + (this.restored === null ? 0 : this.restored.width + 26);
    this.timeline = layOut(run.trace, claim.horizon, SPACE + this.left - this.start);
    this.end = this.start + this.timeline.width;
    this.r = Math.min(9, this.timeline.unit * 0.42);
    this.lanes = layLanes(run.trace, this.timeline);
    this.pills = layPills(
      this.of('control').map((moment) => ({ x: this.x(moment), letter: moment.letter })),
      this.left - 6,
    );
    const pillRows = Math.max(0, ...this.pills.map(({ row }) => row + 1));
    this.callY = 24 + (pillRows > 0 ? pillRows * PILL_ROW + 3 : 0);
    this.bandY = this.callY + 40;
    const rows = Math.max(1, ...this.lanes.map(({ row }) => row + 1));
    const below = Math.max(14 + rows * LANE, this.restored === null ? 0 : this.restored.height);
    this.eventsY = this.bandY + BAND + below + 16;
    this.axisY = this.bandY + BAND + below + (this.has('events') ? 30 : 8);
    this.bottom = this.axisY + 26;
  }

  of(type: Moment['type']): Moment[] {
    return this.run.trace.filter((moment) => moment.type === type);
  }

  /** The calls that the breaker refused. */
  get refused(): Moment[] {
    return this.of('result').filter(({ letter }) => letter === 'o');
  }

  has(row: RowName): boolean {
    return this.claim.rows.some((candidate) => label(candidate) === row);
  }

  x(moment: Moment): number {
    return this.start + this.timeline.x(moment);
  }

  laneY(row: number): number {
    return this.bandY + BAND + 14 + row * LANE + LANE / 2;
  }
}
