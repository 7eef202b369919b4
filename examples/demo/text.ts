import type { CircuitBreaker, StateChangeEvent } from 'rxjs-circuit-breaker';
import type { Result } from './client.ts';

/** How many calls ended in which way. */
export type Tally = Record<Result['kind'], number>;

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}

export function resultLine({ call, kind, text }: Result): string {
  return `call ${String(call).padStart(3)}  ${kind === 'refused' ? '' : `${kind}: `}${text}`;
}

export function changeLine({ from, to, reason, snapshot }: StateChangeEvent): string {
  const { calls, failures } = snapshot.counts;
  const counted = calls > 0 ? `, ${failures} of ${calls} calls failed` : '';
  return `${from} -> ${to} (${reason}${counted})`;
}

/** What the breaker is doing now, in one line. */
export function statusLine(breaker: CircuitBreaker, tally: Tally): string {
  const { succeeded, failed, refused } = tally;
  const { state, retryAfter } = breaker;
  const wait = retryAfter > 0 ? ` | next try in ${seconds(retryAfter)}` : '';
  return `${state} | ${succeeded} succeeded, ${failed} failed, ${refused} refused${wait}`;
}

export function table(tally: Tally): string {
  const all = tally.succeeded + tally.failed + tally.refused;
  const rows: [string, string | number][] = [
    ['result', 'calls'],
    ...Object.entries(tally),
    ['all', all],
  ];
  return rows.map(([name, n]) => `${name.padEnd(10)}${String(n).padStart(6)}`).join('\n');
}
