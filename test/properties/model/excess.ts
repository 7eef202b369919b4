/** Rule 1 of the trip rules: how many more bad calls than good ones since all was last well. */
export interface Excess {
  readonly failures: number;
  /** When `failures` last left 0. */
  readonly troubled: number;
  /** Good calls minus bad calls since the epoch began. */
  readonly balance: number;
}

export interface ExcessRule {
  readonly threshold: number;
  readonly duration: number;
}

/** A call that was good, or bad, and when. */
export interface Mark {
  kind: 'good' | 'bad';
  readonly at: number;
}

export const noExcess: Excess = { failures: 0, troubled: 0, balance: 0 };

export function after(excess: Excess, { kind, at }: Mark, threshold: number): Excess {
  const { failures, troubled, balance } = excess;
  if (kind === 'good') {
    return { failures: Math.max(0, failures - 1), troubled, balance: balance + 1 };
  }
  return {
    failures: Math.min(threshold, failures + 1),
    troubled: failures === 0 ? at : troubled,
    balance: balance - 1,
  };
}

/** Asked on a bad call only. */
export function excessTrips(excess: Excess, rule: ExcessRule, now: number): boolean {
  const { failures, troubled, balance } = excess;
  return failures === rule.threshold && (now - troubled >= rule.duration || balance <= 0);
}
