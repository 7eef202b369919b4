import type { CircuitState } from '../core/state.js';
import type { CircuitTotals, Sums } from '../core/totals.js';

/** Adds what happened at one breaker to the sums of many. */
export function add(totals: CircuitTotals, sums: Sums): void {
  const { transitions, time, ...counts } = totals;
  for (const name of Object.keys(counts) as (keyof typeof counts)[]) sums[name] += counts[name];
  for (const state of Object.keys(time) as CircuitState[]) {
    sums.transitions[state] += transitions[state];
    sums.time[state] += time[state];
  }
}
