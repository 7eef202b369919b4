import { type Alert, alerts, type Panel, panels, timeline } from './queries.ts';

/** The files that are shipped, by name. */
export function files(): Record<string, string> {
  return {
    'grafana-dashboard.json': `${JSON.stringify(dashboard(), null, 2)}\n`,
    'prometheus-alerts.yaml': rules(),
  };
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills in the variable of the dashboard
const datasource = { type: 'prometheus', uid: '${datasource}' };
const height = 8;

function dashboard(): object {
  let [x, y] = [0, 0];
  const placed = panels.map((panel, index) => {
    if (x + panel.width > 24) [x, y] = [0, y + height];
    const gridPos = { x, y, w: panel.width, h: height };
    x += panel.width;
    return { id: index + 1, gridPos, ...drawn(panel) };
  });
  return {
    uid: 'rxjs-circuit-breaker',
    title: 'Circuit breakers',
    description:
      'Made by rxjs-circuit-breaker/prometheus: which breakers are not closed, and what that costs.',
    tags: ['circuit-breaker', 'rxjs'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    graphTooltip: 1, // one crosshair over all panels
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        ...['job', 'instance', 'name'].map(variable),
      ],
    },
    panels: placed,
  };
}

/** A choice at the head of the dashboard, of the values that the label has. */
function variable(label: string): object {
  const query = `label_values(circuit_breaker_state, ${label})`;
  return {
    name: label,
    label,
    type: 'query',
    datasource,
    definition: query,
    query: { query, refId: label },
    refresh: 2, // when the time range changes
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: ['All'], value: ['$__all'] },
  };
}

function drawn({ title, description, kind, unit, queries }: Panel): object {
  const refIds = 'ABCDEFGH';
  return {
    title,
    description,
    datasource,
    targets: queries.map(({ expr, legend }, index) => ({
      refId: refIds[index],
      datasource,
      expr,
      legendFormat: legend,
      range: true,
    })),
    ...look(kind, unit),
  };
}

function look(kind: Panel['kind'], unit: Panel['unit']): object {
  if (kind === 'states') {
    const options = Object.fromEntries(
      timeline.map(({ text, color }, value) => [value, { text, color, index: value }]),
    );
    return {
      type: 'state-timeline',
      fieldConfig: {
        defaults: { unit, mappings: [{ type: 'value', options }], custom: { fillOpacity: 80 } },
        overrides: [],
      },
      options: { mergeValues: true, showValue: 'auto', legend: { showLegend: false } },
    };
  }
  const range = unit === 'percentunit' ? { min: 0, max: 1 } : { min: 0 };
  if (kind === 'stat') {
    const steps = [
      { color: 'green', value: null },
      { color: 'red', value: unit === 'percentunit' ? 0.05 : 1 },
    ];
    return {
      type: 'stat',
      fieldConfig: {
        defaults: { unit, ...range, thresholds: { mode: 'absolute', steps } },
        overrides: [],
      },
      options: {
        colorMode: 'background',
        graphMode: 'area',
        reduceOptions: { calcs: ['lastNotNull'] },
      },
    };
  }
  const custom =
    kind === 'bars'
      ? { drawStyle: 'bars', fillOpacity: 80, stacking: { mode: 'normal', group: 'A' } }
      : { drawStyle: 'line', fillOpacity: 10 };
  return {
    type: 'timeseries',
    fieldConfig: { defaults: { unit, ...range, custom }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
  };
}

function rules(): string {
  return `# Alert rules for rxjs-circuit-breaker/prometheus: add the file to rule_files in prometheus.yml.
groups:
  - name: rxjs-circuit-breaker
    rules:
${alerts.map(rule).join('\n')}`;
}

function rule({ name, expr, for: time, severity, summary, description }: Alert): string {
  const lines = expr.split('\n').map((line) => `          ${line}`);
  return `      - alert: ${name}
        expr: |-
${lines.join('\n')}
        for: ${time}
        labels:
          severity: ${severity}
        annotations:
          summary: ${JSON.stringify(summary)}
          description: ${JSON.stringify(description)}
`;
}
