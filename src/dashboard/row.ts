import type { CircuitSnapshot, CircuitState } from '../index.js';
import type { BreakerSource, Totals } from '../telemetry/sources.js';
import type { Column, RowFrame } from './frames.js';
import { because } from './words.js';

interface Why {
  reason: string;
  ago: number;
  counts: CircuitSnapshot['counts'];
}

/** A breaker as the page shows it, with its last minute. */
export class Row {
  readonly breaker: BreakerSource;
  readonly label: string;
  /** The state as it was looked at last. */
  state: CircuitState = 'closed';
  /** Calls of the last minute. */
  traffic = 0;
  private readonly id: number;
  /** Columns in the strip. */
  private readonly length: number;
  private readonly columns: Column[] = [];
  private snapshot: CircuitSnapshot;
  private totals: Totals;

  /** @param totals What the breaker had counted when the look at it began. */
  constructor(id: number, label: string, breaker: BreakerSource, length: number, totals: Totals) {
    this.id = id;
    this.label = label;
    this.breaker = breaker;
    this.length = length;
    this.totals = totals;
    this.snapshot = breaker.snapshot();
  }

  /** Reads the breaker and adds a column: what has happened since the last look. */
  look(): void {
    this.snapshot = this.breaker.snapshot();
    this.state = this.snapshot.state;
    const before = this.totals;
    const now = this.breaker.totals();
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
    const { state, retryAfter, counts, why } = this.snapshot as CircuitSnapshot & {
      why?: Why | null;
    };
    return {
      id: this.id,
      label: this.label,
      state,
      retryAfter: state === 'open' ? retryAfter : null,
      why: why ? because(why.reason, why.counts) : '',
      since: why ? why.ago : null,
      inFlight: counts.inFlight,
      columns: whole ? this.columns : this.columns.slice(-1),
    };
  }
}

function sum([succeeded, failed, refused]: Column): number {
  return succeeded + failed + refused;
}
