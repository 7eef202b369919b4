/**
 * Makes the files of `data/` from recorded traces in the format `breaker-trace/1`:
 *
 *     node test/conformance/pack.ts <folder of the recorded traces> [<folder to write to>]
 *
 * For the systems that count late results, traces with one are left out: they cannot be compared.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Op, type PackedFamily, packOps, type Settings, type State } from './trace.ts';

interface Recorded {
  readonly family: string;
  readonly system: string;
  readonly version: string;
  readonly countsFields: readonly string[];
  readonly settings: Settings;
  readonly traces: readonly RecordedTrace[];
}

interface RecordedTrace {
  readonly seed: number;
  readonly t0: number;
  readonly lateEnds: number;
  readonly settings: Settings;
  readonly ops: readonly RecordedOp[];
  readonly transitions: readonly { readonly i: number; readonly to: State }[];
}

interface RecordedOp extends Omit<Op, 'answer' | 'id'> {
  readonly id?: number;
  readonly admitted?: boolean;
  readonly error?: 'open' | 'too-many-requests';
}

const licences: readonly (readonly [system: RegExp, licence: string])[] = [
  [/gobreaker/, 'MIT'],
  [/resilience4j/, 'Apache-2.0'],
  [/Polly/, 'BSD-3-Clause'],
];

/** How many of the counts are kept: the rates follow from the others. */
const KEPT = { resilience4j: 3 } as const;

export function pack(recorded: Recorded): PackedFamily {
  const { family, system, version, settings } = recorded;
  const kept = system.startsWith('resilience4j') ? KEPT.resilience4j : undefined;
  const droppedLate = !family.startsWith('gobreaker');
  const licence = licences.find(([pattern]) => pattern.test(system))?.[1] ?? 'unknown';
  const traces = recorded.traces
    .filter(({ lateEnds }) => !droppedLate || lateEnds === 0)
    .map(({ seed, t0, lateEnds, settings, ops, transitions }) => {
      const entered = new Map(transitions.map(({ i, to }) => [i, to]));
      const plain = ops.map((op, i): Op => {
        const to = entered.get(i);
        const answer = op.admitted === true ? 'admitted' : op.error;
        const { t, outcome, state, counts, id = 0 } = op;
        return {
          t,
          op: op.op,
          id,
          state,
          counts: counts.slice(0, kept),
          ...(answer === undefined ? {} : { answer }),
          ...(outcome === undefined ? {} : { outcome }),
          ...(to === undefined ? {} : { to }),
        };
      });
      return { seed, t0, lateEnds, settings, ops: packOps(t0, plain) };
    });
  const countsFields = recorded.countsFields.slice(0, kept);
  return { family, system, version, licence, countsFields, settings, traces };
}

/** One trace a line, so that a change of one is a change of one line. */
function write({ traces, ...shared }: PackedFamily): string {
  const lines = traces.map((trace) => JSON.stringify(trace)).join(',\n');
  return `${JSON.stringify(shared).slice(0, -1)},"traces":[\n${lines}\n]}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const from = process.argv[2];
  if (from === undefined) throw new Error('say where the recorded traces are');
  const to = process.argv[3] ?? fileURLToPath(new URL('data', import.meta.url));
  for (const file of readdirSync(from).filter((name) => name.endsWith('.json'))) {
    const recorded = JSON.parse(readFileSync(join(from, file), 'utf8')) as Recorded;
    writeFileSync(join(to, file), write(pack(recorded)));
  }
}
