import type { Counts, StateChangeEvent } from '../../index.js';
import type { Scheduled } from '../service/incident.js';
import type { Opening } from '../world/stateRecord.js';
import { inWords, plural, round } from './words.js';

/** An opening with its cause in a sentence. */
export interface ExplainedOpening {
  /** Index of the process. */
  readonly process: number;
  /** The instant, in milliseconds. */
  readonly at: number;
  /** Whether the service was well. */
  readonly false: boolean;
  /** Why the breaker opened; as in `StateChangeReason`. */
  readonly reason: string;
  /** The counts that led to the opening. */
  readonly counts: Counts;
  readonly sentence: string;
}

/** The sentence of an opening that kept its event. */
export function explain(
  opening: Opening & { readonly event: StateChangeEvent },
  calendar: readonly Scheduled[],
  processes: number,
): ExplainedOpening {
  const { process, at, event } = opening;
  const { counts } = event.snapshot;
  const who = processes === 1 ? 'The breaker' : `Process ${process + 1}`;
  const again = opening.from === 'half-open' ? ' again' : '';
  const when = `${who} opened${again} at ${inWords(at)}, ${situation(opening, calendar)}`;
  const sentence = `${when}: ${cause(event.reason, counts)}.`;
  return { process, at, false: opening.false, reason: event.reason, counts, sentence };
}

const noun = { outage: 'outage', hang: 'hang', errors: 'errors', slow: 'slow answers' };

function situation({ at, false: isFalse }: Opening, calendar: readonly Scheduled[]): string {
  const last = calendar.filter(({ start }) => start <= at).at(-1);
  if (last !== undefined && at < last.end) {
    return `${inWords(at - last.start)} after the ${noun[last.incident.kind]} began`;
  }
  if (isFalse) return 'while the service was well';
  if (last === undefined) return 'in an overload';
  return `${inWords(at - last.end)} after the ${noun[last.incident.kind]} ended, in its aftermath`;
}

/** The counts behind a reason, in words. */
function cause(reason: string, counts: Counts): string {
  const { calls, failures, slow, consecutiveFailures } = counts;
  const percent = (rate: number): string => `${round(rate * 100)} %`;
  switch (reason) {
    case 'failure-rate':
      return `${failures} of ${plural(calls, 'call')} in its window had failed (${percent(counts.failureRate)})`;
    case 'slow-call-rate':
      return `${slow} of its calls were slow (${percent(counts.slowRate)}), those still running included`;
    case 'failures':
      return `${plural(failures, 'call')} in its window had failed`;
    case 'consecutive-failures':
      return `${plural(consecutiveFailures, 'call')} in a row had failed`;
    case 'excess-failures':
      return excess(counts);
    case 'probes-failed':
      return `${failures} of ${plural(calls, 'probe')} had failed`;
    default:
      return `${reason.replaceAll('-', ' ')}; ${failures} of ${plural(calls, 'call')} had failed, ${slow} were slow`;
  }
}

function excess({ excessFailures, troubledFor, balance }: Counts): string {
  const more = `it had seen ${excessFailures} more bad calls than good ones`;
  const most = balance <= 0 ? ', which was most of its calls so far' : '';
  return troubledFor > 0 ? `${more} in ${inWords(troubledFor)}${most}` : `${more} at once${most}`;
}
