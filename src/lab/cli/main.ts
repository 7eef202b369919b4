import { createReadStream, existsSync } from 'node:fs';
import { show } from '../../core/index.js';
import type { CircuitBreakerOptions } from '../../index.js';
import { canOpen } from '../advice/canOpen.js';
import { type Comparison, compare } from '../compare/compare.js';
import { type Expectation, expectation, type Judgement } from '../expect/expectation.js';
import { lineReader, type ReadLogOptions } from '../recording/readLog.js';
import { recorded } from '../recording/recorded.js';
import type { Recording } from '../recording/recording.js';
import { grid } from '../report/grid.js';
import { toJSON } from '../report/toJSON.js';
import { toSvg } from '../report/toSvg.js';
import { judgementTable, toTable } from '../report/toTable.js';
import { inWords, plural } from '../score/words.js';
import { tune } from '../tune/tune.js';
import type { Candidate, Plan } from '../world/plan.js';
import { commands, ensureTaken, type Flags, planOf, read } from './flags.js';
import { loadSettings } from './load.js';
import { type Output, Progress } from './progress.js';
import { help, UsageError } from './usage.js';
import { fractionOf, latencyOf, timeOf, trafficOf, wholeOf } from './words.js';

/** All expectations were met. */
const MET = 0;
/** One was not, or something was found. */
const NOT_MET = 1;
/** The command line, a file, the plan or the settings are wrong. */
const MISTAKE = 2;

/**
 * The command. Returns its exit code: 0 for met, 1 for not met, 2 for a mistake of the user.
 *
 * An error that is neither a mistake nor the library's own refusal of settings is thrown.
 */
export async function main(args: readonly string[], output: Output): Promise<number> {
  try {
    const { flags, words } = read(args);
    const [command, ...rest] = words;
    if (flags.help === true) {
      output.out(help);
      return MET;
    }
    if (command === undefined || !commands.includes(command)) {
      const given =
        command === undefined ? 'the command is missing' : `no command ${show(command)}`;
      throw new UsageError(`${given}; the commands are ${commands.join(', ')} (--help says more)`);
    }
    ensureTaken(command, flags);
    if (rest.length > 0 && command !== 'replay') {
      throw new UsageError(`${command} takes flags only, got ${show(rest[0])}`);
    }
    if (command === 'tune') return await tuneCommand(flags, output);
    if (command === 'replay') return await replayCommand(flags, rest, output);
    if (command === 'can-open') return await canOpenCommand(flags, output);
    return await compareCommand(command, flags, output);
  } catch (error) {
    // RangeError and TypeError are how the library and the lab refuse settings and plans
    const { name, message, syscall } = error as Error & { readonly syscall?: string };
    const known = error instanceof UsageError || name === 'RangeError' || name === 'TypeError';
    if (!known && syscall === undefined) throw error; // a syscall: a file that cannot be read or written
    output.error(`rxjs-circuit-breaker: ${message}\n`);
    return MISTAKE;
  }
}

/** The candidates of `--settings` by their references. */
async function candidatesOf(command: string, flags: Flags): Promise<Record<string, Candidate>> {
  const references = flags.settings ?? [];
  if (references.length === 0) {
    throw new UsageError(
      `${command} needs --settings, as in -s breakers.ts#payments or -s defaults`,
    );
  }
  const candidates: Record<string, Candidate> = {};
  for (const reference of references) {
    if (Object.hasOwn(candidates, reference)) {
      throw new UsageError(`--settings ${show(reference)} is given twice`);
    }
    candidates[reference] = await loadSettings('--settings', reference);
  }
  return candidates;
}

// --- check and compare ---

async function compareCommand(command: string, flags: Flags, output: Output): Promise<number> {
  const expectations = (flags.expect ?? []).map(expectation);
  if (command === 'check' && expectations.length === 0) {
    throw new UsageError("check needs --expect, as in -e 'open < 2s'");
  }
  const candidates = await candidatesOf(command, flags);
  const plan = await planOf(flags);
  ensureSeen(expectations, plan);
  const seeds = wholeOf('--seeds', flags.seeds ?? '20');
  const progress = new Progress(output);
  const comparison = compare(plan, candidates, { seeds, onProgress: progress.move });
  progress.clear();
  return conclude(comparison, expectations, flags, output);
}

/** Throws for an expectation that no day of the plan can show. */
function ensureSeen(expectations: readonly Expectation[], { service }: Plan): void {
  if (service?.incidents?.some((it) => it.expect === 'open')) return;
  const unseen = expectations.find((it) => it.needsOutage);
  if (unseen === undefined) return;
  const remedy =
    service === undefined
      ? 'and a log tells of none; expect "openings", say'
      : 'as in -i outage:1m@2m';
  throw new UsageError(
    `"${unseen.text}" needs an incident in which a good breaker opens, ${remedy}`,
  );
}

/** Prints a comparison and what became of the expectations. */
function conclude(
  comparison: Comparison,
  expectations: readonly Expectation[],
  flags: Flags,
  output: Output,
): number {
  const judged: Record<string, Judgement[]> = {};
  for (const standing of comparison.standings) {
    judged[standing.name] = expectations.map((it) => it.judge(standing));
  }
  if (flags.svg !== undefined) output.file(flags.svg, toSvg(comparison));
  if (flags.json === true) {
    output.out(`${toJSON({ ...comparison, expectations: judged })}\n`);
  } else {
    const verdicts = Object.entries(judged)
      .filter(([, judgements]) => judgements.length > 0)
      .map(([name, judgements]) => `${name}\n${judgementTable(judgements)}`);
    output.out(`${[toTable(comparison), ...verdicts].join('\n\n')}\n`);
  }
  return Object.values(judged).every((it) => it.every(({ met }) => met)) ? MET : NOT_MET;
}

// --- tune ---

async function tuneCommand(flags: Flags, output: Output): Promise<number> {
  const reference = flags.from ?? 'defaults';
  const from = await loadSettings('--from', reference);
  if (from === null || typeof from === 'function') {
    throw new UsageError(`--from ${show(reference)} must be options: only options can be tuned`);
  }
  const plan = await planOf(flags);
  ensureSeen((flags.require ?? []).map(expectation), plan);
  const progress = new Progress(output);
  const tuning = tune(plan, {
    from,
    require: flags.require ?? [],
    budget: wholeOf('--budget', flags.budget ?? '8000'),
    seed: wholeOf('--seed', flags.seed ?? '1'),
    onProgress: progress.move,
  });
  progress.clear();
  if (flags.svg !== undefined) output.file(flags.svg, toSvg(tuning));
  output.out(`${flags.json === true ? toJSON(tuning) : toTable(tuning)}\n`);
  return tuning.requirements.every(({ met }) => met) ? MET : NOT_MET;
}

// --- replay ---

async function replayCommand(
  flags: Flags,
  files: readonly string[],
  output: Output,
): Promise<number> {
  const [file] = files;
  if (file === undefined || files.length > 1) {
    throw new UsageError('replay needs one file, as in replay access.log --format combined');
  }
  if (flags.format === undefined)
    throw new UsageError('--format is missing: combined, json or csv');
  const expectations = (flags.expect ?? []).map(expectation);
  const candidates = await candidatesOf('replay', { settings: ['defaults'], ...flags });
  const recording = await readFile(file, readOptions(flags));
  if (flags.json !== true) output.out(`${describe(file, recording)}\n\n`);
  if (recording.length === 0) {
    throw new UsageError(`${file} holds no call that can be read as ${flags.format}`);
  }
  const plan: Plan = {
    traffic: recorded(recording),
    clients: {
      processes: wholeOf('--processes', flags.processes ?? '1'),
      ...(flags.timeout !== undefined && { timeout: timeOf('--timeout', flags.timeout) }),
    },
    duration: recording.span + 1,
  };
  ensureSeen(expectations, plan);
  const comparison = compare(plan, candidates, { seeds: [1] });
  return conclude(comparison, expectations, flags, output);
}

function readOptions(flags: Flags): ReadLogOptions {
  const fields: Record<string, string> = {};
  for (const field of flags.field ?? []) {
    const [name, value] = field.split('=');
    if (!name || !value) throw new UsageError(`--field must be as time=ts, got ${show(field)}`);
    fields[name] = value;
  }
  return {
    format: flags.format as ReadLogOptions['format'],
    ...(flags.unit !== undefined && { unit: flags.unit as 's' }),
    ...(flags.stamp !== undefined && { stamp: flags.stamp as 'end' }),
    ...(flags.field !== undefined && { fields }),
  };
}

async function readFile(file: string, options: ReadLogOptions): Promise<Recording> {
  const reader = lineReader(options);
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`);
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) reader.read(line);
  }
  if (rest !== '') reader.read(rest);
  return reader.finish();
}

function describe(file: string, { length, span, skipped }: Recording): string {
  const head = `${file}: ${plural(length, 'call')} in ${inWords(span)}`;
  if (skipped.length === 0) return head;
  const rows = skipped.map(({ reason, count, line, sample }) => [
    `  ${reason}`,
    String(count),
    `first in line ${line}: ${sample}`,
  ]);
  return `${head}\nLines that were not believed:\n${grid(rows)}`;
}

// --- can-open ---

async function canOpenCommand(flags: Flags, output: Output): Promise<number> {
  const candidates = await candidatesOf('can-open', flags);
  if (flags.traffic === undefined) {
    throw new UsageError('--traffic is missing, as in -t poisson:5/s');
  }
  const { rate } = trafficOf(flags.traffic);
  let found = 0;
  const all: Record<string, unknown> = {};
  for (const [name, candidate] of Object.entries(candidates)) {
    if (candidate === null || typeof candidate === 'function') {
      throw new UsageError(`--settings ${show(name)} must be options for can-open`);
    }
    const findings = canOpen(candidate as CircuitBreakerOptions, {
      rate,
      processes: wholeOf('--processes', flags.processes ?? '1'),
      failureRate: fractionOf('--failing', flags.failing ?? '100%'),
      latency: flags.latency === undefined ? 0 : latencyOf(flags.latency),
    });
    found += findings.length;
    all[name] = findings;
    if (flags.json === true) continue;
    const sentences = findings.map(({ sentence }) => `  ${sentence}`);
    if (findings.length === 0)
      sentences.push('  Opens in time, stays closed while all is well, and closes again.');
    output.out(`${name}\n${sentences.join('\n')}\n`);
  }
  if (flags.json === true) output.out(`${toJSON(all)}\n`);
  return found === 0 ? MET : NOT_MET;
}
