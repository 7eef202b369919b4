/**
 * The excess of bad calls over good calls: a one-sided CUSUM (E. S. Page, "Continuous inspection schemes", Biometrika
 * 41, 1954).
 *
 *   bad call:   failures = min(failures + 1, limit)
 *   good call:  failures = max(failures - 1, 0)
 *
 * A bad call needs the time, because the rule asks how long the excess has lasted. A good call needs no clock.
 */
export class Excess {
  /** From 0 to the limit. The limit keeps recovery short: after a burst of any length, `limit` good calls lead back to 0. */
  failures = 0;
  /** The instant at which `failures` left 0; without meaning while `failures` is 0. */
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
