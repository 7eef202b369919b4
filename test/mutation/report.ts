// Sums up the last mutation run: the score of each file, and the survivors that `survivors.json` gives no
// reason for. Fails where the goal is missed, or where the list speaks of one that is none. The claims
// alone (`MARBLES_ONLY=1`) have no such goal: for them it is the scores only.
import { readFileSync } from 'node:fs';
import { record } from '../records.ts';

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

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
const percent = (killed: number, of: number): string => `${((100 * killed) / of).toFixed(1)} %`;

/** What stands at the mutant's place in the source. */
function original(source: string, { location: { start, end } }: Mutant): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = (lines.at(-1) as string).slice(0, end.column - 1);
  lines[0] = (lines[0] as string).slice(start.column - 1);
  return oneLine(lines.join(' '));
}

const unseen = new Set(excused.filter(({ file }) => file in files));
const unexplained: string[] = [];
let killed = 0;
let all = 0;
for (const [file, { source, mutants }] of Object.entries(files)) {
  const judged = mutants.filter(({ status }) => !/Ignored|Error/.test(status));
  const survivors = judged.filter(({ status }) => /Survived|NoCoverage/.test(status));
  for (const survivor of survivors) {
    const at = survivor.location.start;
    const line = oneLine(source.split('\n')[at.line - 1] as string);
    const before = original(source, survivor);
    const mutant = oneLine(survivor.replacement ?? '');
    const known = excused.find(
      (it) =>
        it.file === file && it.line === line && it.original === before && it.mutant === mutant,
    );
    if (known) unseen.delete(known);
    else unexplained.push(`${file}:${at.line}:${at.column}  ${before}  ->  ${mutant}`);
  }
  killed += judged.length - survivors.length;
  all += judged.length;
  const score = percent(judged.length - survivors.length, judged.length);
  console.log(`${score.padStart(8)} of ${String(judged.length).padStart(4)}  ${file}`);
}
console.log(`${percent(killed, all).padStart(8)} of ${String(all).padStart(4)}  in all\n`);
if (process.env['MARBLES_ONLY']) process.exit();
record('mutation', { mutants: all, noticed: Number(((100 * killed) / all).toFixed(1)) });
for (const line of unexplained) console.log(`survived without a reason: ${line}`);
for (const { file, line } of unseen) console.log(`excused, but killed or gone: ${file}: ${line}`);
if (killed * 100 < GOAL * all || unexplained.length + unseen.size > 0) process.exitCode = 1;
