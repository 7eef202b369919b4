import { type Reading, states } from './reading.js';

/** A counter only grows. Sums add up over processes, gauges do not. */
export type MetricKind = 'counter' | 'sum' | 'gauge';

/** A metric, for Prometheus and OpenTelemetry alike. */
export interface Metric {
  /** The name behind `circuit_breaker`. */
  readonly name: string;
  /** In the notation of UCUM, the one of OpenTelemetry. */
  readonly unit: '{call}' | '{transition}' | '1' | 's';
  readonly kind: MetricKind;
  readonly help: string;
  /** The label that distinguishes the series; a metric without a label has one series. */
  readonly label?: 'outcome' | 'state';
  /** The values, each with the value of the label. */
  values(reading: Reading): readonly (readonly [label: string, value: number])[];
}

/** The state as a label: `half_open`. */
function stateLabel(state: string): string {
  return state.replace('-', '_');
}

function byState(value: (state: (typeof states)[number]) => number): [string, number][] {
  return states.map((state) => [stateLabel(state), value(state)]);
}

/** Every metric but the histogram of durations, in the order of exports. */
export const metrics: readonly Metric[] = [
  {
    name: 'calls',
    unit: '{call}',
    kind: 'counter',
    help: 'Calls by outcome; rejected: refused by the breaker; late: ended after the state that admitted the call.',
    label: 'outcome',
    values: ({ totals }) => [
      ['success', totals.successes],
      ['failure', totals.failures],
      ['ignored', totals.ignored],
      ['cancelled', totals.cancelled],
      ['late', totals.late],
      ['rejected', totals.rejected],
    ],
  },
  {
    name: 'slow_calls',
    unit: '{call}',
    kind: 'counter',
    help: 'Calls that ended when they were older than slowCallDuration.',
    values: ({ totals }) => [['', totals.slow]],
  },
  {
    name: 'state',
    unit: '1',
    kind: 'sum',
    help: 'Breakers in each state now.',
    label: 'state',
    values: ({ breakers }) => byState((state) => breakers[state]),
  },
  {
    name: 'time',
    unit: 's',
    kind: 'counter',
    help: 'Seconds that breakers have spent in each state.',
    label: 'state',
    values: ({ totals }) => byState((state) => totals.time[state] / 1_000),
  },
  {
    name: 'transitions',
    unit: '{transition}',
    kind: 'counter',
    help: 'Changes of state, by the state entered.',
    label: 'state',
    values: ({ totals }) => byState((state) => totals.transitions[state]),
  },
  {
    name: 'active_calls',
    unit: '{call}',
    kind: 'sum',
    help: 'Calls that have been admitted and have not ended.',
    values: ({ active }) => [['', active]],
  },
  {
    name: 'failure_ratio',
    unit: '1',
    kind: 'gauge',
    help: 'Failures divided by calls in the window of the breaker, from 0 to 1; 0 while the window is empty.',
    values: ({ failures, calls }) => [['', calls === 0 ? 0 : failures / calls]],
  },
];
