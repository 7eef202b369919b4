// Sums up the last mutation run: the score of each file, and the survivors that `survivors.json` gives no
// reason for. Fails for a folder that misses the goal, for a survivor without a reason, and where the list speaks of a
// mutant that does not survive. The claims alone (`MARBLES_ONLY=1`) have no such goal: their report shows the scores only.
import { readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { record, records } from '../records.ts';

/** A mutant that no test can tell from the original, with the reason why that does not matter. */
interface Excused {
  readonly file: string;
  /** The line it is in, trimmed, and what stands there instead of `original`. */
  readonly line: string;
  readonly original: string;
  readonly mutant: string;
  readonly reason: string;
}

interface Mutant {
  readonly location: Record<'start' | 'end', { readonly line: number; readonly column: number }>;
  readonly replacement?: string;
  readonly status: string;
}

interface Report {
  readonly files: Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>;
}

const GOAL = 95;
const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
const { files } = read('../../reports/mutation/mutation.json') as Report;
const excused = read('survivors.json') as readonly Excused[];
const folders = (read('stryker.json') as { readonly mutate: readonly string[] }).mutate;
/** The files of the run: all folders, or the patterns of `--mutate`. */
const mutated = process.env['MUTATED'] ? process.env['MUTATED'].split(',') : folders;

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** What stands at the mutant's place in the source. */
function original(source: string, { location: { start, end } }: Mutant): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = (lines.at(-1) as string).slice(0, end.column - 1);
  lines[0] = (lines[0] as string).slice(start.column - 1);
  return oneLine(lines.join(' '));
}

/** The figures of a file or of a folder. */
class Tally {
  mutants = 0;
  noticed = 0;
  excused = 0;

  toString(): string {
    const score = `${((100 * this.noticed) / this.mutants).toFixed(1)} %`;
    const excuses = `${this.excused} excused`;
    return `${score.padStart(8)} of ${String(this.mutants).padStart(4)}, ${excuses.padStart(11)}`;
  }
}

// a pattern with a range of lines matches no file: a part of a file cannot show that an excuse is outdated
const unseen = new Set(
  excused.filter(({ file }) => mutated.some((pattern) => matchesGlob(file, pattern))),
);
const unexplained: string[] = [];
const all = new Tally();
const byFolder = new Map<string, Tally>();
for (const [file, { source, mutants }] of Object.entries(files)) {
  const own = new Tally();
  for (const mutant of mutants) {
    if (/Ignored|Error/.test(mutant.status)) continue;
    own.mutants++;
    if (!/Survived|NoCoverage/.test(mutant.status)) {
      own.noticed++;
      continue;
    }
    const at = mutant.location.start;
    const line = oneLine(source.split('\n')[at.line - 1] as string);
    const before = original(source, mutant);
    const after = oneLine(mutant.replacement ?? '');
    const known = excused.find(
      (it) => it.file === file && it.line === line && it.original === before && it.mutant === after,
    );
    if (known) own.excused++;
    else unexplained.push(`${file}:${at.line}:${at.column}  ${before}  ->  ${after}`);
    if (known) unseen.delete(known);
  }
  console.log(`${own}  ${file}`);
  const folder = folders.find((pattern) => matchesGlob(file, pattern)) ?? file;
  const sum = byFolder.get(folder) ?? new Tally();
  byFolder.set(folder, sum);
  for (const tally of [sum, all]) {
    tally.mutants += own.mutants;
    tally.noticed += own.noticed;
    tally.excused += own.excused;
  }
}
console.log('');
for (const [folder, tally] of byFolder) console.log(`${tally}  ${folder}`);
console.log(`${all}  in all\n`);
if (process.env['MARBLES_ONLY']) process.exit();

const runs = { ...records().mutation };
const judged = mutated.filter((pattern) => folders.includes(pattern));
for (const folder of judged) runs[folder] = { ...(byFolder.get(folder) ?? new Tally()) };
record('mutation', runs);
for (const line of unexplained) console.log(`survived without a reason: ${line}`);
for (const { file, line } of unseen) console.log(`excused, but killed or gone: ${file}: ${line}`);
const missed = judged.some((folder) => {
  const { mutants = 0, noticed = 0 } = runs[folder] ?? {};
  return noticed * 100 < GOAL * mutants;
});
if (missed || unexplained.length + unseen.size > 0) process.exitCode = 1;
