import type { Comparison, Difference, Standing } from '../compare/compare.js';
import type { Run } from '../compare/play.js';
import type { Judgement } from '../expect/expectation.js';
import type { IncidentScore } from '../score/incidentScore.js';
import type { Score } from '../score/score.js';
import type { Spread } from '../score/spread.js';
import { inWords, plural, round } from '../score/words.js';
import type { ShadowReport } from '../shadow/shadow.js';
import type { Tuning } from '../tune/tune.js';
import { grid } from './grid.js';

/** The measures of a table, with their words. */
const measures: readonly (readonly [measure: keyof Score, words: string])[] = [
  ['requests', 'requests'],
  ['answered', 'answered'],
  ['failed', 'failed'],
  ['refused', 'refused'],
  ['refusedInVain', '  in vain: the service was well'],
  ['running', 'still running'],
  ['letIntoBroken', 'calls let into a broken service'],
  ['secondsInVain', 'seconds waited in vain'],
  ['openings', 'openings'],
  ['falseOpenings', '  false: the service was well'],
  ['cost', 'cost'],
];

/** What a breaker never did has no time: a dash, and never 0. */
const DASH = '-';

/**
 * A report as a table of plain text, for a terminal or a log.
 *
 * @param report A run, a comparison, a tuning, or the report of a shadow.
 * @example
 * ```ts
 * console.log(toTable(compare(plan, { none: null, defaults: {}, ours: paymentOptions })));
 * ```
 */
export function toTable(report: Run | Comparison | Tuning | ShadowReport): string {
  if (report.kind === 'run') return join(runTable(report), report.notes);
  if (report.kind === 'tuning') return tuningTable(report);
  return report.kind === 'shadow' ? shadowTable(report) : comparisonTable(report);
}

function comparisonTable(report: Comparison): string {
  const { standings, differences, seeds } = report;
  const head = `The mean of ${plural(seeds.length, 'day')}`;
  return join(
    [
      head,
      grid([
        ['', ...standings.map(({ name }) => name)],
        ...scoreRows(standings.map((it) => it.score)),
      ]),
      ...incidentTables(standings),
      ...differences.map(differenceTable),
    ].join('\n\n'),
    report.notes,
  );
}

/** The settings that a tuning recommends, what they are worth, and the front. */
function tuningTable({
  plain,
  best,
  front,
  requirements,
  comparison,
  days,
  notes,
}: Tuning): string {
  const parts = [
    `The plain settings, each option worth at least 1 % of the cost; found in ${days} days of play:\n${plain.code}`,
  ];
  if (best.code !== plain.code) parts.push(`The settings with the least cost:\n${best.code}`);
  if (requirements.length > 0) parts.push(judgementTable(requirements));
  parts.push('On days that the search never saw:', comparisonTable({ ...comparison, notes: [] }));
  const rows = front.map(({ score, code }) => [
    code.replaceAll(/\s+/g, ' '),
    ...(['failed', 'refused', 'letIntoBroken', 'cost'] as const).map((it) => figure(score[it])),
  ]);
  parts.push(
    'Settings of which none beats another in every respect:',
    grid([['', 'failed', 'refused', 'let into a broken service', 'cost'], ...rows]),
  );
  return join(parts.join('\n\n'), notes);
}

/** What became of expectations. */
export function judgementTable(judgements: readonly Judgement[]): string {
  return grid([
    ['expected', 'seen', ''],
    ...judgements.map(({ text, seen, met }) => [text, seen, met ? 'met' : 'NOT MET']),
  ]);
}

function shadowTable(report: ShadowReport): string {
  const { since, until, state, calls, refused, refusedInVain, spared, unknown } = report;
  return grid([
    ['The new settings would have', ''],
    ['seen calls', figure(calls)],
    ['refused', figure(refused)],
    ['  in vain: the call was answered', figure(refusedInVain)],
    ['  rightly: the call failed', figure(spared)],
    ['opened', figure(report.opened)],
    ['closed', figure(report.closed)],
    ['been now', state],
    ['watched for', inWords(until - since)],
    ['refused by the breaker itself, so unknown', figure(unknown)],
  ]);
}

function join(table: string, notes: readonly string[]): string {
  return [table, ...notes].join('\n\n');
}

function runTable({ seed, score, incidents, openings }: Run): string {
  const parts = [
    grid([['', `day ${seed}`], ...scoreRows([score])]),
    ...incidentTables([{ name: '', incidents }]),
  ];
  if (openings.length > 0) parts.push(openings.map(({ sentence }) => sentence).join('\n'));
  return parts.join('\n\n');
}

function scoreRows(scores: readonly Score[]): string[][] {
  return measures.map(([measure, words]) => [
    words,
    ...scores.map((score) => figure(score[measure])),
  ]);
}

/** A number with three digits that count; thousands in groups. */
function figure(value: number): string {
  const rounded = String(round(value));
  return rounded.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ' ');
}

/** One table for all incidents; none for a plan without incidents. */
function incidentTables(standings: readonly Pick<Standing, 'name' | 'incidents'>[]): string[] {
  const incidents = standings[0]?.incidents ?? [];
  if (incidents.length === 0) return [];
  const rows = [['', 'opened', 'to open p50', 'p95', 'to close p50', 'p95', 'not closed']];
  for (const { index, kind, expect } of incidents) {
    const head = `incident ${index + 1}: ${kind}${expect === null ? '' : `, expected ${expect}`}`;
    const own = standings.map((it) => incidentRow(it.incidents[index] as IncidentScore));
    if (standings.length === 1) {
      rows.push([head, ...(own[0] as string[])]);
    } else {
      rows.push([head]);
      for (const [n, { name }] of standings.entries())
        rows.push([`  ${name}`, ...(own[n] as string[])]);
    }
  }
  return [grid(rows)];
}

function incidentRow(score: IncidentScore): string[] {
  const { breakers, opened, timeToOpen, timeToClose, notClosed } = score;
  if (breakers === 0) return [DASH, DASH, DASH, DASH, DASH, DASH];
  return [
    `${round(opened * 100)} %`,
    ...times(timeToOpen),
    ...times(timeToClose),
    notClosed === 0 ? DASH : String(notClosed),
  ];
}

function times(spread: Spread | null): string[] {
  return spread === null ? [DASH, DASH] : [inWords(spread.p50), inWords(spread.p95)];
}

function differenceTable({ name, from, by }: Difference): string {
  return grid([
    [`${name} minus ${from}`, 'a day', '95 % from', 'to'],
    ...measures
      .filter(([measure]) => measure !== 'requests')
      .map(([measure, words]) => {
        const { mean, low, high } = by[measure];
        return [words, signed(mean), signed(low), signed(high)];
      }),
  ]);
}

function signed(value: number): string {
  return value > 0 ? `+${figure(value)}` : figure(value);
}
