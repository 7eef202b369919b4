import type { Incident, Scheduled } from '../service/incident.js';
import type { StateRecord } from '../world/stateRecord.js';
import { type Spread, spreadOf } from './spread.js';

/** A breaker has recovered once it has been closed for so many milliseconds. */
const SETTLED = 10_000;

/** How the breakers took one incident of the plan. */
export interface IncidentScore {
  /** Index of the incident in the plan. */
  readonly index: number;
  readonly kind: Incident['kind'];
  /** What a good breaker does; null if the plan has no opinion. */
  readonly expect: 'open' | 'closed' | null;
  /** Breakers that met the incident: processes x days. */
  readonly breakers: number;
  /** Fraction of these breakers that opened. */
  readonly opened: number;
  /** Milliseconds from the beginning of the incident to the opening; null if no breaker opened. */
  readonly timeToOpen: Spread | null;
  /**
   * Milliseconds from the end of the incident until a breaker that had opened was closed and stayed closed for
   * 10 s; null without a recovered breaker.
   */
  readonly timeToClose: Spread | null;
  /** The p95 of all breakers, `Infinity` for a breaker without an opening; null without breakers. */
  readonly openP95: number | null;
  /** The p95 of the opened breakers, `Infinity` for a breaker still open; null without opened breakers. */
  readonly closeP95: number | null;
  /** Breakers still not closed before the next incident or the end of the plan. */
  readonly notClosed: number;
}

/** How each breaker took each incident, before any summary: one entry for each breaker. */
export interface Reaction {
  readonly index: number;
  /** Milliseconds to the opening; null for a breaker that did not open. */
  readonly open: number | null;
  /** Milliseconds to the recovery; null for a breaker that did not recover. */
  readonly close: number | null;
}

/**
 * The reactions of one day.
 *
 * @param grace milliseconds after the end of an incident in which its last calls still end
 */
export function reactionsOf(
  calendar: readonly Scheduled[],
  records: readonly StateRecord[],
  { warmUp, duration, grace }: { warmUp: number; duration: number; grace: number },
): Reaction[] {
  const reactions: Reaction[] = [];
  for (const [place, { index, start, end }] of calendar.entries()) {
    if (start < warmUp || start >= duration) continue;
    const next = calendar[place + 1]?.start ?? Infinity;
    const until = Math.min(duration, Math.max(next, end));
    for (const record of records) {
      const open = opening(record, start, Math.min(end + grace, until));
      const close = open === null ? null : recovery(record, end, until);
      reactions.push({ index, open, close });
    }
  }
  return reactions;
}

/** Milliseconds from `start` until the breaker was not closed, at most until `end`. */
function opening(record: StateRecord, start: number, end: number): number | null {
  if (!isClosed(record.stateAt(start))) return 0;
  const at = record.at.findIndex(
    (instant, n) => instant > start && !isClosed(record.states[n] as string),
  );
  const instant = record.at[at];
  return instant === undefined || instant > end ? null : instant - start;
}

/** Milliseconds from `end` until the breaker was closed for good. */
function recovery(record: StateRecord, end: number, until: number): number | null {
  if (end >= until) return null;
  let closedAt = isClosed(record.stateAt(end)) ? end : null;
  for (const [n, at] of record.at.entries()) {
    if (at <= end) continue;
    if (at > until) break;
    const closed = isClosed(record.states[n] as string);
    if (closed && closedAt === null) closedAt = at;
    if (!closed && closedAt !== null) {
      if (at - closedAt >= SETTLED) break;
      closedAt = null;
    }
  }
  return closedAt === null ? null : closedAt - end;
}

function isClosed(state: string): boolean {
  return state === 'closed' || state === 'disabled';
}

/** The summary over all days. */
export function incidentScores(
  incidents: readonly Incident[],
  reactions: readonly Reaction[],
): IncidentScore[] {
  return incidents.map(({ kind, expect }, index) => {
    const own = reactions.filter((it) => it.index === index);
    const opens = own.map(({ open }) => open).filter((it) => it !== null);
    const closes = own.map(({ close }) => close).filter((it) => it !== null);
    return {
      index,
      kind,
      expect: expect === 'open' || expect === 'closed' ? expect : null,
      breakers: own.length,
      opened: own.length === 0 ? 0 : opens.length / own.length,
      timeToOpen: spreadOf(opens),
      timeToClose: spreadOf(closes),
      openP95: spreadOf(own.map(({ open }) => open ?? Infinity))?.p95 ?? null,
      closeP95:
        spreadOf(own.filter(({ open }) => open !== null).map(({ close }) => close ?? Infinity))
          ?.p95 ?? null,
      notClosed: opens.length - closes.length,
    };
  });
}
