/**
 * Calls as they really were: typed arrays, 17 bytes a call. Made by `readLog` and `record`.
 */
export interface Recording {
  /** Calls. */
  readonly length: number;
  /** When each call began, in milliseconds since the first one, ascending. */
  readonly at: Float64Array;
  /** How long each call took, in milliseconds. */
  readonly duration: Float64Array;
  /** 1 for a call that failed, 0 for a call that was answered. */
  readonly failed: Uint8Array;
  /** When the first call began, in milliseconds since 1970, or on the clock of the breaker that was recorded. */
  readonly start: number;
  /** Lines or events that became no call, by reason. */
  readonly skipped: readonly Skipped[];
}

/** Input that was not believed. */
export interface Skipped {
  /** What was wrong with the input, in words. */
  readonly reason: string;
  /** How often. */
  readonly count: number;
  /** Number of the first such line, from 1 on. */
  readonly line: number;
  /** The first such line, cut at 80 characters. */
  readonly sample: string;
}
