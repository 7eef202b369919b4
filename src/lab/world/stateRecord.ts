import type { Subscription } from 'rxjs';
import type { CircuitBreaker, CircuitState, StateChangeEvent } from '../../index.js';
import type { Backend } from '../service/backend.js';
import type { Timeline } from '../time/index.js';

/** The breaker of one process left the closed state, or opened again after its probes. */
export interface Opening {
  /** Index of the process. */
  readonly process: number;
  /** The instant, in milliseconds. */
  readonly at: number;
  /** The state before. */
  readonly from: CircuitState;
  /** Whether the service was well, and had been since the last call that ran into trouble. */
  readonly false: boolean;
  /** The event, with reason and counts; only if the lane explains. */
  readonly event: StateChangeEvent | null;
}

/** The states of one breaker over time. */
export class StateRecord {
  readonly process: number;
  /** Instants of the changes, ascending; the first is 0. */
  readonly at: number[] = [];
  readonly states: CircuitState[] = [];
  readonly openings: Opening[] = [];
  private readonly subscription: Subscription;

  constructor(
    breaker: CircuitBreaker,
    process: number,
    timeline: Timeline,
    backend: Backend,
    explain: boolean,
  ) {
    this.process = process;
    const enter = (state: CircuitState, event: StateChangeEvent | null): void => {
      const { now } = timeline;
      const from = this.states.at(-1);
      if (state === 'open' && from !== undefined) {
        this.openings.push({ process, at: now, from, false: !backend.isTroubled(now), event });
      }
      this.at.push(now);
      this.states.push(state);
    };
    if (explain) {
      enter(breaker.state, null);
      this.subscription = breaker.events$.subscribe((event) => {
        if (event.type === 'state-change') enter(event.to, event);
      });
    } else {
      this.subscription = breaker.state$.subscribe((state) => enter(state, null));
    }
  }

  /** The state at an instant; of several changes at one instant, the last. */
  stateAt(at: number): CircuitState {
    let low = 0;
    let high = this.at.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.at[middle] as number) <= at) low = middle;
      else high = middle;
    }
    return this.states[low] as CircuitState;
  }

  /** Ends the record: the breaker keeps no timer for it. */
  close(): void {
    this.subscription.unsubscribe();
  }
}
