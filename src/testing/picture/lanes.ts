import type { Moment } from '../marble/stage.js';
import type { Spot, Timeline } from './timeline.js';

/** One call that was let through, as it is drawn. */
export interface Lane {
  /** 0 is the first below the band. */
  readonly row: number;
  readonly start: number;
  /** Where the source was left; undefined when it still runs at the end. */
  readonly end: number | undefined;
  /** What the caller got, and (`cancel`) did. */
  readonly marks: readonly {
    readonly x: number;
    readonly what: 'value' | 'x' | '|' | 'cancel';
    readonly letter: string;
  }[];
}

/** Gives every admitted call a row in which it does not run into another. */
export function layLanes(trace: readonly Moment[], timeline: Timeline): Lane[] {
  const free: number[] = [];
  const x = (moment: Moment): number => timeline.x(timeline.spot(moment) as Spot);
  return trace
    .filter(({ type }) => type === 'admitted')
    .map((admitted) => {
      const own = trace.filter(({ call }) => call === admitted.call);
      const left = own.find(({ type }) => type === 'left');
      const start = x(admitted);
      const end = left === undefined ? undefined : x(left);
      const marks = own
        .filter(({ type }) => type === 'result' || type === 'cancel')
        .map((moment) => ({ x: x(moment), what: whatOf(moment), letter: moment.letter }));
      const found = free.findIndex((from) => from <= start);
      const row = found < 0 ? free.length : found;
      free[row] = Math.max(end ?? Number.POSITIVE_INFINITY, ...marks.map((mark) => mark.x)) + 1;
      return { row, start, end, marks };
    });
}

function whatOf({ type, letter }: Moment): Lane['marks'][number]['what'] {
  if (type === 'cancel') return 'cancel';
  return letter === 'x' || letter === '|' ? letter : 'value';
}
