import type { CircuitState } from '../../index.js';
import type { Scheduled } from '../service/incident.js';
import type { Spectator } from '../world/lane.js';
import type { StateRecord } from '../world/stateRecord.js';

/** Columns of a strip. */
const COLUMNS = 240;
/** Breakers that a strip shows. */
const BREAKERS = 8;

/** One day in columns, for a picture. */
export interface Strip {
  /** Milliseconds of one column. */
  readonly column: number;
  /** Calls that ended well in each column. */
  readonly answered: readonly number[];
  /** Calls that failed, time limit included. */
  readonly failed: readonly number[];
  /** Calls that a breaker refused. */
  readonly refused: readonly number[];
  /** When the service was in an incident. */
  readonly incidents: readonly {
    readonly kind: string;
    readonly start: number;
    readonly end: number;
  }[];
  /** The states of the first eight breakers. */
  readonly breakers: readonly (readonly { readonly at: number; readonly state: CircuitState }[])[];
}

/** Counts the calls of a run by column. */
export class StripRecorder implements Spectator {
  private readonly duration: number;
  private readonly answered = new Array<number>(COLUMNS).fill(0);
  private readonly failed = new Array<number>(COLUMNS).fill(0);
  private readonly turnedAway = new Array<number>(COLUMNS).fill(0);

  constructor(duration: number) {
    this.duration = duration;
  }

  ended({ at }: { at: number }, outcome: 'answered' | 'failed' | 'timed-out'): void {
    this.count(outcome === 'answered' ? this.answered : this.failed, at);
  }

  refused({ at }: { at: number }): void {
    this.count(this.turnedAway, at);
  }

  strip(calendar: readonly Scheduled[], records: readonly StateRecord[]): Strip {
    const { duration } = this;
    return {
      column: duration / COLUMNS,
      answered: this.answered,
      failed: this.failed,
      refused: this.turnedAway,
      incidents: calendar
        .filter(({ start }) => start < duration)
        .map(({ incident, start, end }) => ({
          kind: incident.kind,
          start,
          end: Math.min(end, duration),
        })),
      breakers: records
        .slice(0, BREAKERS)
        .map(({ at, states }) =>
          at.map((instant, n) => ({ at: instant, state: states[n] as CircuitState })),
        ),
    };
  }

  private count(column: number[], at: number): void {
    const place = Math.min(COLUMNS - 1, Math.floor((at / this.duration) * COLUMNS));
    column[place] = (column[place] as number) + 1;
  }
}
