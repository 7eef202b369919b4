import type { Counts } from './counts.js';
import type { WhySnapshot } from './snapshot.js';
import type { StateChangeReason } from './state.js';

/** The reason why a breaker is not closed. */
export interface Why {
  readonly reason: StateChangeReason;
  readonly since: number;
  readonly counts: Counts;
  /** The failure that opened the breaker. A look at the snapshot reads its message. */
  readonly error?: unknown;
  /** The message from a restored snapshot, which has no error. */
  readonly message?: string | undefined;
}

/** The longest message of an error in a snapshot: for a log line, not for a page of HTML. */
const LONGEST = 200;

export function whySnapshot(
  { reason, since, counts, error, message }: Why,
  now: number,
): WhySnapshot {
  const text = message ?? messageOf(error);
  return {
    reason,
    ago: now - since,
    counts: { ...counts },
    ...(text !== undefined && { message: text }),
  };
}

function messageOf(error: unknown): string | undefined {
  let text = error;
  try {
    if (typeof error !== 'string') text = Object(error).message;
  } catch {
    // a getter that throws
  }
  return typeof text === 'string' ? text.slice(0, LONGEST) : undefined;
}
