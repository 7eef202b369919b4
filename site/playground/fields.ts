/** A setting of the breaker that the page shows as a row. */
export interface Field {
  /** Name of the option. */
  readonly name: string;
  readonly label: string;
  /** What the page shows while the setting is at its default. */
  readonly default: string;
  /** Ends of the slider. */
  readonly from: number;
  readonly to: number;
  /** The distance of two values of the slider; a slider of milliseconds is logarithmic and has none. */
  readonly step?: number;
}

/** A group of rows that come and go together, such as a trip rule. */
export interface Group {
  readonly title: string;
  /** The words on the button that adds the group. */
  readonly add: string;
  readonly fields: readonly Field[];
  /** What the first field gets when the group is added. */
  readonly start: string;
}

const field = (
  name: string,
  label: string,
  byDefault: string,
  from: number,
  to: number,
  step?: number,
): Field => ({
  name,
  label,
  default: byDefault,
  from,
  to,
  ...(step !== undefined && { step }),
});

export const excess: Group = {
  title: 'More failures than successes',
  add: 'excess of failures',
  start: '6',
  fields: [
    field('excessFailureThreshold', 'Failures more', '6', 1, 50, 1),
    field('excessDuration', 'For, ms', '1000', 10, 60_000),
  ],
};

export const rate: Group = {
  title: 'Failure rate',
  add: 'failure rate',
  start: '0.5',
  fields: [field('failureRateThreshold', 'Failure rate', '0.5', 0.05, 1, 0.05)],
};

export const row: Group = {
  title: 'Failures in a row',
  add: 'failures in a row',
  start: '5',
  fields: [field('consecutiveFailureThreshold', 'Failures in a row', '5', 1, 50, 1)],
};

export const slow: Group = {
  title: 'Slow calls',
  add: 'slow calls',
  start: '1000',
  fields: [
    field('slowCallDuration', 'Slow after, ms', 'off', 10, 30_000),
    field('slowCallRateThreshold', 'Slow rate', 'off', 0.05, 1, 0.05),
  ],
};

/** What a rate needs beside its threshold. */
export const window: readonly Field[] = [
  field('minimumCalls', 'Minimum calls', '10', 1, 200, 1),
  field('rollingWindow', 'Window, ms', '10000', 100, 600_000),
];

export const tripRules: readonly Group[] = [excess, rate, row, slow];

export const openTime: Field = field('retryTimeout', 'Open for, ms', 'from 1 s', 50, 120_000);

/** Half-open by rounds. */
export const rounds: Field = field('probeGrowth', 'More each round', '2', 1, 20, 1);

/** Half-open with fixed numbers. */
export const fixed: readonly Field[] = [
  field('successThreshold', 'Good probes', '1', 1, 20, 1),
  field('maxProbes', 'Probes at once', 'as above', 1, 20, 1),
  field('probeFailureThreshold', 'Bad probes', '1', 1, 20, 1),
];

/** The place of a value on a slider of milliseconds, from 0 to 1000. */
export function toSlider({ from, to, step }: Field, value: number): number {
  if (step !== undefined) return value;
  return (1_000 * Math.log(Math.max(value, from) / from)) / Math.log(to / from);
}

/** The value at a place of a slider: milliseconds with two digits that count. */
export function fromSlider({ from, to, step }: Field, place: number): number {
  if (step !== undefined) return Number(place.toFixed(2));
  return Number((from * (to / from) ** (place / 1_000)).toPrecision(2));
}
