import type { CircuitSnapshot, Counts } from 'rxjs-circuit-breaker';
import type { Change, Track } from './play.ts';
import type { Turn } from './scenario.ts';

/** Milliseconds in words: `350 ms`, `2.5 s`, `3 min 20 s`. */
export function time(ms: number): string {
  if (ms === Infinity) return 'no end';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${trimmed(ms / 1_000)} s`;
  const seconds = Math.round(ms / 1_000);
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
}

/** Milliseconds that run down, in a form that does not jump. */
export function countdown(ms: number): string {
  return ms < 59_950 ? `${(ms / 1_000).toFixed(1)} s` : time(ms);
}

export function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}

export function percent(fraction: number): string {
  return `${trimmed(fraction * 100)} %`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A change of state in a sentence. */
export function told({ event }: Change): string {
  const { to, from, reason, snapshot } = event;
  const { counts, attempt } = snapshot;
  if (to === 'half-open') return 'Half-open: the open time is over, and probes may pass.';
  if (to === 'closed') return `Closed: ${plural(counts.successes, 'good probe')}.`;
  const long = snapshot.retryAfter === null ? 'with no end' : `for ${time(snapshot.retryAfter)}`;
  const again =
    from === 'half-open' ? `Opened again ${long} (opening ${attempt} in a row)` : `Opened ${long}`;
  return `${again}: ${cause(reason, counts)}.`;
}

/** The counts behind an opening, in words. */
export function cause(reason: string, counts: Counts): string {
  const {
    calls,
    failures,
    slow,
    consecutiveFailures,
    excessFailures,
    troubledFor,
    failureRate,
    slowRate,
  } = counts;
  switch (reason) {
    case 'failure-rate':
      return `${failures} of ${plural(calls, 'call')} had failed, that is ${percent(failureRate)}`;
    case 'slow-call-rate':
      return `${plural(slow, 'call')} were slow, that is ${percent(slowRate)}`;
    case 'failures':
      return `${plural(failures, 'call')} had failed`;
    case 'consecutive-failures':
      return `${plural(consecutiveFailures, 'call')} in a row had failed`;
    case 'excess-failures':
      return `${excessFailures} more bad calls than good ones${troubledFor > 0 ? `, in ${time(troubledFor)}` : ''}`;
    case 'probes-failed':
      return slow > 0 && failures > 0
        ? 'a probe was too slow'
        : plural(Math.max(failures, 1), 'bad probe');
    default:
      return reason.replaceAll('-', ' ');
  }
}

/** A meter of the evidence: so much of so much. */
export interface Meter {
  readonly words: string;
  /** The part that is reached, from 0 to 1. */
  readonly part: number;
}

/** The evidence for the rules that are on, while closed. */
export function evidence(
  snapshot: CircuitSnapshot,
  options: Readonly<Record<string, unknown>>,
): Meter[] {
  const { counts } = snapshot;
  const given = (name: string): number | undefined => {
    const value = options[name];
    return typeof value === 'number' ? value : undefined;
  };
  const meters: Meter[] = [];
  const rate = given('failureRateThreshold');
  const row = given('consecutiveFailureThreshold');
  const slowRate = given('slowCallRateThreshold');
  const windowed = options['minimumCalls'] !== undefined || options['rollingWindow'] !== undefined;
  const least = given('minimumCalls') ?? 10;
  const waits = counts.calls < least ? `; ${counts.calls} of ${least} calls so far` : '';
  const ruled =
    [rate, row, slowRate, given('failureThreshold')].some((it) => it !== undefined) || windowed;
  const excess =
    given('excessFailureThreshold') ??
    (ruled && given('excessDuration') === undefined ? undefined : 6);
  if (excess !== undefined) {
    const long = given('excessDuration') ?? 1_000;
    const worse = snapshot.excess?.failures ?? 0;
    const since = counts.troubledFor;
    const lasting =
      worse > 0 && long > 0 ? `, for ${time(Math.min(since, long))} of ${time(long)}` : '';
    meters.push({
      words: `${worse} of ${excess} bad calls more than good ones${lasting}`,
      part: worse / excess,
    });
  }
  if (
    rate !== undefined ||
    (windowed && !meters.length && row === undefined && slowRate === undefined)
  ) {
    const limit = rate ?? 0.5;
    meters.push({
      words: `${counts.failures} of ${plural(counts.calls, 'call')} failed: ${percent(counts.failureRate)} of ${percent(limit)}${waits}`,
      part: counts.failureRate / limit,
    });
  }
  if (row !== undefined) {
    meters.push({
      words: `${counts.consecutiveFailures} of ${row} failures in a row`,
      part: counts.consecutiveFailures / row,
    });
  }
  if (slowRate !== undefined) {
    meters.push({
      words: `${plural(counts.slow, 'slow call')}: ${percent(counts.slowRate)} of ${percent(slowRate)}${waits}`,
      part: counts.slowRate / slowRate,
    });
  }
  return meters.map((meter) => ({ ...meter, part: Math.min(1, Math.max(0, meter.part)) }));
}

/** How the breaker did in the last trouble, in a sentence. */
export function verdict({ changes, lane }: Track, turns: readonly Turn[], now: number): string {
  const troubles: { start: number; end: number }[] = [];
  for (const { at, mood } of turns) {
    const last = troubles.at(-1);
    if (at > now) break;
    if (last !== undefined && last.end === Infinity) {
      if (mood === 'well') last.end = at;
    } else if (mood !== 'well') {
      troubles.push({ start: at, end: Infinity });
    }
  }
  const trouble = troubles.at(-1);
  const wrongly = (lane.records[0]?.openings ?? []).filter((it) => it.false).length;
  const falsely =
    wrongly > 0
      ? ` Opened ${wrongly === 1 ? 'once' : `${wrongly} times`} while the service was well.`
      : '';
  if (trouble === undefined) return `Nothing is wrong so far.${falsely}`;
  const { start, end } = trouble;
  const before = changes.filter(({ at }) => at <= start).at(-1)?.event.to ?? 'closed';
  const opening = changes.find(({ at, event }) => at > start && event.to === 'open')?.at;
  if (before === 'closed' && opening === undefined) {
    return end === Infinity
      ? `The service broke ${time(now - start)} ago, and the breaker has not opened.${falsely}`
      : `The service was broken for ${time(end - start)}, and the breaker never opened.${falsely}`;
  }
  const opened =
    before === 'closed'
      ? `Opened ${time((opening as number) - start)} after the service broke`
      : `Was ${before} already when the service broke`;
  if (end === Infinity) return `${opened}.${falsely}`;
  const closing = changes.find(({ at, event }) => at >= end && event.to === 'closed')?.at;
  const state = changes.at(-1)?.event.to;
  if (closing !== undefined)
    return `${opened}, closed ${time(closing - end)} after the service was well.${falsely}`;
  if (state === 'closed') return `${opened}, and was closed when the service was well.${falsely}`;
  return `${opened}, and is not closed ${time(now - end)} after the service was well.${falsely}`;
}
