import type { ObservableInput, SchedulerLike } from 'rxjs';
import { defer } from 'rxjs';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
  isCircuitOpenError,
} from '../index.js';
import { onRxTime } from './rxTime.js';
import { StateLog } from './stateLog.js';

/** What is to be played through. */
export interface Simulation {
  /** Your options, or a function that makes your breaker; it is made in virtual time. */
  readonly breaker: CircuitBreakerOptions | ((scheduler: SchedulerLike) => CircuitBreaker);
  /** A call is made every so many milliseconds, the first one at 0. */
  readonly callEvery: number;
  /** What the call that reaches the source at this millisecond is answered with. */
  readonly source: (at: number) => ObservableInput<unknown>;
  /** Milliseconds. */
  readonly duration: number;
}

/** How it went. */
export interface SimulationResult {
  readonly states: StateLog;
  /** Calls that were made. */
  readonly calls: number;
  /** Calls that reached the source. */
  readonly admitted: number;
  /** Calls that the breaker refused. */
  readonly refused: number;
  /** Calls that ended with an error of the source's. */
  readonly failed: number;
}

/**
 * Plays steady traffic through a breaker on virtual time, hours in a moment.
 *
 * <span class="informal">What would our settings do in an outage?</span>
 *
 * Do not call it inside `TestScheduler.run()`. Promises have no part in virtual time: let the source
 * answer with Observables.
 *
 * @example Does our configuration open within two seconds of a full outage at 20 calls a second?
 * ```ts
 * const { states } = simulate({
 *   breaker: paymentOptions,
 *   callEvery: 50,
 *   source: (at) => (at < 10_000 ? of('ok') : throwError(() => new Error('503'))),
 *   duration: 15_000,
 * });
 * states.assertStays('closed', { until: 10_000 });
 * states.assertReaches('open', { after: 10_000, within: 2_000 });
 * ```
 */
export function simulate({ breaker, callEvery, source, duration }: Simulation): SimulationResult {
  if (!(callEvery > 0)) throw new RangeError(`callEvery must be more than 0, got ${callEvery}`);
  if (!Number.isFinite(duration)) {
    throw new RangeError(`duration must be a number of milliseconds, got ${duration}`);
  }
  let states: StateLog | undefined;
  let [calls, admitted, refused, failed] = [0, 0, 0, 0];
  onRxTime(({ scheduler, advance }) => {
    const guard = typeof breaker === 'function' ? breaker(scheduler) : circuitBreaker(breaker);
    states = new StateLog(guard, scheduler);
    const guarded = defer(() => {
      admitted++;
      return source(scheduler.now());
    }).pipe(guard);
    const caller = {
      error: (error: unknown) => {
        if (isCircuitOpenError(error)) refused++;
        else failed++;
      },
    };
    // what is due at the instant of a call comes before the call: the end of another call, for one
    for (let at = 0; at < duration; at = calls * callEvery) {
      advance(at, true);
      calls++;
      guarded.subscribe(caller);
    }
    advance(duration, false);
  });
  return { states: states as StateLog, calls, admitted, refused, failed };
}
