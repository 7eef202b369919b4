// The one source of the Grafana dashboard and of the alert rules: what is asked of Prometheus, and why.
// `node observability/generate.ts` writes the files that are shipped; a test holds them to this source.

/** What a panel shows of a query: its text, and how a line of its legend reads. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly kind: 'stat' | 'states' | 'lines' | 'bars';
  /** Grafana's name of the unit. */
  readonly unit: 'short' | 'percentunit' | 'cps';
  /** Columns of 24. */
  readonly width: number;
  readonly queries: readonly Query[];
}

export interface Alert {
  readonly name: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: 'warning' | 'info';
  readonly summary: string;
  readonly description: string;
}

/** The series that the variables at the head of the dashboard choose. */
const chosen = 'job=~"$job", instance=~"$instance", name=~"$name"';

function rate(metric: string, filter = ''): string {
  const labels = filter === '' ? chosen : `${chosen}, ${filter}`;
  return `rate(circuit_breaker_${metric}{${labels}}[$__rate_interval])`;
}

function quotient(by: string, above: string, below: string): string {
  return `sum by (${by}) (${above}) / (sum by (${by}) (${below}) > 0)`;
}

/** The states of a timeline, the gravest last: a group shows the gravest state of its breakers. */
export const timeline: readonly { label: string; text: string; color: string }[] = [
  { label: 'closed', text: 'closed', color: 'green' },
  { label: 'disabled', text: 'disabled', color: 'blue' },
  { label: 'half_open', text: 'half-open', color: 'yellow' },
  { label: 'open', text: 'open', color: 'red' },
  { label: 'isolated', text: 'isolated', color: 'purple' },
];

const gravest = timeline
  .map(({ label }, grave) => {
    return `(circuit_breaker_state{${chosen}, state="${label}"} > bool 0) * ${grave}`;
  })
  .join('\n  or ');

export const panels: readonly Panel[] = [
  {
    title: 'Not closed now',
    description: 'Breakers that are open, half-open, isolated or disabled.',
    kind: 'stat',
    unit: 'short',
    width: 4,
    queries: [
      {
        expr: `sum(circuit_breaker_state{${chosen}, state!="closed"})`,
        legend: 'breakers',
      },
    ],
  },
  {
    title: 'Refused',
    description: 'Calls that the breakers refused, of all calls.',
    kind: 'stat',
    unit: 'percentunit',
    width: 4,
    queries: [
      {
        expr: `sum(${rate('calls_total', 'outcome="rejected"')}) / (sum(${rate('calls_total')}) > 0) or vector(0)`,
        legend: 'refused',
      },
    ],
  },
  {
    title: 'State',
    description: 'The state of each name; a group shows the gravest state of its breakers.',
    kind: 'states',
    unit: 'short',
    width: 16,
    queries: [{ expr: `max by (name) (\n  ${gravest}\n)`, legend: '{{name}}' }],
  },
  {
    title: 'Time not closed',
    description:
      'Share of the time in which a breaker was not closed. Short openings between two scrapes count too.',
    kind: 'lines',
    unit: 'percentunit',
    width: 12,
    queries: [
      {
        expr: quotient(
          'name',
          rate('time_seconds_total', 'state!="closed"'),
          rate('time_seconds_total'),
        ),
        legend: '{{name}}',
      },
    ],
  },
  {
    title: 'Calls by outcome',
    description: 'Calls a second. Rejected calls never reached the service.',
    kind: 'bars',
    unit: 'cps',
    width: 12,
    queries: [{ expr: `sum by (outcome) (${rate('calls_total')})`, legend: '{{outcome}}' }],
  },
  {
    title: 'Failure ratio',
    description:
      'Failures divided by calls: of the traffic, and of the window that the breaker judges by.',
    kind: 'lines',
    unit: 'percentunit',
    width: 12,
    queries: [
      {
        expr: quotient(
          'name',
          rate('calls_total', 'outcome="failure"'),
          rate('calls_total', 'outcome=~"success|failure"'),
        ),
        legend: '{{name}}, traffic',
      },
      {
        expr: `max by (name) (circuit_breaker_failure_ratio{${chosen}})`,
        legend: '{{name}}, window',
      },
    ],
  },
  {
    title: 'Transitions',
    description: 'Changes of state, by the state entered.',
    kind: 'bars',
    unit: 'short',
    width: 12,
    queries: [
      {
        expr: `sum by (name, state) (${rate('transitions_total').replace('rate(', 'increase(')}) > 0`,
        legend: '{{name}} to {{state}}',
      },
    ],
  },
  {
    title: 'In flight',
    description: 'Calls that have been admitted and have not ended.',
    kind: 'lines',
    unit: 'short',
    width: 12,
    queries: [
      { expr: `sum by (name) (circuit_breaker_active_calls{${chosen}})`, legend: '{{name}}' },
    ],
  },
  {
    title: 'Slow calls',
    description: 'Calls that ended slow, of the calls that ended; 0 without slowCallDuration.',
    kind: 'lines',
    unit: 'percentunit',
    width: 12,
    queries: [
      {
        expr: quotient(
          'name',
          rate('slow_calls_total'),
          rate('calls_total', 'outcome=~"success|failure"'),
        ),
        legend: '{{name}}',
      },
    ],
  },
];

export const alerts: readonly Alert[] = [
  {
    name: 'CircuitBreakerOpen',
    expr: 'sum without (state) (rate(circuit_breaker_time_seconds_total{state="open"}[5m]))\n  / sum without (state) (rate(circuit_breaker_time_seconds_total[5m])) > 0.5',
    for: '2m',
    severity: 'warning',
    summary: 'The circuit breaker {{ $labels.name }} is open',
    description:
      'It was open for {{ $value | humanizePercentage }} of the last 5 minutes: the service behind it does not recover.',
  },
  {
    name: 'CircuitBreakerRefusing',
    expr: 'sum without (outcome) (rate(circuit_breaker_calls_total{outcome="rejected"}[5m]))\n  / sum without (outcome) (rate(circuit_breaker_calls_total[5m])) > 0.05',
    for: '5m',
    severity: 'warning',
    summary: 'The circuit breaker {{ $labels.name }} refuses calls',
    description: 'It refused {{ $value | humanizePercentage }} of the calls of the last 5 minutes.',
  },
  {
    name: 'CircuitBreakerFlapping',
    expr: 'sum without (state) (increase(circuit_breaker_transitions_total{state="closed"}[30m]))\n  / clamp_min(sum without (state) (circuit_breaker_state), 1) >= 4',
    for: '0m',
    severity: 'warning',
    summary: 'The circuit breaker {{ $labels.name }} opens and closes again and again',
    description:
      'It closed {{ $value | humanize }} times in 30 minutes: the service comes back and fails again, or the settings are too tight.',
  },
  {
    name: 'CircuitBreakerHeld',
    expr: 'circuit_breaker_state{state=~"isolated|disabled"} > 0',
    for: '1h',
    severity: 'info',
    summary: 'The circuit breaker {{ $labels.name }} is {{ $labels.state }} by hand',
    description: 'Somebody has held it for an hour. Is the hold still wanted?',
  },
];
