import type { CircuitState } from '../index.js';

// The messages from the server to the page: JSON in server-sent events.

/** The calls of one column of the strip. */
export type Column = readonly [succeeded: number, failed: number, refused: number];

/** The present state of a breaker. */
export interface RowFrame {
  readonly id: number;
  readonly label: string;
  readonly state: CircuitState;
  /** Milliseconds until the open time is over; null in other states and for an endless open time. */
  readonly retryAfter: number | null;
  /** The reason for not being closed, in words; empty while closed. */
  readonly why: string;
  /** Milliseconds since that reason arose; null while closed. */
  readonly since: number | null;
  readonly inFlight: number;
  /** True: `columns` is the last minute. False: `columns` continues the columns that the page has. */
  readonly whole: boolean;
  readonly columns: readonly Column[];
}

/** The present state of all breakers. */
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
  /** The error in the words of `describeError`; empty without that option. */
  readonly error: string;
}

/** The settings of the page, sent before the first picture. */
export interface Hello {
  /** Milliseconds between two pictures, and the length of a column. */
  readonly every: number;
  /** Columns in the strip. */
  readonly columns: number;
}
