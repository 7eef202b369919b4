import type { Moment } from '../marble/trace.js';
import { counts, type Outcome, outcomeOf } from './outcomes.js';
import type { Timeline } from './timeline.js';

/** One call that was admitted, as it is drawn. */
export interface Lane {
  /** 0 is the first row below the band. */
  readonly row: number;
  readonly start: number;
  /** The end of the source; undefined for a source that still runs at the end of the picture. */
  readonly end: number | undefined;
  readonly outcome: Outcome;
  /** The results of the caller, and its `cancel`. */
  readonly marks: readonly LaneMark[];
}

export interface LaneMark {
  readonly x: number;
  readonly what: 'value' | 'error' | 'end' | 'cancel';
  readonly letter: string;
  /** The breaker counted the call: its discs are solid, else hollow. */
  readonly counted: boolean;
  /** The colour: a success is good, a failure bad; of an uncounted call a value is good, an error bad. */
  readonly good: boolean;
}

/** Gives every admitted call a row in which it meets no other call. */
export function layLanes(trace: readonly Moment[], timeline: Timeline): Lane[] {
  const free: number[] = [];
  return trace
    .filter(({ type }) => type === 'admitted')
    .map((admitted) => {
      const own = trace.filter(({ call }) => call === admitted.call);
      const left = own.find(({ type }) => type === 'left');
      const start = timeline.x(admitted);
      const end = left === undefined ? undefined : timeline.x(left);
      const outcome = outcomeOf(trace, admitted.call);
      const marks = own
        .filter(({ type }) => type === 'result' || type === 'cancel')
        .map((moment) => ({ x: timeline.x(moment), ...markOf(moment, outcome) }));
      const found = free.findIndex((from) => from <= start);
      const row = found < 0 ? free.length : found;
      // a completion stands beside its value, so a lane takes a little more than its last mark
      const last = Math.max(end ?? Number.POSITIVE_INFINITY, ...marks.map((mark) => mark.x));
      free[row] = last + timeline.unit * 0.6;
      return { row, start, end, outcome, marks };
    });
}

function markOf(moment: Moment, outcome: Outcome): Omit<LaneMark, 'x'> {
  const { type, letter } = moment;
  const what =
    type === 'cancel' ? 'cancel' : letter === 'x' ? 'error' : letter === '|' ? 'end' : 'value';
  const settles = outcome.settledBy === moment && counts(outcome);
  const good = settles ? outcome.ending === 's' : what !== 'error';
  // neither to give up a call that was counted before nor its later error changes anything
  const counted = what === 'cancel' || what === 'error' ? settles : counts(outcome);
  return { what, letter, counted, good };
}
