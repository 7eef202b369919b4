import type { CircuitBreaker, CircuitState, CircuitTotals } from '../index.js';
import { type CircuitSource, isGroup } from './sources.js';

/** The five states, in the order of tables and charts. */
export const states: readonly CircuitState[] = [
  'closed',
  'open',
  'half-open',
  'isolated',
  'disabled',
];

/** The figures of one name at one instant. The readings of several breakers add up. */
export interface Reading {
  readonly totals: CircuitTotals;
  /** Breakers in each state. */
  readonly breakers: Readonly<Record<CircuitState, number>>;
  /** Calls that have a place now. */
  readonly active: number;
  /** Failures in the present windows. */
  readonly failures: number;
  /** Successes and failures in the present windows. */
  readonly calls: number;
}

const none: Readonly<Record<CircuitState, number>> = {
  closed: 0,
  open: 0,
  'half-open': 0,
  isolated: 0,
  disabled: 0,
};

/** The totals of an unused breaker. */
export const noTotals: CircuitTotals = {
  successes: 0,
  failures: 0,
  ignored: 0,
  cancelled: 0,
  late: 0,
  rejected: 0,
  slow: 0,
  expiredProbes: 0,
  transitions: none,
  time: none,
};

/** The reading of no breaker at all. */
export const nothing: Reading = {
  totals: noTotals,
  breakers: none,
  active: 0,
  failures: 0,
  calls: 0,
};

type Numbers = { readonly [field: string]: number | Numbers };

/** Combines two records of numbers field by field. */
function combine<T extends object>(a: T, b: T, by: (a: number, b: number) => number): T {
  const result: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(a as Numbers)) {
    const other = (b as Numbers)[field];
    result[field] =
      typeof value === 'number' ? by(value, other as number) : combine(value, other as Numbers, by);
  }
  return result as T;
}

const plus = (a: number, b: number): number => a + b;

/** Adds up two readings. */
export function add(a: Reading, b: Reading): Reading {
  return combine(a, b, plus);
}

/** Adds up two totals. */
export function addTotals(a: CircuitTotals, b: CircuitTotals): CircuitTotals {
  return combine(a, b, plus);
}

/** Takes away `b` from `a`. */
export function subtractTotals(a: CircuitTotals, b: CircuitTotals): CircuitTotals {
  return combine(a, b, (total, part) => total - part);
}

/** Reads one breaker. */
export function readBreaker(breaker: CircuitBreaker): Reading {
  const { state, counts } = breaker.snapshot();
  return {
    totals: breaker.totals(),
    breakers: { ...none, [state]: 1 },
    active: counts.inFlight,
    failures: counts.failures,
    calls: counts.calls,
  };
}

/**
 * Reads a breaker or a group. The totals of a group include the calls of dropped keys, so the counters of a group
 * only grow.
 */
export function read(source: CircuitSource): Reading {
  if (!isGroup(source)) return readBreaker(source);
  const breakers = { ...none };
  let [active, failures, calls] = [0, 0, 0];
  for (const [, breaker] of source) {
    const { state, counts } = breaker.snapshot();
    breakers[state]++;
    active += counts.inFlight;
    failures += counts.failures;
    calls += counts.calls;
  }
  return { totals: source.totals(), breakers, active, failures, calls };
}
