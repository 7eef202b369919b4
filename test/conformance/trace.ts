/** What was recorded of one breaker of another project, from its creation on. */
export interface Trace {
  readonly seed: number;
  /** When the breaker was created. */
  readonly t0: number;
  /** How many calls ended in another state than the one that admitted them. */
  readonly lateEnds: number;
  readonly settings: Settings;
  readonly ops: readonly Op[];
}

export type Settings = Readonly<Record<string, unknown>>;
export type State = 'closed' | 'open' | 'half-open';
type Outcome = 'success' | 'failure' | 'ignored' | 'failure-as-success';

/** One thing done to the breaker, and what it answered. */
export interface Op {
  readonly t: number;
  readonly op: 'start' | 'end' | 'observe';
  readonly id: number;
  /** Of a start: let in, or which state refused it. */
  readonly answer?: 'admitted' | 'open' | 'too-many-requests';
  readonly outcome?: Outcome;
  /** The state that the breaker changed to during this op. */
  readonly to?: State;
  /** After the op. */
  readonly state: State;
  readonly counts: readonly number[];
}

/** A file of the data folder: shared facts, and each trace's ops as text. */
export interface PackedFamily {
  readonly family: string;
  readonly system: string;
  readonly version: string;
  readonly licence: string;
  readonly countsFields: readonly string[];
  readonly settings: Settings;
  readonly traces: readonly (Omit<Trace, 'ops'> & { readonly ops: string })[];
}

export interface Family extends Omit<PackedFamily, 'traces'> {
  readonly traces: readonly Trace[];
}

// One word an op: milliseconds since the op before, a sign, the call's number, `>` and the first letter
// of the state it led to, `=` and the counts where they changed.
const signs = {
  o: { op: 'observe' },
  s: { op: 'start', answer: 'admitted' },
  r: { op: 'start', answer: 'open' },
  q: { op: 'start', answer: 'too-many-requests' },
  '+': { op: 'end', outcome: 'success' },
  '-': { op: 'end', outcome: 'failure' },
  i: { op: 'end', outcome: 'ignored' },
  p: { op: 'end', outcome: 'failure-as-success' },
} as const;
const states = { C: 'closed', O: 'open', H: 'half-open' } as const;

export function packOps(t0: number, ops: readonly Op[]): string {
  let time = t0;
  let counts = '';
  const words = ops.map((op) => {
    const dt = op.t - time || '';
    time = op.t;
    const sign = keyOf(signs, (of) => {
      const { answer, outcome } = of as Partial<Op>;
      return of.op === op.op && answer === op.answer && outcome === op.outcome;
    });
    const to = op.to === undefined ? '' : `>${keyOf(states, (state) => state === op.to)}`;
    const now = op.counts.join('.');
    const changed = now === counts ? '' : `=${now}`;
    counts = now;
    return `${dt}${sign}${op.op === 'observe' ? '' : op.id}${to}${changed}`;
  });
  return words.join(' ');
}

export function unpack(packed: PackedFamily): Family {
  const traces = packed.traces.map((trace) => ({
    ...trace,
    settings: { ...packed.settings, ...trace.settings },
    ops: unpackOps(trace.t0, trace.ops),
  }));
  return { ...packed, traces };
}

function unpackOps(t0: number, text: string): Op[] {
  let t = t0;
  let state: State = 'closed';
  let counts: readonly number[] = [];
  return text.split(' ').map((word) => {
    const parts = /^(\d*)([osrqip+-])(\d*)(?:>([COH]))?(?:=([\d.]+))?$/.exec(word);
    if (parts === null) throw new Error(`not an op: ${word}`);
    const [, dt, sign, id, to, changed] = parts;
    t += Number(dt);
    if (changed !== undefined) counts = changed.split('.').map(Number);
    const entered = to === undefined ? {} : { to: states[to as keyof typeof states] };
    state = entered.to ?? state;
    return { t, ...signs[sign as keyof typeof signs], id: Number(id), ...entered, state, counts };
  });
}

function keyOf<T extends object>(table: T, is: (value: T[keyof T]) => boolean): string {
  const found = Object.entries(table).find(([, value]) => is(value));
  if (found === undefined) throw new Error('no sign for this');
  return found[0];
}
