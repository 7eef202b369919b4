import type { CircuitBreaker, CircuitBreakersOptions } from '../../src/index.ts';
import * as main from '../../src/index.ts';
import { addTotals, noTotals } from '../../src/telemetry/reading.ts';
import type { Source } from '../../src/telemetry/sources.ts';

type Group = Extract<Source, Iterable<unknown>>;

export const { circuitBreaker } = main;

export function circuitBreakers(options: CircuitBreakersOptions = {}): Group {
  const group = main.circuitBreakers(options);
  const all = new Set<CircuitBreaker>();
  const { get } = group;
  group.get = (key) => {
    const breaker = get.call(group, key);
    all.add(breaker);
    return breaker;
  };
  return Object.assign(group, {
    totals: () => [...all].map((it) => it.totals()).reduce(addTotals, noTotals),
  });
}
