import { asyncScheduler, Subscription, type TimestampProvider } from 'rxjs';
import { show } from '../core/index.js';
import type { CircuitBreaker, CircuitState } from '../index.js';
import { isBreaker } from './breakerInput.js';
import { states } from './marble/letters.js';

/**
 * A state of the breaker and the time of its beginning.
 *
 * @example
 * ```ts
 * const [first]: readonly StateChange[] = new StateLog(payments).changes;
 * console.log(first); // { at: 0, state: 'closed' }
 * ```
 */
export interface StateChange {
  /** Milliseconds since the log began. */
  readonly at: number;
  readonly state: CircuitState;
}

/**
 * A breaker's states over time, with assertions for any test runner: an assertion that does not hold throws an
 * error that shows the log.
 *
 * @throws TypeError or RangeError that names the argument, for a wrong argument
 *
 * @example
 * ```ts
 * const log = new StateLog(payments);
 * log.assertStates('closed');
 * ```
 */
export class StateLog extends Subscription {
  /** The first one is the state in which the log began. */
  readonly changes: readonly StateChange[];
  private readonly now: () => number;

  /** @param clock the breaker's scheduler; the log reads only its `now()` */
  constructor(breaker: CircuitBreaker, clock: TimestampProvider = asyncScheduler) {
    super();
    if (!isBreaker(breaker)) throw new TypeError(`breaker must be a breaker, got ${show(breaker)}`);
    const changes: StateChange[] = [];
    const start = clock.now();
    this.changes = changes;
    this.now = () => clock.now() - start;
    this.add(breaker.state$.subscribe((state) => changes.push({ at: this.now(), state })));
  }

  /** The state `at` milliseconds after the log began; of several in one millisecond, the last. */
  stateAt(at: number): CircuitState {
    checkTime('at', at);
    return (this.changes.filter((change) => change.at <= at).at(-1) ?? this.first()).state;
  }

  /** Throws unless the breaker is in `state` at some time from `after` to `after + within` milliseconds. */
  assertReaches(
    state: CircuitState,
    { after = 0, within }: { readonly after?: number; readonly within: number },
  ): void {
    checkState(state);
    checkTime('after', after);
    checkTime('within', within);
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
    checkState(state);
    checkTime('from', from);
    checkTime('until', until);
    const other = this.changes.find(({ at }) => at > from && at <= until);
    const first = this.stateAt(from);
    const was = first === state ? other && `${other.state} at ${other.at} ms` : first;
    if (was === undefined) return;
    throw this.error(`expected ${state} from ${from} to ${until} ms, was ${was}`);
  }

  /** Throws unless the log has exactly these states, in this order. */
  assertStates(...states: readonly CircuitState[]): void {
    states.forEach(checkState);
    if (states.join() === this.changes.map(({ state }) => state).join()) return;
    throw this.error(`expected ${states.join(', ')}`);
  }

  /** As in `closed, open at 250 ms, half-open at 30250 ms`. */
  override toString(): string {
    return this.changes
      .map(({ at, state }, i) => (i === 0 ? state : `${state} at ${at} ms`))
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

function checkState(state: unknown): void {
  const known = Object.values(states);
  if (known.includes(state as CircuitState)) return;
  throw new TypeError(`a state must be one of ${known.join(', ')}, got ${show(state)}`);
}

function checkTime(name: string, value: unknown): void {
  if (typeof value === 'number' && value >= 0) return;
  const Kind = typeof value === 'number' ? RangeError : TypeError;
  throw new Kind(`${name} must be a number of milliseconds, 0 or more, got ${show(value)}`);
}
