import { asyncScheduler, Subscription, type TimestampProvider } from 'rxjs';
import type { CircuitBreaker, CircuitState } from '../index.js';

/** Since when the breaker was in a state. */
export interface StateChange {
  /** Milliseconds since the log began. */
  readonly at: number;
  readonly state: CircuitState;
}

/**
 * A breaker's states over time, with assertions that need no test runner: they throw an error that shows
 * the log.
 */
export class StateLog extends Subscription {
  /** The first one is the state in which the log began. */
  readonly changes: readonly StateChange[];
  private readonly now: () => number;

  /** @param clock what the breaker's scheduler is; only its `now()` is asked */
  constructor(breaker: CircuitBreaker, clock: TimestampProvider = asyncScheduler) {
    super();
    const changes: StateChange[] = [];
    const start = clock.now();
    this.changes = changes;
    this.now = () => clock.now() - start;
    this.add(breaker.state$.subscribe((state) => changes.push({ at: this.now(), state })));
  }

  /** The state `at` milliseconds after the log began; of several in one millisecond, the last. */
  stateAt(at: number): CircuitState {
    return (this.changes.filter((change) => change.at <= at).at(-1) ?? this.first()).state;
  }

  /** Throws unless the breaker is in `state` at some time from `after` to `after + within` milliseconds. */
  assertReaches(
    state: CircuitState,
    { after = 0, within }: { readonly after?: number; readonly within: number },
  ): void {
    const reached = this.changes.some(
      ({ at }) => at >= after && at <= after + within && this.is(state, at),
    );
    if (reached || this.stateAt(after) === state) return;
    const next = this.changes.find((change) => change.at > after && change.state === state);
    const when = next === undefined ? 'never' : `at ${next.at} ms`;
    throw this.error(`expected ${state} between ${after} and ${after + within} ms, was so ${when}`);
  }

  /** Throws unless the breaker is in `state` all the time from `from` to `until`, both included. */
  assertStays(
    state: CircuitState,
    { from = 0, until }: { readonly from?: number; readonly until: number },
  ): void {
    const other = this.changes.find(
      (change) => change.at > from && change.at <= until && change.state !== state,
    );
    if (this.stateAt(from) === state && other === undefined) return;
    const was =
      this.stateAt(from) === state && other
        ? `${other.state} at ${other.at} ms`
        : this.stateAt(from);
    throw this.error(`expected ${state} from ${from} to ${until} ms, was ${was}`);
  }

  /** Throws unless these were the states, in this order, from the beginning. */
  assertStates(...states: readonly CircuitState[]): void {
    if (states.join() === this.changes.map(({ state }) => state).join()) return;
    throw this.error(`expected ${states.join(', ')}`);
  }

  /** As in `closed, open at 250 ms, half-open at 30250 ms`. */
  override toString(): string {
    return this.changes
      .map(({ at, state }, i) => (i === 0 && at === 0 ? state : `${state} at ${at} ms`))
      .join(', ');
  }

  private is(state: CircuitState, at: number): boolean {
    return this.changes.some((change) => change.at === at && change.state === state);
  }

  private first(): StateChange {
    return this.changes[0] as StateChange;
  }

  private error(message: string): Error {
    return new Error(`${message}\n\n  the states were: ${this.toString()}\n`);
  }
}
