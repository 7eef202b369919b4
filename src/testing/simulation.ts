import { isObservable, type Observable } from 'rxjs';
import { show } from '../core/index.js';
import { type BreakerInput, checkBreakerInput } from './breakerInput.js';
import { checkNames } from './checkNames.js';

/**
 * Steady traffic to a service through a breaker. All times are in milliseconds.
 *
 * @example
 * ```ts
 * const outage: Simulation = {
 *   breaker: paymentOptions,
 *   callEvery: 50,
 *   source: (at) => (at < 1_000 ? of('ok') : throwError(() => new Error('503'))),
 *   duration: 5_000,
 * };
 * simulate(outage).states.assertStays('closed', { until: 1_000 });
 * ```
 */
export interface Simulation {
  /** Your options, or a function that makes your breaker. The breaker is made in virtual time. */
  readonly breaker: BreakerInput;
  /** Milliseconds between two calls, more than 0. The first call is made at 0. */
  readonly callEvery: number;
  /**
   * The service: its answer to the call that reaches it at this millisecond. A source that throws, or answers
   * with anything but an Observable (or an iterable), ends the simulation with an error.
   */
  readonly source: (at: number) => Observable<unknown> | Iterable<unknown>;
  /** Milliseconds that are played, more than 0. */
  readonly duration: number;
}

const names = ['breaker', 'callEvery', 'source', 'duration'];

/** Throws an error that names the field, the rule and the value, unless the simulation can be played. */
export function checkSimulation(simulation: unknown): asserts simulation is Simulation {
  checkNames('the fields of a simulation', simulation, names);
  const { breaker, callEvery, source, duration } = simulation as {
    readonly [name: string]: unknown;
  };
  checkBreakerInput(breaker);
  checkTime('callEvery', callEvery);
  checkTime('duration', duration);
  if (typeof source !== 'function') {
    throw new TypeError(
      `source must be a function that answers a call with an Observable, got ${show(source)}`,
    );
  }
}

function checkTime(name: string, value: unknown): void {
  const rule = `${name} must be a number of milliseconds, more than 0 and finite`;
  if (typeof value !== 'number') throw new TypeError(`${rule}, got ${show(value)}`);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${rule}, got ${value}`);
  }
}

/** The source's answer to the call at this time. Throws an error that names `source` for a bad answer. */
export function answerOf(
  source: Simulation['source'],
  at: number,
): ReturnType<Simulation['source']> {
  let answer: unknown;
  try {
    answer = source(at);
  } catch (error) {
    const said = error instanceof Error ? error.message : show(error);
    throw new Error(`source threw at ${at} ms: ${said}; a call fails by throwError`, {
      cause: error,
    });
  }
  if (isObservable(answer) || isIterable(answer)) return answer;
  const rule = `source must answer with an Observable, got ${kindOf(answer)} at ${at} ms`;
  throw new TypeError(isAsynchronous(answer) ? `${rule}: a promise knows no virtual time` : rule);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return Symbol.iterator in Object(value);
}

function isAsynchronous(value: unknown): boolean {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
}

function kindOf(value: unknown): string {
  return isAsynchronous(value) ? 'a promise' : show(value);
}
