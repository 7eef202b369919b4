import { defer } from 'rxjs';
import { isCircuitOpenError } from '../index.js';
import { makeBreaker } from './breakerInput.js';
import { onRxTime } from './rxTime.js';
import { answerOf, checkSimulation, type Simulation } from './simulation.js';
import { StateLog } from './stateLog.js';

/**
 * The outcome of a simulation: the states over time, and the numbers of calls.
 *
 * @example
 * ```ts
 * const { calls, refused }: SimulationResult = simulate({
 *   breaker: paymentOptions,
 *   callEvery: 100,
 *   source: () => throwError(() => new Error('503')),
 *   duration: 1_000,
 * });
 * console.log(calls, refused); // 10 5
 * ```
 */
export interface SimulationResult {
  readonly states: StateLog;
  /** Calls that were made. */
  readonly calls: number;
  /** Calls that reached the source. */
  readonly admitted: number;
  /** Calls that the breaker refused. */
  readonly refused: number;
  /** Calls that ended with an error of the source. */
  readonly failed: number;
}

/**
 * Plays steady traffic through a breaker on virtual time: hours of traffic in seconds.
 *
 * <span class="informal">How would our settings behave in an outage?</span>
 *
 * Do not call it inside `TestScheduler.run()`. A promise knows no virtual time, so the source answers with
 * Observables.
 *
 * @throws TypeError or RangeError that names the field, for a field that is missing, wrong or unknown, and for a
 * source that throws or answers with no Observable
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
export function simulate(simulation: Simulation): SimulationResult {
  checkSimulation(simulation);
  const { breaker, callEvery, source, duration } = simulation;
  let states: StateLog | undefined;
  let [calls, admitted, refused, failed] = [0, 0, 0, 0];
  onRxTime(({ scheduler, advance }) => {
    const guard = makeBreaker(breaker, scheduler);
    states = new StateLog(guard, scheduler);
    let fault: unknown = null;
    const guarded = defer(() => {
      admitted++;
      try {
        return answerOf(source, scheduler.now());
      } catch (error) {
        fault = error; // `defer` would make a failure of the service out of it
        throw error;
      }
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
      if (fault !== null) throw fault;
    }
    advance(duration, false);
  });
  return { states: states as StateLog, calls, admitted, refused, failed };
}
