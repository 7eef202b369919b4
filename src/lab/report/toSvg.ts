import type { Comparison } from '../compare/compare.js';
import type { Run } from '../compare/play.js';
import type { Strip } from '../compare/strip.js';
import type { Score } from '../score/score.js';
import { inWords, round } from '../score/words.js';
import type { Tuning } from '../tune/tune.js';
import { document, label, rectangle } from './svg.js';

const WIDTH = 760;
const MARGIN = 20;

/**
 * A report as an SVG picture, for light and dark pages: a run as a strip of its day, a comparison as bars.
 *
 * @param report A run, a comparison, or a tuning, of which the comparison on held-out days is drawn.
 * @example
 * ```ts
 * writeFileSync('comparison.svg', toSvg(compare(plan, candidates)));
 * ```
 */
export function toSvg(report: Run | Comparison | Tuning): string {
  if (report.kind === 'tuning') return comparisonPicture(report.comparison);
  return report.kind === 'run' ? runPicture(report) : comparisonPicture(report);
}

// --- a run ---

const BARS = 120;
const BAND = 18;

function runPicture({ seed, strip, score }: Run): string {
  const { answered, failed, refused, breakers } = strip;
  const inner = WIDTH - 2 * MARGIN;
  const wide = inner / answered.length;
  const highest = Math.max(
    1,
    ...answered.map((it, n) => it + (failed[n] as number) + (refused[n] as number)),
  );
  const floor = MARGIN + 24 + BARS;
  const at = (ms: number): number => MARGIN + (ms / (strip.column * answered.length)) * inner;
  const parts = [label(MARGIN, MARGIN + 4, 'title', `Day ${seed}: ${sentence(score)}`)];
  for (const { kind, start, end } of strip.incidents) {
    const [x, width] = [at(start), Math.max(1, at(end) - at(start))];
    parts.push(rectangle('trouble', x, floor - BARS - 6, width, BARS + 6));
    parts.push(label(x + 4, floor - BARS + 6, 'note', kind));
  }
  for (const [n, good] of answered.entries()) {
    let y = floor;
    for (const [name, count] of [
      ['answered', good],
      ['failed', failed[n] as number],
      ['refused', refused[n] as number],
    ] as const) {
      const height = (count / highest) * BARS;
      if (height === 0) continue;
      y -= height;
      parts.push(rectangle(name, MARGIN + n * wide, y, Math.max(0.6, wide - 0.6), height));
    }
  }
  let y = floor + 8;
  for (const states of breakers) {
    for (const [n, { at: from, state }] of states.entries()) {
      const to = states[n + 1]?.at ?? strip.column * answered.length;
      if (to > from) parts.push(rectangle(state, at(from), y, at(to) - at(from), BAND - 4));
    }
    y += BAND;
  }
  parts.push(...axis(strip, at, y + 12));
  parts.push(
    ...legend(y + 34, [
      ['answered', 'answered'],
      ['failed', 'failed'],
      ['refused', 'refused'],
      ['closed', 'closed'],
      ['open', 'open'],
      ['half-open', 'half-open'],
    ]),
  );
  return document(WIDTH, y + 50, `Day ${seed} of the plan: ${sentence(score)}`, parts);
}

function sentence({ requests, answered, failed, refused }: Score): string {
  return `${requests} requests, ${answered} answered, ${failed} failed, ${refused} refused`;
}

/** Five instants below the strip. */
function axis({ column, answered }: Strip, at: (ms: number) => number, y: number): string[] {
  const duration = column * answered.length;
  return [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const anchor = part === 0 ? 'note' : part === 1 ? 'note end' : 'note middle';
    return label(at(part * duration), y, anchor, part === 0 ? '0' : inWords(part * duration));
  });
}

// --- a comparison ---

const ROW = 46;
const NAMES = 150;
const COSTS = 110;

function comparisonPicture({ standings, seeds }: Comparison): string {
  const most = Math.max(1, ...standings.map(({ score }) => score.requests));
  const inner = WIDTH - 2 * MARGIN - NAMES - COSTS;
  const cheapest = Math.min(...standings.map(({ score }) => score.cost));
  const days = seeds.length === 1 ? 'one day' : `the mean of ${seeds.length} days`;
  const parts = [
    label(MARGIN, MARGIN + 4, 'title', `What became of the requests, ${days}`),
    label(WIDTH - MARGIN, MARGIN + 4, 'note end', 'cost'),
  ];
  let y = MARGIN + 22;
  for (const { name, score } of standings) {
    parts.push(label(MARGIN, y + 18, 'name', shortened(name)));
    let x = MARGIN + NAMES;
    for (const measure of ['answered', 'failed', 'refused'] as const) {
      const width = (score[measure] / most) * inner;
      if (width > 0) parts.push(rectangle(measure, x, y + 4, width, 20));
      x += width;
    }
    const share = round((score.answered / Math.max(1, score.requests)) * 100);
    parts.push(
      label(
        MARGIN + NAMES,
        y + 37,
        'note',
        `${share} % answered, ${round(score.failed)} failed, ${round(score.refused)} refused, ` +
          `${round(score.secondsInVain)} s in vain`,
      ),
    );
    const best = score.cost === cheapest ? ' best' : '';
    parts.push(label(WIDTH - MARGIN, y + 19, `name end${best}`, String(round(score.cost))));
    y += ROW;
  }
  parts.push(
    ...legend(y + 12, [
      ['answered', 'answered'],
      ['failed', 'failed'],
      ['refused', 'refused'],
    ]),
  );
  const words = standings
    .map(({ name, score }) => `${name}: cost ${round(score.cost)}, ${sentence(rounded(score))}`)
    .join('; ');
  return document(WIDTH, y + 28, words, parts);
}

function rounded(score: Score): Score {
  return Object.fromEntries(
    Object.entries(score).map(([name, value]) => [name, round(value as number)]),
  ) as unknown as Score;
}

function shortened(name: string): string {
  return name.length <= 20 ? name : `${name.slice(0, 19)}…`;
}

function legend(y: number, entries: readonly (readonly [name: string, words: string])[]): string[] {
  let x = MARGIN;
  return entries.flatMap(([name, words]) => {
    const parts = [rectangle(name, x, y - 9, 11, 11), label(x + 16, y, 'note', words)];
    x += 36 + words.length * 7;
    return parts;
  });
}
