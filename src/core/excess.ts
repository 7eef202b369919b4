/**
 * How many more bad calls than good ones there have been since all was last well: a one-sided CUSUM (Page 1954)
 * of failures minus successes, held between 0 and a limit.
 *
 * A good call needs no clock. A bad one does: the rule asks for how long the trouble has lasted.
 */
export class Excess {
  /** From 0 to the limit. The limit makes one good call undo one bad call, however long a burst was. */
  failures = 0;
  /** When `failures` left 0; of no meaning while it is 0. */
  since = 0;
  /** Good calls minus bad calls since the epoch began. */
  balance = 0;

  good(): void {
    this.balance++;
    if (this.failures > 0) this.failures--;
  }

  bad(limit: number, now: number): void {
    this.balance--;
    if (this.failures === 0) this.since = now;
    if (this.failures < limit) this.failures++;
  }
}
