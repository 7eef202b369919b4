import type { CircuitState } from '../index.js';

// What the server tells the page, as JSON in server-sent events.

/** Calls of one column of the strip: that succeeded, that failed, that were refused. */
export type Column = readonly [succeeded: number, failed: number, refused: number];

/** A breaker as it is now. */
export interface RowFrame {
  readonly id: number;
  readonly label: string;
  readonly state: CircuitState;
  /** Milliseconds until a call may be admitted; null where time alone changes nothing. */
  readonly retryAfter: number | null;
  /** Why it is not closed, in words; empty while it is closed. */
  readonly why: string;
  /** Milliseconds since it was closed last, where that is known. */
  readonly since: number | null;
  readonly inFlight: number;
  /** True when the columns are all of the last minute; false when they come after those that the page has. */
  readonly whole: boolean;
  readonly columns: readonly Column[];
}

/** All breakers as they are now. */
export interface Picture {
  readonly rows: readonly RowFrame[];
  /** Breakers in all, shown or not. */
  readonly total: number;
  readonly notClosed: number;
}

/** A change of state. */
export interface Change {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly label: string;
  readonly from: CircuitState;
  readonly to: CircuitState;
  /** In words. */
  readonly why: string;
  /** The error behind it, as `describeError` puts it; empty without that option. */
  readonly error: string;
}

/** What a page has to know before the first picture. */
export interface Hello {
  /** Milliseconds between two pictures, so also the length of a column. */
  readonly every: number;
  /** Columns in the strip. */
  readonly columns: number;
}
