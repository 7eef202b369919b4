import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type Counts,
  circuitBreaker,
  isCircuitOpenError,
  type Permit,
} from '../../src/index.ts';
import { VirtualTime } from '../properties/virtualTime.ts';
import type { Op, Settings, State, Trace } from './trace.ts';

/** A call that their breaker let in during the present phase. */
export interface Call {
  readonly start: number;
  end?: number;
  outcome?: Op['outcome'];
}

/** What their breaker went through since it last changed its state or began to count anew. */
export interface Phase {
  readonly state: State;
  readonly since: number;
  readonly calls: Map<number, Call>;
  /** In the order in which they ended. */
  readonly ended: Call[];
  /** While an op that ends a call is performed. */
  ending: boolean;
  now: number;
  /** How many had ended when the two last remembered different things. */
  together: number;
}

/** How another project's breaker is told in our words. The differences by design live here and only here. */
export interface Dialect {
  /** The same breaker in our options. `phase` is for predicates that see what ours does not count. */
  options(phase: () => Phase): CircuitBreakerOptions;
  /** Whether this op brings theirs up to date, so that its state can be compared. */
  looks(op: Op, phase: Phase): boolean;
  /** Why from this op on the two are not comparable, until theirs closes; tried before each op. */
  cut?(op: Op, phase: Phase): string | undefined;
  /** Why at this op what the two remember is not the same. They may yet do the same, and meet again. */
  apart?(op: Op, phase: Phase): string | undefined;
  /** Whether streaks matter: those stay apart until both have met a success and a failure again. */
  readonly streaks?: boolean;
  /** Whether theirs begins to count anew at this op, in the same state. */
  renews?(phase: Phase): boolean;
  /** Whether theirs hears of this end. */
  hears?(op: Op, phase: Phase): boolean;
  /** Whether the probe that closed theirs is counted in the closed state. */
  readonly countsLastProbe?: boolean;
  /** Our counts as theirs would be after this op; undefined where they cannot be compared. */
  counts(op: Op, ours: Counts, phase: Phase): readonly number[] | undefined;
}

/** What was compared, and the first difference, if any. */
export interface Report {
  ops: number;
  admissions: number;
  refusals: number;
  states: number;
  transitions: number;
  counts: number;
  /** Ops performed while they remembered different things, so not compared. */
  apart: number;
  cut: string[];
  difference: string | undefined;
}

/**
 * Replays one trace. With `observed`, somebody listens to the breaker, so that its changes are on
 * time; without, it is as lazy as can be.
 *
 * While the two remember different things, nothing is compared, but both go on: when they remember the
 * same again, and have not changed state one without the other, they have to agree again. Where they
 * cannot be compared any longer, the replay waits until theirs closes and goes on with a fresh breaker:
 * entering closed starts from nothing, in both.
 */
export function replay(
  trace: Trace,
  dialectOf: (settings: Settings) => Dialect,
  observed: boolean,
): Report {
  const dialect = dialectOf(trace.settings);
  const time = new VirtualTime(trace.t0);
  const report: Report = {
    ops: 0,
    admissions: 0,
    refusals: 0,
    states: 0,
    transitions: 0,
    counts: 0,
    apart: 0,
    cut: [],
    difference: undefined,
  };
  let phase = begin('closed', trace.t0);
  let subject: Subject | undefined = new Subject(dialect, time, () => phase, observed);

  const cut = (why: string): void => {
    report.cut.push(why);
    subject?.close();
    subject = undefined;
  };

  for (const [i, op] of trace.ops.entries()) {
    time.advance(op.t - time.now());
    phase.now = op.t;
    const why = subject && dialect.cut?.(op, phase);
    if (why !== undefined) cut(why);
    if (dialect.renews?.(phase)) {
      phase = begin(phase.state, op.t);
      subject?.breaker.reset();
    }
    const looks = dialect.looks(op, phase);
    if (looks && op.op !== 'start') void subject?.breaker.state; // brings ours up to date as well
    const apart = subject && whyApart(op, phase, dialect);
    note(op, phase);
    phase.ending = op.op === 'end';
    const answer = subject?.perform(op, dialect.hears?.(op, phase) ?? true);
    phase.ending = false;
    if (op.to !== undefined) {
      const { calls } = phase;
      phase = begin(op.to, op.t);
      const last = calls.get(op.id);
      if (op.to === 'closed' && dialect.countsLastProbe && last !== undefined) {
        phase.ended.push(last);
        subject?.breaker.acquire().success();
      }
      if (op.to === 'half-open') note(op, phase); // the start that found it half-open is the first probe
      subject?.expected.push(op.to);
    }
    if (subject === undefined) {
      if (op.to === 'closed') {
        subject = new Subject(dialect, time, () => phase, observed);
        if (dialect.countsLastProbe) subject.breaker.acquire().success();
      }
      continue;
    }
    if (apart !== undefined) {
      report.apart++;
      if (subject.breaker.state !== op.state || subject.difference() !== undefined) cut(apart);
      continue;
    }
    const difference = compare(op, answer, subject, looks, dialect, phase, report);
    if (difference !== undefined) {
      report.difference = `trace ${trace.seed}, op ${i}, t=${op.t} (${op.op} ${op.id}): ${difference}`;
      break;
    }
  }
  subject?.close();
  return report;
}

function begin(state: State, since: number): Phase {
  return { state, since, calls: new Map(), ended: [], ending: false, now: since, together: 0 };
}

function whyApart(op: Op, phase: Phase, dialect: Dialect): string | undefined {
  if (phase.state !== 'closed') return undefined;
  const apart = dialect.apart?.(op, phase);
  if (apart !== undefined) {
    phase.together = phase.ended.length + (op.op === 'end' ? 1 : 0);
    return apart;
  }
  if (!dialect.streaks || phase.together === 0) return undefined;
  const since = phase.ended.slice(phase.together).filter(({ outcome }) => outcome !== 'ignored');
  const failed = since.filter(({ outcome }) => outcome === 'failure').length;
  return failed === 0 || failed === since.length ? 'a streak from when they were apart' : undefined;
}

function note(op: Op, phase: Phase): void {
  if (op.answer === 'admitted') phase.calls.set(op.id, { start: op.t });
  const call = phase.calls.get(op.id);
  if (op.op !== 'end' || call === undefined) return;
  call.end = op.t;
  call.outcome = op.outcome;
  phase.ended.push(call);
}

/** Our breaker, and what it did. */
class Subject {
  readonly breaker: CircuitBreaker;
  readonly expected: State[] = [];
  readonly entered: string[] = [];
  private readonly permits = new Map<number, Permit>();
  private readonly observed: boolean;
  private readonly subscription;

  constructor(dialect: Dialect, time: VirtualTime, phase: () => Phase, observed: boolean) {
    this.breaker = circuitBreaker({
      classifyError: (error) => error as 'failure' | 'success' | 'ignored',
      ...dialect.options(phase),
      scheduler: time,
    });
    this.observed = observed;
    this.subscription = observed
      ? this.breaker.events$.subscribe((event) => {
          if (event.type === 'state-change') this.entered.push(event.to);
        })
      : undefined;
  }

  perform(op: Op, heard: boolean): Op['answer'] {
    if (op.op === 'start') {
      try {
        this.permits.set(op.id, this.breaker.acquire());
        return 'admitted';
      } catch (error) {
        if (!isCircuitOpenError(error)) throw error;
        return error.state === 'half-open' ? 'too-many-requests' : 'open';
      }
    }
    const permit = op.op === 'end' && heard ? this.permits.get(op.id) : undefined;
    if (op.outcome === 'success') permit?.success();
    else permit?.failure(op.outcome === 'failure-as-success' ? 'success' : op.outcome);
    return undefined;
  }

  /** The states it entered that were not awaited, or the other way round. */
  difference(): string | undefined {
    if (!this.observed || this.entered.join() === this.expected.join()) return undefined;
    return `changes: expected ${this.expected.join()}, got ${this.entered.join()}`;
  }

  close(): void {
    this.subscription?.unsubscribe();
  }
}

function compare(
  op: Op,
  answer: Op['answer'],
  subject: Subject,
  looks: boolean,
  dialect: Dialect,
  phase: Phase,
  report: Report,
): string | undefined {
  report.ops++;
  if (op.op === 'start') {
    if (op.answer === 'admitted') report.admissions++;
    else report.refusals++;
    if ((answer === 'admitted') !== (op.answer === 'admitted')) {
      return `expected ${op.answer}, got ${answer}`;
    }
  }
  if (looks) {
    report.states++;
    if (subject.breaker.state !== op.state) {
      return `expected ${op.state}, got ${subject.breaker.state}`;
    }
    if (op.to !== undefined) report.transitions++;
    const changes = subject.difference();
    if (changes !== undefined) return changes;
    const counts = dialect.counts(op, subject.breaker.snapshot().counts, phase);
    if (counts !== undefined) {
      report.counts++;
      if (counts.join() !== op.counts.join()) {
        return `expected counts ${op.counts.join()}, got ${counts.join()}`;
      }
    }
  }
  return undefined;
}
