import type { CircuitBreaker, CircuitSnapshot, CircuitState, CircuitTotals } from '../index.js';
import { noTotals } from '../telemetry/reading.js';
import type { Column, RowFrame } from './frames.js';
import { because } from './words.js';

/** A row of the page: a breaker and the calls of the last minute. */
export class Row {
  readonly id: number;
  /** Calls of the last minute. */
  traffic = 0;
  private readonly label: string;
  /** Columns in the strip. */
  private readonly length: number;
  private readonly columns: Column[] = [];
  private snapshot: CircuitSnapshot;
  private totals: CircuitTotals;

  /** @param totals The totals of the breaker when the page was opened. */
  constructor(
    id: number,
    label: string,
    length: number,
    breaker: CircuitBreaker,
    totals: CircuitTotals,
  ) {
    this.id = id;
    this.label = label;
    this.length = length;
    this.totals = totals;
    this.snapshot = breaker.snapshot();
  }

  get state(): CircuitState {
    return this.snapshot.state;
  }

  /** Reads the breaker and adds a column: the calls since the last look. */
  look(breaker: CircuitBreaker): void {
    this.snapshot = breaker.snapshot();
    const now = breaker.totals();
    // a dropped key that is used again counts from 0
    const before = fell(this.totals, now) ? noTotals : this.totals;
    this.totals = now;
    this.push([
      now.successes - before.successes,
      now.failures - before.failures,
      now.rejected - before.rejected,
    ]);
  }

  private push(column: Column): void {
    this.columns.push(column);
    this.traffic += sum(column);
    if (this.columns.length > this.length) this.traffic -= sum(this.columns.shift() as Column);
  }

  toFrame(whole: boolean): RowFrame {
    const { state, retryAfter, counts, why } = this.snapshot;
    return {
      id: this.id,
      label: this.label,
      state,
      retryAfter: state === 'open' ? retryAfter : null,
      why: why ? because(why.reason, why.counts) : '',
      since: why ? why.ago : null,
      inFlight: counts.inFlight,
      whole,
      columns: whole ? this.columns : this.columns.slice(-1),
    };
  }
}

function fell(before: CircuitTotals, now: CircuitTotals): boolean {
  const { successes, failures, rejected } = before;
  return now.successes < successes || now.failures < failures || now.rejected < rejected;
}

function sum([succeeded, failed, refused]: Column): number {
  return succeeded + failed + refused;
}
