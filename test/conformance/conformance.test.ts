import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { gobreaker } from './gobreaker.ts';
import { pack } from './pack.ts';
import { polly } from './polly.ts';
import { type Dialect, type Report, replay } from './replay.ts';
import { resilience4j } from './resilience4j.ts';
import { type PackedFamily, type Settings, unpack } from './trace.ts';

/** Of a family: what has to be compared at the very least, so that a cut that cuts all fails. */
interface AtLeast {
  readonly ops: number;
  readonly admissions: number;
  readonly refusals: number;
  readonly transitions: number;
  readonly counts: number;
}

const least = (
  ops: number,
  admissions: number,
  refusals: number,
  transitions: number,
  counts: number,
): AtLeast => ({ ops, admissions, refusals, transitions, counts });

const atLeast: Readonly<Record<string, AtLeast>> = {
  'gobreaker-seed': least(4682, 1962, 678, 142, 4682),
  'gobreaker-consecutive': least(5951, 2323, 670, 581, 5951),
  'gobreaker-halfopen-maxrequests': least(6784, 2625, 909, 617, 6784),
  'gobreaker-excluded': least(4673, 1889, 447, 321, 4673),
  'gobreaker-inflight-across-generations': least(5230, 2180, 526, 303, 5230),
  'gobreaker-rolling-buckets': least(4186, 1605, 653, 432, 4186),
  'resilience4j-count-based': least(4247, 1820, 245, 250, 3866),
  'resilience4j-time-based': least(3552, 1495, 147, 141, 3353),
  'resilience4j-slow-calls': least(3627, 1408, 410, 373, 2936),
  'polly7-advanced': least(3671, 1493, 214, 204, 1266),
};

const dialects: readonly (readonly [RegExp, (settings: Settings) => Dialect])[] = [
  [/^gobreaker/, gobreaker],
  [/^resilience4j/, resilience4j],
  [/^polly7-advanced/, polly],
];

// Others of the same kind can be tried by `TRACES=<folder of breaker-trace/1 files>`.
const { TRACES } = process.env;
const folder = TRACES ?? fileURLToPath(new URL('data', import.meta.url));

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const parsed = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const family = unpack(TRACES === undefined ? (parsed as PackedFamily) : pack(parsed));
  const dialect = dialects.find(([name]) => name.test(family.family))?.[1];
  if (dialect === undefined) {
    // nothing would be compared, and that must not look like agreement
    test(`${family.family} has a dialect`, () => expect.unreachable('add one to the dialects'));
    continue;
  }

  describe(`${family.family}: does as ${family.system} did`, () => {
    for (const observed of [true, false]) {
      test(observed ? 'with somebody who listens' : 'with nobody who listens', () => {
        const reports = family.traces.map((trace) => replay(trace, dialect, observed));
        const compared = total(reports);
        const cut = tally(reports.flatMap(({ cut }) => cut));
        const whole = reports.filter(({ cut }) => cut.length === 0).length;
        const recorded = family.traces.reduce((sum, { ops }) => sum + ops.length, 0);
        if (observed) {
          console.log(
            `${family.family}: ${family.traces.length} traces, ${whole} of them whole; ` +
              `${compared.ops} of ${recorded} ops: ${compared.admissions} admissions, ` +
              `${compared.refusals} refusals, ${compared.states} states, ` +
              `${compared.transitions} transitions, ${compared.counts} counts; ` +
              `${compared.apart} ops while they remembered different things${cut}`,
          );
        }
        expect(reports.flatMap(({ difference }) => difference ?? [])).toEqual([]);
        if (TRACES !== undefined) {
          expect(compared.ops).toBeGreaterThan(recorded / 2);
          return;
        }
        const wanted = Object.entries(atLeast[family.family] ?? {});
        expect(wanted).not.toEqual([]);
        for (const [what, least] of wanted) {
          expect(compared[what as keyof AtLeast], what).toBeGreaterThanOrEqual(least);
        }
      });
    }
  });
}

test('every family is there', () => {
  const files = readdirSync(new URL('data/', import.meta.url));
  for (const family of Object.keys(atLeast)) expect(files).toContain(`${family}.json`);
});

function total(reports: readonly Report[]): Omit<Report, 'cut' | 'difference'> {
  const sum = (of: (report: Report) => number): number =>
    reports.reduce((all, report) => all + of(report), 0);
  return {
    ops: sum(({ ops }) => ops),
    admissions: sum(({ admissions }) => admissions),
    refusals: sum(({ refusals }) => refusals),
    states: sum(({ states }) => states),
    transitions: sum(({ transitions }) => transitions),
    counts: sum(({ counts }) => counts),
    apart: sum(({ apart }) => apart),
  };
}

function tally(reasons: readonly string[]): string {
  return [...new Set(reasons)]
    .map((reason) => `; cut ${reasons.filter((other) => other === reason).length} times: ${reason}`)
    .join('');
}
