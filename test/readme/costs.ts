import { readFileSync } from 'node:fs';

interface Figure {
  readonly title: string;
  /** `isolated`: a process each; `shared`: all in one. Empty where there is no such difference. */
  readonly mode: string;
  readonly value: number;
}

const { rows }: { rows: Figure[] } = JSON.parse(
  readFileSync(new URL('../../bench/results.json', import.meta.url), 'utf8'),
);

/** The figure; undefined where the last whole run has measured none. */
function figure(title: string, mode = ''): number | undefined {
  const value = rows.find((row) => row.title === title && row.mode === mode)?.value;
  return typeof value === 'number' ? value : undefined; // a failed measurement leaves its message
}

/**
 * A row of the table: what the call does, beside what, and the title of the figure, or of its inverse. A row without
 * figures is empty, and does not appear.
 */
function row(call: string, beside: string, title: string, inverse = false): string {
  const cells = ['isolated', 'shared'].map((mode) => {
    const value = figure(title, mode)?.toPrecision(2);
    return inverse && value !== undefined ? `1/${value}` : value;
  });
  return cells.includes(undefined) ? '' : `| ${call} | ${beside} | ${cells.join(' | ')} |`;
}

function bytes(title: string, of: string): string {
  const value = figure(title);
  return value === undefined ? '' : `${Math.round(value)} bytes ${of}`;
}

interface Watching {
  readonly title: string;
  readonly call: string;
  readonly median: number;
}

const watching: { rows: Watching[] } = JSON.parse(
  readFileSync(new URL('../../bench/telemetry.json', import.meta.url), 'utf8'),
);

/** A row of the table of what watching costs: the calls of a watched breaker beside one that nobody watches. */
function watched(name: string, title: string): string {
  const cells = ['operator', 'execute', 'refused'].map((call) => {
    const found = watching.rows.find((row) => row.title === title && row.call === call);
    if (found === undefined) throw new Error(`bench/telemetry.json has no figure "${title}"`);
    return found.median.toPrecision(2);
  });
  return `| ${name} | ${cells.join(' | ')} |`;
}

function scrape(title: string): number {
  const found = watching.rows.find((row) => row.title === title);
  if (found === undefined) throw new Error(`bench/telemetry.json has no figure "${title}"`);
  return found.median;
}

const oneSum = scrape('a scrape of 1,000 keys, added up ÷ the default metrics of Node');
const eachKey = scrape('a scrape of 1,000 keys, each shown ÷ added up');

/** What the page about metrics has to say of the cost of watching, from the results of the bench. */
export const watchingCosts: readonly string[] = [
  `A scrape of 1 000 keys takes ${oneSum.toPrecision(2)} times as long`,
  `with each key shown, ${Math.round(eachKey)} times as long as added up`,
  watched('`state$`', 'state$'),
  watched('metrics attached, Prometheus', 'metrics attached, Prometheus'),
  watched('metrics attached, OpenTelemetry', 'metrics attached, OpenTelemetry'),
  watched('`traceRefusals`', 'refusals traced, OpenTelemetry'),
  watched('a live page is open', 'a page is open'),
  watched('durations on, Prometheus', 'durations on, Prometheus'),
  watched('durations on, OpenTelemetry', 'durations on, OpenTelemetry'),
];

/** What the README has to say of the costs, from the results of the bench. */
export const costs: readonly string[] = [
  row('succeeds', '`map(x => x)`', 'rx.ok: ours ÷ map'),
  row(
    'succeeds later, both above a bare subscription',
    '`map(x => x)`',
    'rx.async: added cost, ours ÷ map',
  ),
  row('succeeds', 'a window of ten seconds', 'rx.ok: ours ÷ ours/window'),
  row('succeeds, in a window of calls', '`map(x => x)`', 'rx.ok: ours/calls ÷ map'),
  row('succeeds, slow calls counted', '`map(x => x)`', 'rx.ok: ours/slow ÷ map'),
  row('has a value more', 'a bare subscription', 'rx.stream: ours ÷ bare'),
  row('is refused', 'a bare `throwError`', 'rx.open: ours ÷ bare'),
  row('is refused', 'opossum', 'rx.open: opossum/default ÷ ours', true),
  row('is refused', 'cockatiel', 'rx.open: cockatiel/sampling ÷ ours', true),
  row('succeeds, by `execute`', 'cockatiel', 'p.ok: ours/execute ÷ cockatiel/consecutive'),
  row('succeeds, by `execute`', 'opossum', 'p.ok: opossum/default ÷ ours/execute', true),
  row('succeeds, a promise through the operator', '`execute`', 'p.ok: ours ÷ ours/execute'),
  row('is one HTTP request on loopback (undici)', 'the request alone', 'http.request: ours ÷ bare'),
  bytes('bytes per idle breaker (100,000)', 'idle'),
  bytes('bytes per idle breaker with options of its own', 'with options of its own'),
  bytes('bytes per breaker after its first call', 'after its first call'),
  bytes('bytes held per call in flight', 'in flight'),
  bytes('bytes each in a registry, with it', 'each'),
].filter((text) => text !== '');
