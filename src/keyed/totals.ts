import type { CircuitState } from '../core/state.js';
import { type CircuitTotals, Ledger } from '../core/totals.js';

/** The totals of an unused breaker: all zero. */
export function none(): CircuitTotals {
  return new Ledger(0).sums;
}

/** The sums of two totals. */
export function sum(a: CircuitTotals, b: CircuitTotals): CircuitTotals {
  return {
    successes: a.successes + b.successes,
    failures: a.failures + b.failures,
    ignored: a.ignored + b.ignored,
    cancelled: a.cancelled + b.cancelled,
    late: a.late + b.late,
    rejected: a.rejected + b.rejected,
    slow: a.slow + b.slow,
    expiredProbes: a.expiredProbes + b.expiredProbes,
    transitions: byState(a.transitions, b.transitions),
    time: byState(a.time, b.time),
  };
}

type ByState = CircuitTotals['time'];

function byState(a: ByState, b: ByState): ByState {
  const sums = { ...a };
  for (const state of Object.keys(b) as CircuitState[]) sums[state] += b[state];
  return sums;
}
